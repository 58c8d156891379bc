/* SPDX-License-Identifier: MIT */
#include "scheduler/db/dbevents.h"

#include "scheduler/db/db.h"

#include <sqlite3.h>
#include <stddef.h>

int dbevents_add(struct db *db, const struct dbevent *e, int64_t *ret_id,
		 struct err *err)
{
	int rc = db_run(db, err,
			"INSERT INTO events (cluster, proc, time, number,"
			" text, uid, path, pending)"
			" VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
			"iiiititi", (int64_t)e->cluster, (int64_t)e->proc,
			e->time, (int64_t)e->number, e->text, e->uid, e->path,
			(int64_t)(e->path != NULL));

	if (!rc)
		*ret_id = sqlite3_last_insert_rowid(db_handle(db));
	return rc;
}

int dbevents_set_offset(struct db *db, int64_t id, int64_t offset,
			struct err *err)
{
	return db_run(db, err, "UPDATE events SET offset = ? WHERE id = ?",
		      "ii", offset, id);
}

int dbevents_done(struct db *db, int64_t id, struct err *err)
{
	return db_run(db, err, "UPDATE events SET pending = 0 WHERE id = ?",
		      "i", id);
}

struct each {
	dbevent_fn *fn;
	void *arg;
};

#define COLUMNS                                                           \
	"SELECT id, cluster, proc, time, number, text, uid, path, offset" \
	" FROM events "

static int each(void *arg, const struct db_row *row)
{
	const struct each *e = arg;
	struct dbevent ev = {
		.id = db_col_int(row, 0),
		.cluster = (int)db_col_int(row, 1),
		.proc = (int)db_col_int(row, 2),
		.time = db_col_int(row, 3),
		.number = (int)db_col_int(row, 4),
		.text = db_col_text(row, 5),
		.uid = db_col_int(row, 6),
		.path = db_col_text(row, 7),
		.offset = db_col_is_null(row, 8) ? -1 : db_col_int(row, 8),
	};

	return e->fn(e->arg, &ev);
}

int dbevents_each_pending(struct db *db, dbevent_fn *fn, void *arg,
			  struct err *err)
{
	struct each e = { fn, arg };

	return db_query(db, err, each, &e,
			COLUMNS "WHERE pending = 1 ORDER BY id", "");
}

int dbevents_each_of_job(struct db *db, int cluster, int proc, dbevent_fn *fn,
			 void *arg, struct err *err)
{
	struct each e = { fn, arg };

	return db_query(db, err, each, &e,
			COLUMNS "WHERE cluster = ? AND proc = ? ORDER BY id",
			"ii", (int64_t)cluster, (int64_t)proc);
}
