/* SPDX-License-Identifier: MIT */
/* pooldir: where a pool keeps its files, computed in one place. */
#ifndef HARRIER_SVC_POOLDIR_H
#define HARRIER_SVC_POOLDIR_H

#include "common/base/err.h"

/*
 * The pool directory D is $HARRIER_DIR, else $XDG_DATA_HOME/harrier, else
 * ~/.local/share/harrier. All paths are absolute. A socket's path holds 108
 * bytes: where D/run is too long, `run` is /tmp/harrier-UID-HASH of D (UID:
 * D's owner).
 */
struct pooldir {
	char *root; /* D */
	char *db; /* D/scheduler.db */
	char *store; /* D/store */
	char *spool; /* D/spool */
	char *log; /* D/log */
	char *hosts; /* D/hosts */
	char *run; /* D/run: sockets, pid files, the port */
	char *socket; /* $HARRIER_SOCKET, else run/scheduler.sock */
	char *port_file; /* run/scheduler.port */
};

/*
 * Computes the paths; touches nothing. `dir` overrides the environment where
 * it is not NULL. -ENOENT where no home directory is known, -EPERM where
 * `run` is not ours alone.
 */
int pooldir_init(struct pooldir *pd, const char *dir, struct err *err);
void pooldir_release(struct pooldir *pd);

/*
 * Makes the directories, mode 0700. -EPERM where one belongs to somebody
 * else or is open to others.
 */
int pooldir_make(const struct pooldir *pd, struct err *err);

/* May a host have this name: letters, digits, . - _, at most 64, no dot first? */
int pooldir_check_host(const char *host, struct err *err);

/* Paths that the caller frees. */
char *pooldir_host_dir(const struct pooldir *pd, const char *host);
char *pooldir_host_socket(const struct pooldir *pd, const char *host);
/* `daemon`: "scheduler", or a host's name. */
char *pooldir_pid_file(const struct pooldir *pd, const char *daemon);
char *pooldir_log_file(const struct pooldir *pd, const char *daemon);
/* D/token.SCOPE: "admin", "host", "read". */
char *pooldir_token_file(const struct pooldir *pd, const char *scope);

#endif
