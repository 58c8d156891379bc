/* SPDX-License-Identifier: MIT */
#include "scheduler/db/dbjobs.h"

#include "common/base/err.h"
#include "common/base/xalloc.h"
#include "scheduler/db/db.h"

#include <errno.h>
#include <stdlib.h>

int dbjobs_add_cluster(struct db *db, const struct dbjobs_cluster *c,
		       struct err *err)
{
	return db_run(db, err,
		      "INSERT INTO clusters (id, owner, uid, qdate, ad,"
		      " columns, count, next_proc, hold)"
		      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		      "itiittiii", (int64_t)c->id, c->owner, c->uid, c->qdate,
		      c->ad, c->columns, (int64_t)c->count,
		      (int64_t)c->next_proc, (int64_t)c->hold);
}

int dbjobs_add_proc(struct db *db, const struct dbjobs_proc *p, struct err *err)
{
	return db_run(db, err,
		      "INSERT INTO procs (cluster, proc, state, prio, entered,"
		      " attempts, row, attrs) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		      "iiiiiitt", (int64_t)p->cluster, (int64_t)p->proc,
		      (int64_t)p->state, (int64_t)p->prio, p->entered,
		      (int64_t)p->attempts, p->row, p->attrs);
}

int dbjobs_add_submission(struct db *db, const char *uuid, int64_t uid,
			  int cluster, int count, struct err *err)
{
	return db_run(db, err,
		      "INSERT INTO submissions (uuid, uid, cluster, count)"
		      " VALUES (?, ?, ?, ?)",
		      "tiii", uuid, uid, (int64_t)cluster, (int64_t)count);
}

struct submission {
	int cluster, count;
};

static int take_submission(void *arg, const struct db_row *row)
{
	struct submission *s = arg;

	s->cluster = (int)db_col_int(row, 0);
	s->count = (int)db_col_int(row, 1);
	return 0;
}

bool dbjobs_submission(struct db *db, const char *uuid, int64_t uid,
		       int *ret_cluster, int *ret_count)
{
	struct submission s = { 0, 0 };

	db_query(db, NULL, take_submission, &s,
		 "SELECT cluster, count FROM submissions"
		 " WHERE uuid = ? AND uid = ?",
		 "ti", uuid, uid);
	if (!s.cluster)
		return false;
	*ret_cluster = s.cluster;
	*ret_count = s.count;
	return true;
}

int dbjobs_set_state(struct db *db, const struct dbjobs_proc *p,
		     struct err *err)
{
	return db_run(db, err,
		      "UPDATE procs SET state = ?, prio = ?, entered = ?,"
		      " attempts = ? WHERE cluster = ? AND proc = ?",
		      "iiiiii", (int64_t)p->state, (int64_t)p->prio, p->entered,
		      (int64_t)p->attempts, (int64_t)p->cluster,
		      (int64_t)p->proc);
}

int dbjobs_set_attrs(struct db *db, int cluster, int proc, const char *attrs,
		     struct err *err)
{
	return db_run(db, err,
		      "UPDATE procs SET attrs = ?"
		      " WHERE cluster = ? AND proc = ?",
		      "tii", attrs, (int64_t)cluster, (int64_t)proc);
}

struct texts {
	bool found;
	char *row, *attrs;
};

static int take_texts(void *arg, const struct db_row *row)
{
	struct texts *t = arg;

	t->found = true;
	t->row = xstrdup(db_col_text(row, 0));
	t->attrs = xstrdup(db_col_text(row, 1));
	return 0;
}

int dbjobs_get(struct db *db, int cluster, int proc, char **ret_row,
	       char **ret_attrs, struct err *err)
{
	struct texts t = { false, NULL, NULL };
	int rc = db_query(db, err, take_texts, &t,
			  "SELECT row, attrs FROM procs"
			  " WHERE cluster = ? AND proc = ?",
			  "ii", (int64_t)cluster, (int64_t)proc);

	if (!rc && !t.found)
		rc = err_set(err, -ENOENT, "no job '%d.%d'", cluster, proc);
	if (rc) {
		free(t.row);
		free(t.attrs);
		return rc;
	}
	*ret_row = t.row;
	*ret_attrs = t.attrs;
	return 0;
}

