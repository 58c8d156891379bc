/* SPDX-License-Identifier: MIT */
/* hrm: removes jobs from the queue. */
#include "submit/action.h"

int main(int argc, char **argv)
{
	return action_main(argc, argv, &action_remove,
			   "Removes jobs from the queue.");
}
