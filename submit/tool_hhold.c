/* SPDX-License-Identifier: MIT */
/* hhold: holds jobs. */
#include "submit/action.h"

int main(int argc, char **argv)
{
	return action_main(
		argc, argv, &action_hold,
		"Puts jobs on hold: they do not run until they are released.");
}
