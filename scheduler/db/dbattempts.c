/* SPDX-License-Identifier: MIT */
#include "scheduler/db/dbattempts.h"

#include "scheduler/db/db.h"

#include <stddef.h>

int dbattempts_add(struct db *db, const struct dbattempt *a, struct err *err)
{
	return db_run(db, err,
		      "INSERT INTO attempts (nonce, cluster, proc, attempt,"
		      " live, state, reported, host, slot, arch, want,"
		      " ckpt_asked, resumed_from, matched, cpus, memory_mb,"
		      " disk_kb)"
		      " VALUES (?, ?, ?, ?, 1, ?, 0, ?, ?, ?, ?, 0,"
		      " nullif(?, 0), ?, ?, ?, ?)",
		      "tiiitttttiiiii", a->nonce, (int64_t)a->cluster,
		      (int64_t)a->proc, (int64_t)a->attempt, a->state, a->host,
		      a->slot, a->arch, a->want, a->resumed_from, a->matched,
		      a->cpus, a->memory_mb, a->disk_kb);
}

int dbattempts_set(struct db *db, const struct dbattempt *a, struct err *err)
{
	return db_run(db, err,
		      "UPDATE attempts SET live = ?, state = ?, reported = ?,"
		      " want = ?, ckpt_asked = ?, started = nullif(?, 0),"
		      " ended = nullif(?, 0), how = ?, code = ?, message = ?,"
		      " outputs = nullif(?, 0), figures = ?"
		      " WHERE nonce = ?",
		      "ititiiititit"
		      "t",
		      (int64_t)a->live, a->state, (int64_t)a->reported, a->want,
		      (int64_t)a->ckpt_asked, a->started, a->ended, a->how,
		      (int64_t)a->code, a->message, a->outputs, a->figures,
		      a->nonce);
}

int dbattempts_set_start(struct db *db, const char *nonce, const char *start,
			 struct err *err)
{
	return db_run(db, err, "UPDATE attempts SET start = ? WHERE nonce = ?",
		      "tt", start, nonce);
}

struct each {
	dbattempt_fn *fn;
	void *arg;
};

#define COLUMNS                                                         \
	"SELECT nonce, cluster, proc, attempt, live, state, reported,"  \
	" host, slot, arch, want, ckpt_asked, resumed_from, matched,"   \
	" started, ended, how, code, message, outputs, figures, start," \
	" cpus, memory_mb, disk_kb"                                     \
	" FROM attempts "

static int each(void *arg, const struct db_row *row)
{
	const struct each *e = arg;
	struct dbattempt a = {
		.nonce = db_col_text(row, 0),
		.cluster = (int)db_col_int(row, 1),
		.proc = (int)db_col_int(row, 2),
		.attempt = (int)db_col_int(row, 3),
		.live = db_col_int(row, 4),
		.state = db_col_text(row, 5),
		.reported = db_col_int(row, 6),
		.host = db_col_text(row, 7),
		.slot = db_col_text(row, 8),
		.arch = db_col_text(row, 9),
		.want = db_col_text(row, 10),
		.ckpt_asked = (int)db_col_int(row, 11),
		.resumed_from = db_col_int(row, 12),
		.matched = db_col_int(row, 13),
		.started = db_col_int(row, 14),
		.ended = db_col_int(row, 15),
		.how = db_col_text(row, 16),
		.code = (int)db_col_int(row, 17),
		.message = db_col_text(row, 18),
		.outputs = db_col_int(row, 19),
		.figures = db_col_text(row, 20),
		.start = db_col_text(row, 21),
		.cpus = db_col_int(row, 22),
		.memory_mb = db_col_int(row, 23),
		.disk_kb = db_col_int(row, 24),
	};

	return e->fn(e->arg, &a);
}

int dbattempts_each_live(struct db *db, dbattempt_fn *fn, void *arg,
			 struct err *err)
{
	struct each e = { fn, arg };

	return db_query(db, err, each, &e, COLUMNS "WHERE live = 1", "");
}

int dbattempts_each_of_job(struct db *db, int cluster, int proc,
			   dbattempt_fn *fn, void *arg, struct err *err)
{
	struct each e = { fn, arg };

	return db_query(db, err, each, &e,
			COLUMNS "WHERE cluster = ? AND proc = ?"
				" ORDER BY attempt",
			"ii", (int64_t)cluster, (int64_t)proc);
}

#define FAILED                                                           \
	"(how IN ('lost', 'failed', 'signaled') OR (how = 'exited' AND " \
	"code <> 0)) AND (started IS NULL OR ended - started < ?3)"

int dbattempts_failed_hosts(struct db *db, int cluster, int proc,
			    int64_t quick_s)
{
	return (int)db_query_int(
		db, 0,
		"SELECT count(DISTINCT host) FROM attempts WHERE cluster = ?1"
		" AND proc = ?2 AND live = 0 AND " FAILED " AND attempt >"
		" coalesce((SELECT max(attempt) FROM attempts"
		" WHERE cluster = ?1 AND proc = ?2 AND live = 0"
		" AND how <> 'refused' AND NOT (" FAILED ")), 0)",
		"iii", (int64_t)cluster, (int64_t)proc, quick_s);
}

int dbattempts_find(struct db *db, const char *nonce, dbattempt_fn *fn,
		    void *arg, struct err *err)
{
	struct each e = { fn, arg };

	return db_query(db, err, each, &e, COLUMNS "WHERE nonce = ?", "t",
			nonce);
}
