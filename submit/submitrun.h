/* SPDX-License-Identifier: MIT */
/* submitrun: what hsubmit does, once its command line is read. */
#ifndef HARRIER_SUBMIT_SUBMITRUN_H
#define HARRIER_SUBMIT_SUBMITRUN_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/err.h"
#include "common/base/strbuf.h"

#define SUBMIT_WORDS_MAX 1000

struct submit_opts {
	const char *file; /* NULL or "-": stdin */
	const char *assignments[SUBMIT_WORDS_MAX];
	size_t assignment_count;
	const char *appends[SUBMIT_WORDS_MAX];
	size_t append_count;
	struct strbuf queue;
	bool has_queue;
	const char *batch_name, *dry_run, *url;
	long long max_jobs; /* 0: any number */
	bool terse, verbose;
	bool unchecked; /* do not look whether the files are there */
	bool any_script; /* nor at a script's line ends */
	bool quiet; /* no word about what is not used */
};

/*
 * Reads the description, submits or prints its jobs and says so on stdout;
 * warnings go to stderr. Returns 0 or -errno.
 */
int submitrun(const struct submit_opts *opts, struct err *err);

#endif
