/* SPDX-License-Identifier: MIT */
/*
 * reader: a thread with a read-only connection that answers the long
 * questions, so that listings never keep the deciding thread waiting. It sees
 * what is committed.
 */
#ifndef HARRIER_SCHEDULER_READER_H
#define HARRIER_SCHEDULER_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct evloop;
struct reader;

#define READER_LIMIT	 1000 /* ads in a reply, when nothing is said */
#define READER_LIMIT_MAX 10000
/* Jobs looked at for a reply: one long question must not delay all others. */
#define READER_SCAN_MAX 20000
/* The same for groups, which cost next to nothing a job. */
#define READER_GROUP_SCAN_MAX 500000

/* What GET /jobs asks. Texts may be NULL; all are copied. */
struct reader_query {
	const char *constraint;
	const char *owner;
	const char *ids; /* "12,13.0" */
	const char *attrs; /* "A,B" */
	int limit;
	int scan_max; /* jobs to look at; 0: READER_SCAN_MAX */
	int after_cluster, after_proc; /* 0, -1: from the start */
	bool groups; /* the queue's jobs of a cluster and batch, counted */
	bool history;
	const char *since; /* history: the first for which it is true ends it */
	int64_t ended_since; /* history: what ended before ends it; 0: nothing */
	bool single; /* one job, queue or history: {"job": ...} */
	const char *totals; /* JSON text put in as "totals", or NULL */
};

int reader_new(struct evloop *loop, const char *db_path,
	       struct reader **ret_reader, struct err *err);
void reader_free(struct reader *r);

/*
 * Calls done from the loop: rc 0 and the JSON text (the callee's to free), or
 * an error. @arg comes back.
 */
typedef void reader_done(void *arg, int rc, char *text, size_t len,
			 const struct err *err);
void reader_jobs(struct reader *r, const struct reader_query *q,
		 reader_done *done, void *arg);

#endif
