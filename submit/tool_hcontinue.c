/* SPDX-License-Identifier: MIT */
/* hcontinue: lets suspended jobs go on. */
#include "submit/action.h"

int main(int argc, char **argv)
{
	return action_main(argc, argv, &action_continue,
			   "Lets suspended jobs go on.");
}
