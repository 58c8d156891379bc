/* SPDX-License-Identifier: MIT */
/* hrelease: releases held jobs. */
#include "submit/action.h"

int main(int argc, char **argv)
{
	return action_main(argc, argv, &action_release,
			   "Releases held jobs: they may run again.");
}
