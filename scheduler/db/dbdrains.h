/* SPDX-License-Identifier: MIT */
/* dbdrains: the hosts that people want empty. */
#ifndef HARRIER_SCHEDULER_DB_DBDRAINS_H
#define HARRIER_SCHEDULER_DB_DBDRAINS_H

#include <stdbool.h>
#include <stdint.h>

struct db;
struct err;

struct dbdrain {
	const char *host, *how, *reason, *by;
	int64_t since; /* Unix seconds */
	bool resume;
};

int dbdrains_set(struct db *db, const struct dbdrain *d, struct err *err);
int dbdrains_delete(struct db *db, const char *host, struct err *err);

/* Rows are borrowed during the call; nonzero stops. */
typedef int dbdrain_fn(void *arg, const struct dbdrain *d);
int dbdrains_each(struct db *db, dbdrain_fn *fn, void *arg, struct err *err);

#endif
