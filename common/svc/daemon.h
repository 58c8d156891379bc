/* SPDX-License-Identifier: MIT */
/* daemon: what every server does at its start and its end. */
#ifndef HARRIER_SVC_DAEMON_H
#define HARRIER_SVC_DAEMON_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/base/err.h"

/*
 * Descriptors 0 to 2 open (on /dev/null where closed), SIGPIPE ignored, umask
 * 077. First thing in main.
 */
int daemon_init(struct err *err);

/*
 * Takes the lock of a pid file and writes the pid; it is held until the
 * process ends, by whatever cause, and says more than the number in it.
 * -EEXIST with the other's pid where one runs. *ret_fd stays open.
 */
int daemon_pidfile_lock(const char *path, int *ret_fd, struct err *err);
/* Empties the file and gives the lock back. Takes `fd`. */
void daemon_pidfile_unlock(int fd);
/* The pid of the process that holds the lock; -ESRCH where none does. */
int daemon_pidfile_read(const char *path, pid_t *ret_pid, struct err *err);
/*
 * SIGTERM to that process, then waits until the lock is free; after
 * `timeout_ms` SIGKILL. 0 also where none runs.
 */
int daemon_stop(const char *path, int64_t timeout_ms, struct err *err);

/*
 * Says that the server answers: one line to the descriptor of
 * HARRIER_READY_FD (removed from the environment), READY=1 to NOTIFY_SOCKET
 * as systemd wants it. No effect where nobody asked.
 */
void daemon_ready(void);

/*
 * Starts a server in a session of its own, stdin from /dev/null, stdout and
 * stderr appended to `log_path`, and waits until it calls daemon_ready.
 * -ETIMEDOUT, or -ECHILD with the end of its log where it ended before.
 */
int daemon_spawn(const char *const *argv, const char *log_path,
		 int64_t timeout_ms, pid_t *ret_pid, struct err *err);

/* In a child before exec: default actions, empty signal mask. */
void daemon_reset_signals(void);

#endif
