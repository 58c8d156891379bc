/* SPDX-License-Identifier: MIT */
#include "scheduler/db/dbdrains.h"

#include "scheduler/db/db.h"

#include <stddef.h>

int dbdrains_set(struct db *db, const struct dbdrain *d, struct err *err)
{
	return db_run(db, err,
		      "INSERT OR REPLACE INTO drains (host, how, reason, by,"
		      " since, resume) VALUES (?, ?, ?, ?, ?, ?)",
		      "ttttii", d->host, d->how, d->reason, d->by, d->since,
		      (int64_t)d->resume);
}

int dbdrains_delete(struct db *db, const char *host, struct err *err)
{
	return db_run(db, err, "DELETE FROM drains WHERE host = ?", "t", host);
}

struct each {
	dbdrain_fn *fn;
	void *arg;
};

static int each(void *arg, const struct db_row *row)
{
	const struct each *e = arg;
	struct dbdrain d = {
		.host = db_col_text(row, 0),
		.how = db_col_text(row, 1),
		.reason = db_col_text(row, 2),
		.by = db_col_text(row, 3),
		.since = db_col_int(row, 4),
		.resume = db_col_int(row, 5) != 0,
	};

	return e->fn(e->arg, &d);
}

int dbdrains_each(struct db *db, dbdrain_fn *fn, void *arg, struct err *err)
{
	struct each e = { fn, arg };

	return db_query(db, err, each, &e,
			"SELECT host, how, reason, by, since, resume"
			" FROM drains ORDER BY host",
			"");
}
