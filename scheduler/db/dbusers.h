/* SPDX-License-Identifier: MIT */
/* dbusers: what users have used, for the fair share. */
#ifndef HARRIER_SCHEDULER_DB_DBUSERS_H
#define HARRIER_SCHEDULER_DB_DBUSERS_H

#include <stdint.h>

struct db;
struct err;

struct dbuser {
	const char *name;
	double priority; /* real user priority, at `updated` */
	double factor;
	double usage_s; /* slot seconds, without decay */
	double up_down; /* index */
	double floor, ceiling; /* cores; ceiling -1: none */
	int64_t updated; /* Unix seconds */
	int64_t first_used, last_used; /* Unix seconds, 0: never */
};

int dbusers_set(struct db *db, const struct dbuser *u, struct err *err);
int dbusers_delete(struct db *db, const char *name, struct err *err);

typedef int dbuser_fn(void *arg, const struct dbuser *u);
int dbusers_each(struct db *db, dbuser_fn *fn, void *arg, struct err *err);

#endif
