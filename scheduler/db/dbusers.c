/* SPDX-License-Identifier: MIT */
#include "scheduler/db/dbusers.h"

#include "scheduler/db/db.h"

#include <stddef.h>

int dbusers_set(struct db *db, const struct dbuser *u, struct err *err)
{
	return db_run(db, err,
		      "INSERT OR REPLACE INTO users (name, priority, factor,"
		      " usage_s, updated, up_down, floor, ceiling,"
		      " first_used, last_used)"
		      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		      "tdddidddii", u->name, u->priority, u->factor, u->usage_s,
		      u->updated, u->up_down, u->floor, u->ceiling,
		      u->first_used, u->last_used);
}

int dbusers_delete(struct db *db, const char *name, struct err *err)
{
	return db_run(db, err, "DELETE FROM users WHERE name = ?", "t", name);
}

struct each {
	dbuser_fn *fn;
	void *arg;
};

static int each(void *arg, const struct db_row *row)
{
	const struct each *e = arg;
	struct dbuser u = {
		.name = db_col_text(row, 0),
		.priority = db_col_real(row, 1),
		.factor = db_col_real(row, 2),
		.usage_s = db_col_real(row, 3),
		.updated = db_col_int(row, 4),
		.up_down = db_col_real(row, 5),
		.floor = db_col_real(row, 6),
		.ceiling = db_col_real(row, 7),
		.first_used = db_col_int(row, 8),
		.last_used = db_col_int(row, 9),
	};

	return e->fn(e->arg, &u);
}

int dbusers_each(struct db *db, dbuser_fn *fn, void *arg, struct err *err)
{
	struct each e = { fn, arg };

	return db_query(db, err, each, &e,
			"SELECT name, priority, factor, usage_s, updated,"
			" up_down, floor, ceiling, first_used, last_used"
			" FROM users ORDER BY name",
			"");
}
