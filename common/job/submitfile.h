/* SPDX-License-Identifier: MIT */
/* Submit description files: lines, macros, if, include, queue. */
#ifndef HARRIER_JOB_SUBMITFILE_H
#define HARRIER_JOB_SUBMITFILE_H

#include "common/job/queuestmt.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct err;
struct strbuf;

/*
 * All that reading a submit file needs of the world, so that tests can give
 * another one. submit_io_system() is the real one. Each returns 0 or -errno
 * with err set; ctx is handed through.
 */
struct submit_io {
	void *ctx;
	/* Appends the file's text to out. */
	int (*read_file)(void *ctx, const char *path, struct strbuf *out,
			 struct err *err);
	/* Runs a command line (no shell) and appends what it prints. */
	int (*run)(void *ctx, const char *command, struct strbuf *out,
		   struct err *err);
	/* Calls found for each match, sorted; kind is QUEUE_FILES etc. */
	int (*glob)(void *ctx, const char *pattern, enum queue_match kind,
		    void (*found)(void *arg, const char *path), void *arg,
		    struct err *err);
	/* stat: 0 or -errno (no err text); *ret_dir and *ret_bytes may be NULL */
	int (*stat)(void *ctx, const char *path, bool *ret_dir,
		    int64_t *ret_bytes);
	/* May the submitter read (mode R_OK) or execute (X_OK) it? */
	int (*access)(void *ctx, const char *path, int mode);
	/* A variable of the submitter's environment or NULL. */
	const char *(*getenv)(void *ctx, const char *name);
	/* All of it, for `getenv =`; may be NULL. */
	char *const *(*environ)(void *ctx);
	/* Seconds since the epoch. */
	time_t (*now)(void *ctx);
};

const struct submit_io *submit_io_system(void);

struct submitfile;

/* How deep includes, ifs and macros may nest; bytes one value may grow to. */
#define SUBMIT_INCLUDE_MAX     8
#define SUBMIT_IF_MAX	       32
#define SUBMIT_MACRO_DEPTH_MAX 64
#define SUBMIT_VALUE_MAX       (1u << 20)

/*
 * name is shown in messages ("job.sub", "<stdin>"); io is borrowed. The text
 * is copied.
 */
struct submitfile *submitfile_new(const char *name, const char *text,
				  const struct submit_io *io);
void submitfile_free(struct submitfile *sf);

/* Before reading: `X=3` of the command line, as if it stood first. */
int submitfile_define(struct submitfile *sf, const char *assignment,
		      struct err *err);

/* -append: as if the line stood right before each queue statement. */
void submitfile_append(struct submitfile *sf, const char *line);

/* -queue: replaces the file's queue statements (text without "queue"). */
void submitfile_queue_args(struct submitfile *sf, const char *text);

/* What $Ff(name) makes paths absolute with; the process' own by default. */
void submitfile_set_cwd(struct submitfile *sf, const char *cwd);

/* A built-in macro such as ARCH or OPSYS; the file may override it. */
void submitfile_builtin(struct submitfile *sf, const char *name,
			const char *value);

/*
 * Reads on to the next queue statement, whose items are loaded. Returns 1 and
 * *ret_queue (owned by sf, until the next call), 0 at the end of the file, or
 * -errno with a message that starts with file:line.
 */
int submitfile_next_queue(struct submitfile *sf,
			  const struct queuestmt **ret_queue, struct err *err);

/* How many queue statements the file held so far. */
unsigned submitfile_queue_count(const struct submitfile *sf);

/*
 * What stands for the cluster's number where it is not known yet; whoever
 * gives the number puts it in (jobdesc_bind_cluster).
 */
#define SUBMIT_CLUSTER_LATER "$(Cluster)"
/* The same for the job's number: the scheduler puts it in for each job. */
#define SUBMIT_PROC_LATER "$(Process)"

/*
 * Sets the per-job macros: Cluster (0: not known yet), Process (-1: left to the
 * scheduler, and Step with it), Step, Item..., the queue statement's variables
 * from its item number row.
 */
void submitfile_set_job(struct submitfile *sf, int64_t cluster, int64_t proc,
			int64_t step, size_t row);

/* Is the command set to something not blank? */
bool submitfile_has(const struct submitfile *sf, const char *name);

/*
 * The command's value with all macros expanded, blanks at the ends removed:
 * allocated; *ret_text is NULL if it is not set. aliases: names ended by
 * NULL, the first that is set counts. Returns 0 or -errno (a macro's syntax,
 * nested too deep, too long).
 */
int submitfile_get(struct submitfile *sf, const char *const *aliases,
		   char **ret_text, struct err *err);

/* The same for any text. $$(...) stays as it is. */
int submitfile_expand(struct submitfile *sf, const char *text, char **ret_text,
		      struct err *err);

/*
 * Did an expansion since the last call use what differs from job to job
 * ($(Process), $(Item), a random choice...)? Clears the mark.
 */
bool submitfile_took_live(struct submitfile *sf);

/*
 * Was a number asked for while Process is left to the scheduler (in a
 * function, say)? Clears the mark. submitfile_want_proc sets it.
 */
bool submitfile_wanted_proc(struct submitfile *sf);
void submitfile_want_proc(struct submitfile *sf);

/* `file:line` of the command's last assignment, or the file's name. */
void submitfile_where(const struct submitfile *sf, const char *name,
		      struct strbuf *out);

/* Calls each +Attr and MY.Attr in order; name without the prefix. */
int submitfile_each_attr(struct submitfile *sf,
			 int (*visit)(void *ctx, const char *name,
				      const char *raw_text, struct err *err),
			 void *ctx, struct err *err);

/* Calls each plain command set by the file or the command line. */
int submitfile_each(struct submitfile *sf,
		    int (*visit)(void *ctx, const char *name,
				 const char *raw_text, struct err *err),
		    void *ctx, struct err *err);

/*
 * After the last queue: judges names that were set and never used. One that
 * nearly is a command (two slips at most) is an error that names file, line
 * and the command meant; others get HTCondor's warning text, and commands
 * that are accepted but without effect a line each (without "WARNING: ").
 * Returns 0 or -EINVAL.
 */
int submitfile_check_unused(struct submitfile *sf, struct strbuf *warnings,
			    struct err *err);

#endif
