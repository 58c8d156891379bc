/* SPDX-License-Identifier: MIT */
/*
 * jobfiles: which files of the user's a job reads and writes, and what it is
 * run with, from its ad and the machine's. Pure; touches no file.
 */
#ifndef HARRIER_SCHEDULER_JOBFILES_H
#define HARRIER_SCHEDULER_JOBFILES_H

#include <stdbool.h>
#include <stddef.h>

struct ad;
struct err;
struct wire_start;

/* Names of stdout and stderr in the scratch directory. */
#define JOBFILES_STDOUT "_harrier_stdout"
#define JOBFILES_STDERR "_harrier_stderr"

struct jobfile {
	char *path; /* absolute */
	char *name; /* in the scratch directory */
	bool executable;
	bool contents; /* a directory whose contents alone travel ("d/") */
};

struct jobfiles {
	struct jobfile *files;
	size_t count;
};

/* Executable (first, if it travels), stdin, transfer_input_files. */
int jobfiles_inputs(const struct ad *job, const struct ad *machine,
		    struct jobfiles *ret_files, struct err *err);
void jobfiles_add(struct jobfiles *f, const char *path, const char *name,
		  bool executable);
void jobfiles_release(struct jobfiles *f);

/* Fills argv, env, streams and outputs of @start. */
int jobfiles_command(const struct ad *job, const struct ad *machine,
		     struct wire_start *start, struct err *err);

/*
 * Where output @name of the scratch directory belongs: absolute, the
 * caller's to free; NULL: nowhere (stdout without `output`).
 */
char *jobfiles_destination(const struct ad *job, const char *name);

#endif