int dbjobs_end(struct db *db, int cluster, int proc, const char *owner,
	       int64_t ended, const char *ad, struct err *err)
{
	int rc = db_run(db, err,
			"INSERT INTO history (cluster, proc, owner, ended, ad)"
			" VALUES (?, ?, ?, ?, ?)",
			"iitit", (int64_t)cluster, (int64_t)proc, owner, ended,
			ad);

	if (!rc)
		rc = db_run(db, err,
			    "DELETE FROM procs WHERE cluster = ? AND proc = ?",
			    "ii", (int64_t)cluster, (int64_t)proc);
	if (!rc)
		rc = db_run(db, err,
			    "DELETE FROM exclusions"
			    " WHERE cluster = ? AND proc = ?",
			    "ii", (int64_t)cluster, (int64_t)proc);
	return rc;
}

int dbjobs_drop_cluster(struct db *db, int cluster, struct err *err)
{
	return db_run(db, err,
		      "DELETE FROM clusters WHERE id = ?1"
		      " AND next_proc >= count AND NOT EXISTS"
		      " (SELECT 1 FROM procs WHERE cluster = ?1)",
		      "i", (int64_t)cluster);
}

int dbjobs_set_next(struct db *db, int cluster, int next_proc, struct err *err)
{
	return db_run(db, err, "UPDATE clusters SET next_proc = ? WHERE id = ?",
		      "ii", (int64_t)next_proc, (int64_t)cluster);
}

int dbjobs_set_count(struct db *db, int cluster, int count, struct err *err)
{
	return db_run(db, err, "UPDATE clusters SET count = ? WHERE id = ?",
		      "ii", (int64_t)count, (int64_t)cluster);
}

int dbjobs_set_hold(struct db *db, int cluster, bool hold, struct err *err)
{
	return db_run(db, err, "UPDATE clusters SET hold = ? WHERE id = ?",
		      "ii", (int64_t)hold, (int64_t)cluster);
}

int dbjobs_keep_row(struct db *db, int cluster, int proc, const char *row,
		    struct err *err)
{
	return db_run(db, err,
		      "INSERT INTO later_rows (cluster, proc, row)"
		      " VALUES (?, ?, ?)",
		      "iit", (int64_t)cluster, (int64_t)proc, row);
}

char *dbjobs_kept_row(struct db *db, int cluster, int proc)
{
	return db_query_text(db,
			     "SELECT row FROM later_rows"
			     " WHERE cluster = ? AND proc = ?",
			     "ii", (int64_t)cluster, (int64_t)proc);
}

int dbjobs_drop_rows(struct db *db, int cluster, int proc, struct err *err)
{
	return db_run(db, err,
		      "DELETE FROM later_rows WHERE cluster = ? AND proc < ?",
		      "ii", (int64_t)cluster, (int64_t)proc);
}

struct each {
	dbjobs_cluster_fn *cluster_fn;
	dbjobs_proc_fn *proc_fn;
	dbjobs_history_fn *history_fn;
	void *arg;
};

static int each_cluster(void *arg, const struct db_row *row)
{
	const struct each *e = arg;
	struct dbjobs_cluster c = {
		.id = (int)db_col_int(row, 0),
		.owner = db_col_text(row, 1),
		.uid = db_col_int(row, 2),
		.qdate = db_col_int(row, 3),
		.ad = db_col_text(row, 4),
		.columns = db_col_text(row, 5),
		.count = (int)db_col_int(row, 6),
		.next_proc = (int)db_col_int(row, 7),
		.hold = db_col_int(row, 8),
	};

	return e->cluster_fn(e->arg, &c);
}

int dbjobs_each_cluster(struct db *db, int id, dbjobs_cluster_fn *fn, void *arg,
			struct err *err)
{
	struct each e = { .cluster_fn = fn, .arg = arg };

	return db_query(
		db, err, each_cluster, &e,
		"SELECT id, owner, uid, qdate, ad, columns, count,"
		" next_proc, hold FROM clusters WHERE ?1 < 0 OR id = ?1 ORDER BY id",
		"i", (int64_t)id);
}

