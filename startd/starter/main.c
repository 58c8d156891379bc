/* SPDX-License-Identifier: MIT */
/* harrier-starter DIR: runs the one job that DIR's start record describes. */
#include "common/base/err.h"
#include "common/base/log.h"
#include "startd/starter/run.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct err err = ERR_INIT;
	int r;

	if (argc == 2 && !strcmp(argv[1], "--version")) {
		printf("harrier-starter %s\n", HARRIER_VERSION);
		return 0;
	}
	if (argc != 2 || argv[1][0] == '-') {
		fprintf(stderr, "usage: harrier-starter DIR\n"
				"hstartd starts it, one for each job\n");
		return 2;
	}
	close_range(3, ~0U, 0);
	/* It must not end with its parent's terminal or process group. */
	setsid();
	r = run_attempt(argv[1], &err);
	if (r < 0)
		log_error("%s", err_text(&err));
	return r == -EBUSY ? 3 : r < 0;
}
