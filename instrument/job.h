/* SPDX-License-Identifier: MIT */
/* job: one command line for one target, and its temporary files. */
#ifndef INSTRUMENT_JOB_H
#define INSTRUMENT_JOB_H

#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "instrument/options.h"
#include "instrument/proc.h"
#include "instrument/targets.h"

struct job {
	struct options options;
	struct toolchain tools;
	char *dir; /* temporary, removed by job_release */
	unsigned ntemp;
	char *stdin_path; /* what `-` holds, read once; or NULL */
};

/*
 * Parses the command line for one Arch (NULL: the compiler's own), where
 * `$(ARCH)` in an argument stands for its name. Returns 0 or -errno.
 */
int job_init(struct job *job, int argc, char *const *argv, const char *arch,
	     struct err *err);
void job_release(struct job *job);

/* A new name in the temporary directory, to be freed: "4.ext". */
char *job_temp(struct job *job, const char *ext);

/* Runs a command with the job's standard input; status as proc_wait. */
int job_run(struct job *job, const struct strv *argv, struct proc_io *io,
	    struct err *err);

/* Lets the sources of a command find <harrier/ckpt.h>. */
void job_add_include(const struct job *job, struct strv *out);

/* The user's own command, unchanged but for `more` before it. */
int job_run_plain(struct job *job, const struct strv *more,
		  const char *stdout_path, struct err *err);

int job_write(const char *path, const struct strbuf *text, struct err *err);

#endif
