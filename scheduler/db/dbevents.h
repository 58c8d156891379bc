/* SPDX-License-Identifier: MIT */
/*
 * dbevents: what happened to jobs, and at once the outbox of their event
 * logs. An event is pending until its text is in the user's log; its offset
 * there is set, and committed, before it is written.
 */
#ifndef HARRIER_SCHEDULER_DB_DBEVENTS_H
#define HARRIER_SCHEDULER_DB_DBEVENTS_H

#include <stdbool.h>
#include <stdint.h>

struct db;
struct err;

struct dbevent {
	int64_t id;
	int cluster, proc;
	int64_t time;
	int number;
	const char *text;
	int64_t uid;
	const char *path; /* NULL: the job has no log */
	int64_t offset; /* -1: not yet chosen */
};

/* Pending when it has a path. */
int dbevents_add(struct db *db, const struct dbevent *e, int64_t *ret_id,
		 struct err *err);
int dbevents_set_offset(struct db *db, int64_t id, int64_t offset,
			struct err *err);
int dbevents_done(struct db *db, int64_t id, struct err *err);

typedef int dbevent_fn(void *arg, const struct dbevent *e);

int dbevents_each_pending(struct db *db, dbevent_fn *fn, void *arg,
			  struct err *err);
int dbevents_each_of_job(struct db *db, int cluster, int proc, dbevent_fn *fn,
			 void *arg, struct err *err);

#endif
