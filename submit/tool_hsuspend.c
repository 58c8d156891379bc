/* SPDX-License-Identifier: MIT */
/* hsuspend: freezes running jobs. */
#include "submit/action.h"

int main(int argc, char **argv)
{
	return action_main(
		argc, argv, &action_suspend,
		"Freezes running jobs where they are, until hcontinue.");
}