static int each_proc(void *arg, const struct db_row *row)
{
	const struct each *e = arg;
	struct dbjobs_proc p = {
		.cluster = (int)db_col_int(row, 0),
		.proc = (int)db_col_int(row, 1),
		.state = (int)db_col_int(row, 2),
		.prio = (int)db_col_int(row, 3),
		.entered = db_col_int(row, 4),
		.attempts = (int)db_col_int(row, 5),
		.row = db_col_text(row, 6),
		.attrs = db_col_text(row, 7),
	};

	return e->proc_fn(e->arg, &p);
}

int dbjobs_each_proc(struct db *db, int after_cluster, int after_proc,
		     const char *owner, dbjobs_proc_fn *fn, void *arg,
		     struct err *err)
{
	struct each e = { .proc_fn = fn, .arg = arg };

	return db_query(db, err, each_proc, &e,
			"SELECT p.cluster, p.proc, p.state, p.prio, p.entered,"
			" p.attempts, p.row, p.attrs FROM procs p"
			" WHERE (p.cluster, p.proc) > (?1, ?2)"
			" AND (?3 IS NULL OR ?3 = (SELECT owner FROM clusters"
			"  WHERE id = p.cluster))"
			" ORDER BY p.cluster, p.proc",
			"iit", (int64_t)after_cluster, (int64_t)after_proc,
			owner);
}

static int each_ended(void *arg, const struct db_row *row)
{
	const struct each *e = arg;

	return e->history_fn(e->arg, db_col_int(row, 0), db_col_text(row, 1));
}

int dbjobs_history(struct db *db, int64_t before, const char *owner,
		   dbjobs_history_fn *fn, void *arg, struct err *err)
{
	struct each e = { .history_fn = fn, .arg = arg };

	return db_query(db, err, each_ended, &e,
			"SELECT id, ad FROM history"
			" WHERE (?1 = 0 OR id < ?1)"
			" AND (?2 IS NULL OR owner = ?2) ORDER BY id DESC",
			"it", before, owner);
}

int dbjobs_history_cluster(struct db *db, int cluster, dbjobs_history_fn *fn,
			   void *arg, struct err *err)
{
	struct each e = { .history_fn = fn, .arg = arg };

	return db_query(db, err, each_ended, &e,
			"SELECT id, ad FROM history WHERE cluster = ?"
			" ORDER BY proc",
			"i", (int64_t)cluster);
}

char *dbjobs_ended(struct db *db, int cluster, int proc)
{
	return db_query_text(db,
			     "SELECT ad FROM history"
			     " WHERE cluster = ? AND proc = ?",
			     "ii", (int64_t)cluster, (int64_t)proc);
}

int64_t dbjobs_ended_id(struct db *db, int cluster, int proc)
{
	return db_query_int(db, 0,
			    "SELECT id FROM history"
			    " WHERE cluster = ? AND proc = ?",
			    "ii", (int64_t)cluster, (int64_t)proc);
}

char *dbjobs_owner(struct db *db, int cluster, int proc)
{
	return db_query_text(db,
			     "SELECT c.owner FROM procs p JOIN clusters c"
			     " ON c.id = p.cluster"
			     " WHERE p.cluster = ?1 AND p.proc = ?2"
			     " UNION ALL SELECT owner FROM history"
			     " WHERE cluster = ?1 AND proc = ?2 LIMIT 1",
			     "ii", (int64_t)cluster, (int64_t)proc);
}

int dbjobs_exclude(struct db *db, int cluster, int proc, int64_t ckpt,
		   const char *arch, struct err *err)
{
	return db_run(db, err,
		      "INSERT OR IGNORE INTO exclusions"
		      " (cluster, proc, ckpt, arch) VALUES (?, ?, ?, ?)",
		      "iiit", (int64_t)cluster, (int64_t)proc, ckpt, arch);
}

char *dbjobs_excluded(struct db *db, int cluster, int proc, int64_t ckpt)
{
	return db_query_text(db,
			     "SELECT group_concat(arch, ',') FROM exclusions"
			     " WHERE cluster = ? AND proc = ? AND ckpt = ?",
			     "iii", (int64_t)cluster, (int64_t)proc, ckpt);
}
