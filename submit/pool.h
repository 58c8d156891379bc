/* SPDX-License-Identifier: MIT */
/* pool: starts and stops the daemons of a personal pool. */
#ifndef HARRIER_SUBMIT_POOL_H
#define HARRIER_SUBMIT_POOL_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/err.h"
#include "common/svc/pooldir.h"
#include "submit/client.h"

/* A host that is to run: NAME=ARCH of the command line. */
struct pool_host {
	char *name;
	char *arch; /* NULL: this machine's own */
};

struct pool {
	struct pooldir dir;
	char *bin; /* where the programs are */
};

/* `dir` NULL: the usual pool directory. */
int pool_init(struct pool *p, const char *dir, struct err *err);
void pool_release(struct pool *p);

/* Reads "NAME" or "NAME=ARCH" into an empty @ret. -EINVAL with the cure. */
int pool_parse_host(const char *text, struct pool_host *ret, struct err *err);
/* The name that this machine has in its own pool. */
char *pool_default_host(void);
void pool_host_release(struct pool_host *h);

/* Does a daemon ("scheduler" or a host) run? By the lock of its pid file. */
bool pool_runs(const struct pool *p, const char *daemon);

/*
 * Starts the scheduler, or a host; 0 also where it runs already, which
 * *ret_started tells. -ETIMEDOUT or -ECHILD with the last lines of its log
 * where it is not ready within POOL_START_MS.
 */
#define POOL_START_MS 10000
int pool_start_scheduler(const struct pool *p, bool *ret_started,
			 struct err *err);
int pool_start_host(const struct pool *p, const struct pool_host *h,
		    const char *policy, bool *ret_started, struct err *err);

/* Waits until the scheduler answers: somebody else may have started it. */
int pool_wait_scheduler(struct client *c, struct err *err);

/* Waits until the scheduler knows the host as online. */
int pool_wait_host(struct client *c, const char *name, struct err *err);

/*
 * The names of the daemons that run, hosts first, the scheduler last: at most
 * `max`, to be freed. Answers how many.
 */
size_t pool_running(const struct pool *p, char **names, size_t max);

/*
 * Asks a daemon to end; a host lets its jobs write their checkpoints first.
 * pool_wait_end waits for it, after `limit_ms` it is killed.
 */
int pool_ask_end(const struct pool *p, const char *daemon, struct err *err);
int pool_wait_end(const struct pool *p, const char *daemon, int64_t limit_ms,
		  struct err *err);

#endif
