/* SPDX-License-Identifier: MIT */
/* proc: runs other programs, and the directory for what they leave. */
#ifndef INSTRUMENT_PROC_H
#define INSTRUMENT_PROC_H

#include <sys/types.h>

#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "instrument/strv.h"

/* Where a program's standard files go; NULL: as ours. */
struct proc_io {
	const char *stdin_path;
	const char *stdout_path;
	const char *stderr_path;
};

/* Starts argv[0], found in PATH. 0 and the pid, or -errno. */
int proc_start(const struct strv *argv, const struct proc_io *io,
	       pid_t *ret_pid, struct err *err);

/*
 * Waits for it: its exit status, 128 + n for a signal n, or -EINTR when this
 * process was asked to end meanwhile (the child was ended then).
 */
int proc_wait(pid_t pid);

/* Both in one: the status as proc_wait's, or -errno. */
int proc_run(const struct strv *argv, const struct proc_io *io,
	     struct err *err);

/* The first line of what a program prints, -EIO if it fails. */
int proc_line(const struct strv *argv, struct strbuf *out, struct err *err);

/*
 * Notes SIGINT, SIGTERM and SIGHUP instead of dying of them, so that
 * temporary files go first; proc_signal is the one that came, or 0.
 */
void proc_catch_signals(void);
int proc_signal(void);

/* A new directory under TMPDIR, to be freed. */
int proc_tmpdir(char **ret_path, struct err *err);

#endif
