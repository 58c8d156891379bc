/* SPDX-License-Identifier: MIT */
#include "scheduler/reader.h"

#include "common/ad/ad.h"
#include "common/ad/expr.h"
#include "common/ad/match.h"
#include "common/base/err.h"
#include "common/base/hash.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "common/svc/json.h"
#include "scheduler/api.h"
#include "scheduler/db/db.h"
#include "scheduler/db/dbjobs.h"
#include "scheduler/jobstate.h"
#include "scheduler/queue.h"
#include "scheduler/worker.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define CACHE_MAX 2000
#define IDS_MAX	  10000

/* A cluster's ad, parsed once: it never changes. */
struct cached {
	struct ad *ad;
	char **columns;
	char *owner;
};

struct reader {
	struct workers *thread;
	struct db *db;
	struct hash *clusters; /* id -> struct cached */
};

struct id {
	int cluster, proc; /* proc -1: all */
};

/* Jobs in a row of one cluster and one batch, counted by JobStatus. */
struct group {
	int cluster, first, last;
	char *name; /* JobBatchName, or NULL */
	int64_t by_status[8];
	int64_t jobs; /* 0: none yet */
};

struct task {
	struct reader *r;
	char *constraint, *since, *owner, *attrs, *totals;
	char **names; /* of attrs, ended by NULL */
	int64_t ended_since;
	struct id *ids;
	size_t id_count;
	int limit, after_cluster, after_proc;
	bool history, single, groups;
	struct group group; /* being counted */
	reader_done *done;
	void *arg;
	/* the answer */
	struct expr *test, *stop;
	struct strbuf out;
	int scanned, scan_max;
	int count, last_cluster, last_proc;
	bool more;
	int only_cluster, only_proc; /* range of the scan under way */
	int rc;
	struct err err;
};

static void free_cached(void *value)
{
	struct cached *c = value;

	ad_free(c->ad);
	queue_free_columns(c->columns);
	free(c->owner);
	free(c);
}

int reader_new(struct evloop *loop, const char *db_path,
	       struct reader **ret_reader, struct err *err)
{
	struct reader *r = xcalloc(1, sizeof(*r));
	int rc = db_open_readonly(db_path, &r->db, err);

	r->clusters = hash_new(free_cached);
	if (!rc)
		rc = workers_new(loop, 1, &r->thread, err);
	if (rc) {
		reader_free(r);
		return rc;
	}
	*ret_reader = r;
	return 0;
}

void reader_free(struct reader *r)
{
	if (!r)
		return;
	workers_free(r->thread);
	hash_free(r->clusters);
	db_close(r->db);
	free(r);
}

/* -- in the thread --------------------------------------------------------------- */

static int take_cluster(void *arg, const struct dbjobs_cluster *row)
{
	struct cached *c = arg;
	json_t *object = NULL;
	int rc = json_parse_object(row->ad, strlen(row->ad), &object, NULL);

	if (!rc)
		rc = ad_from_json(object, &c->ad, NULL);
	if (!rc)
		rc = queue_parse_columns(row->columns, &c->columns, NULL);
	c->owner = xstrdup(row->owner);
	json_decref(object);
	return rc;
}

static struct cached *cluster_of(struct reader *r, int id)
{
	struct cached *c = hash_get_mem(r->clusters, &id, sizeof(id));

	if (c)
		return c;
	if (hash_count(r->clusters) > CACHE_MAX)
		hash_clear(r->clusters);
	c = xcalloc(1, sizeof(*c));
	if (dbjobs_each_cluster(r->db, id, take_cluster, c, NULL) || !c->ad) {
		free_cached(c);
		return NULL;
	}
	hash_set_mem(r->clusters, &id, sizeof(id), c);
	return c;
}

/* Begins one more element of the list. */
static void begin_ad(struct task *t)
{
	if (!t->single && t->count)
		strbuf_addch(&t->out, ',');
	t->count++;
}

/* The ad, or the attributes asked for. */
static void put_ad(struct task *t, const struct ad *ad)
{
	json_t *root;

	begin_ad(t);
	if (!t->names) {
		ad_unparse_json(ad, true, &t->out);
		return;
	}
	root = json_object();
	for (size_t i = 0; t->names[i]; i++) {
		json_t *v = ad_attr_to_json(ad, t->names[i]);

		if (v)
			json_object_set_new(root, t->names[i], v);
	}
	json_write(root, &t->out);
	json_decref(root);
}

static json_t *json_attr(const json_t *object, const char *name)
{
	json_t *v = json_object_get(object, name);
	const char *key;

	if (v)
		return v;
	json_object_foreach((json_t *)object, key, v)
		if (!strcasecmp(key, name))
			return v;
	return NULL;
}

/* The same from the ad's JSON, which need not become an ad for it. */
static void put_json(struct task *t, const json_t *object)
{
	json_t *root = json_object();

	begin_ad(t);
	for (size_t i = 0; t->names[i]; i++) {
		json_t *v = json_attr(object, t->names[i]);

		if (v)
			json_object_set(root, t->names[i], v);
	}
	json_write(root, &t->out);
	json_decref(root);
}

static bool wanted(struct task *t, const struct ad *ad)
{
	return !t->test || ad_test(t->test, ad, NULL);
}

/* Full page, or looked at enough: the rest is for the next call. */
static bool is_full(struct task *t)
{
	if (t->count < t->limit && t->scanned < t->scan_max)
		return false;
	t->more = true;
	return true;
}

/* -- groups --------------------------------------------------------------------- */

/* The group becomes an ad of the answer. */
static void end_group(struct task *t)
{
	struct group *g = &t->group;
	struct cached *c = g->jobs ? cluster_of(t->r, g->cluster) : NULL;
	json_t *root;

	if (c) {
		root = json_pack("{s:i,s:i,s:i,s:s,s:I,s:I}", "ClusterId",
				 g->cluster, "ProcId", g->first, "LastProc",
				 g->last, "Owner", c->owner, "QDate",
				 (json_int_t)ad_int(c->ad, "QDate", 0),
				 "TotalSubmitProcs",
				 (json_int_t)ad_int(c->ad, "TotalSubmitProcs",
						    0));
		if (g->name)
			json_set_str(root, "JobBatchName", g->name);
		json_set_int(root, "Jobs", g->jobs);
		json_set_int(root, "JobsIdle", g->by_status[1]);
		json_set_int(root, "JobsRunning", g->by_status[2]);
		json_set_int(root, "JobsRemoved", g->by_status[3]);
		json_set_int(root, "JobsCompleted", g->by_status[4]);
		json_set_int(root, "JobsHeld", g->by_status[5]);
		json_set_int(root, "JobsSuspended", g->by_status[7]);
		begin_ad(t);
		json_write(root, &t->out);
		json_decref(root);
	}
	free(g->name);
	memset(g, 0, sizeof(*g));
}

static bool has_column(const struct cached *c, const char *name)
{
	for (size_t i = 0; c->columns && c->columns[i]; i++)
		if (!strcasecmp(c->columns[i], name))
			return true;
	return false;
}

/* The job's batch name; most have their cluster's, which costs no ad. */
static int batch_name(struct task *t, const struct cached *c,
		      const struct dbjobs_proc *p, char **ret_name)
{
	const char *text = ad_str(c->ad, "JobBatchName");
	struct ad *ad = c->ad;
	bool own = has_column(c, "JobBatchName") ||
		   (text && strstr(text, "$(")) ||
		   (p->attrs && strcasestr(p->attrs, "JobBatchName"));
	int rc = 0;

	if (own)
		rc = queue_build_ad(c->ad, c->columns, p->proc, p->row,
				    p->attrs, &ad, &t->err);
	if (rc)
		return rc;
	*ret_name = xstrdup(ad_str(ad, "JobBatchName"));
	if (own)
		ad_free(ad);
	return 0;
}

static int group_row(struct task *t, struct cached *c,
		     const struct dbjobs_proc *p)
{
	struct group *g = &t->group;
	char *name = NULL;
	int rc = batch_name(t, c, p, &name);

	if (rc)
		return rc;
	if (g->jobs && (g->cluster != p->cluster || !g->name != !name ||
			(name && strcmp(g->name, name))))
		end_group(t);
	if (!g->jobs) {
		g->cluster = p->cluster;
		g->first = p->proc;
		g->name = name;
		name = NULL;
	}
	free(name);
	g->jobs++;
	g->last = p->proc;
	g->by_status[jobstate_status((enum job_state)p->state)]++;
	t->last_cluster = p->cluster;
	t->last_proc = p->proc;
	return 0;
}

static int queued_row(void *arg, const struct dbjobs_proc *p)
{
	struct task *t = arg;
	struct cached *c;
	struct ad *ad;
	int rc;

	if (t->only_cluster && (p->cluster != t->only_cluster ||
				(t->only_proc >= 0 && p->proc != t->only_proc)))
		return 1;
	if (is_full(t))
		return 1;
	t->scanned++;
	c = cluster_of(t->r, p->cluster);
	if (!c || (t->owner && strcmp(c->owner, t->owner)))
		return 0;
	if (t->groups)
		return group_row(t, c, p);
	rc = queue_build_ad(c->ad, c->columns, p->proc, p->row, p->attrs, &ad,
			    &t->err);
	if (rc)
		return rc;
	ad_set_int(ad, "ProcId", p->proc);
	ad_set_int(ad, "JobPrio", p->prio);
	ad_set_int(ad, "JobStatus", jobstate_status((enum job_state)p->state));
	ad_set_string(ad, "HarrierState",
		      jobstate_name((enum job_state)p->state));
	ad_set_int(ad, "EnteredCurrentStatus", p->entered);
	if (wanted(t, ad))
		put_ad(t, ad);
	t->last_cluster = p->cluster;
	t->last_proc = p->proc;
	ad_free(ad);
	return 0;
}

/* 1: here the history ends for this question. */
static int history_test(struct task *t, const json_t *object)
{
	struct ad *ad = NULL;
	int rc = ad_from_json(object, &ad, &t->err);

	if (rc)
		return rc;
	rc = t->stop && ad_test(t->stop, ad, NULL);
	if (!rc && wanted(t, ad)) {
		if (t->names)
			put_json(t, object);
		else
			put_ad(t, ad);
	}
	ad_free(ad);
	return rc;
}

static int history_ad(struct task *t, const char *text)
{
	json_t *object = NULL;
	int rc = json_parse_object(text, strlen(text), &object, &t->err);

	t->scanned++;
	if (!rc && (t->test || t->stop || !t->names))
		rc = history_test(t, object);
	else if (!rc)
		put_json(t, object);
	t->last_cluster =
		(int)json_integer_value(json_object_get(object, "ClusterId"));
	t->last_proc =
		(int)json_integer_value(json_object_get(object, "ProcId"));
	json_decref(object);
	return rc;
}

static int history_row(void *arg, const char *text, int64_t ended)
{
	struct task *t = arg;

	if (ended < t->ended_since)
		return 1;
	return is_full(t) ? 1 : history_ad(t, text);
}

static int scan_queue(struct task *t)
{
	int rc = 0;

	if (!t->id_count)
		return dbjobs_each_proc(t->r->db, t->after_cluster,
					t->after_proc, t->owner, queued_row, t,
					&t->err);
	for (size_t i = 0; rc >= 0 && i < t->id_count; i++) {
		const struct id *id = &t->ids[i];
		int from = id->proc < 0 ? -1 : id->proc - 1;

		if (id->cluster == t->after_cluster && from < t->after_proc)
			from = t->after_proc;
		t->only_cluster = id->cluster;
		t->only_proc = id->proc;
		rc = dbjobs_each_proc(t->r->db, id->cluster, from, t->owner,
				      queued_row, t, &t->err);
	}
	return rc;
}

static int scan_history(struct task *t)
{
	int64_t before = 0;
	int rc = 0;

	if (t->after_cluster)
		before = dbjobs_ended_id(t->r->db, t->after_cluster,
					 t->after_proc);
	if (!t->id_count)
		return dbjobs_history(t->r->db, before, t->owner, history_row,
				      t, &t->err);
	for (size_t i = 0; !rc && i < t->id_count; i++) {
		const struct id *id = &t->ids[i];
		char *text = id->proc < 0 ? NULL
					  : dbjobs_ended(t->r->db, id->cluster,
							 id->proc);

		if (text)
			rc = history_ad(t, text);
		else if (id->proc < 0)
			rc = dbjobs_history_cluster(t->r->db, id->cluster,
						    history_row, t, &t->err);
		free(text);
	}
	return rc;
}

static void answer_single(struct task *t)
{
	int rc;

	strbuf_addstr(&t->out, "{\"job\":");
	rc = scan_queue(t);
	if (rc >= 0 && !t->count)
		rc = scan_history(t);
	if (rc >= 0 && !t->count)
		rc = err_set(&t->err, -ENOENT, "no job '%d.%d'",
			     t->ids[0].cluster, t->ids[0].proc);
	strbuf_addch(&t->out, '}');
	t->rc = rc < 0 ? rc : 0;
}

static void answer_list(struct task *t)
{
	int rc;

	strbuf_addstr(&t->out, "{\"jobs\":[");
	rc = t->history ? scan_history(t) : scan_queue(t);
	end_group(t);
	strbuf_addch(&t->out, ']');
	if (t->more)
		strbuf_addf(&t->out, ",\"next\":\"%d.%d\"", t->last_cluster,
			    t->last_proc);
	if (t->history)
		strbuf_addf(&t->out, ",\"scanned\":%d", t->scanned);
	if (t->totals)
		strbuf_addf(&t->out, ",\"totals\":%s", t->totals);
	strbuf_addch(&t->out, '}');
	t->rc = rc < 0 ? rc : 0;
}

static int parse(struct task *t, const char *text, const char *what,
		 struct expr **ret_expr)
{
	int rc = text ? expr_parse(text, ret_expr, &t->err) : 0;

	if (rc)
		err_prefix(&t->err, "%s: ", what);
	return rc;
}

static void work(void *arg)
{
	struct task *t = arg;

	t->rc = parse(t, t->constraint, "constraint", &t->test);
	if (!t->rc)
		t->rc = parse(t, t->since, "since", &t->stop);
	if (t->rc)
		return;
	if (t->single)
		answer_single(t);
	else
		answer_list(t);
}

/* -- in the loop ------------------------------------------------------------------- */

static void finish(void *arg)
{
	struct task *t = arg;
	size_t len = t->out.len;

	t->done(t->arg, t->rc, t->rc ? NULL : strbuf_detach(&t->out), len,
		&t->err);
	strbuf_release(&t->out);
	expr_free(t->test);
	expr_free(t->stop);
	free(t->names);
	free(t->constraint);
	free(t->since);
	free(t->owner);
	free(t->attrs);
	free(t->totals);
	free(t->ids);
	free(t);
}

static int parse_ids(struct task *t, const char *text)
{
	char *list = xstrdup(text), *save = NULL;
	int rc = 0;

	t->ids = xcalloc(strlen(text) / 2 + 1, sizeof(*t->ids));
	for (char *p = strtok_r(list, ", ", &save); !rc && p;
	     p = strtok_r(NULL, ", ", &save)) {
		struct id *id = &t->ids[t->id_count++];

		if (t->id_count > IDS_MAX)
			rc = err_set(&t->err, -E2BIG, "more than %d ids",
				     IDS_MAX);
		else if (!api_parse_job(p, &id->cluster, &id->proc))
			rc = err_set(&t->err, -EINVAL, "bad job id '%s'", p);
	}
	free(list);
	return rc;
}

/* ClusterId, ProcId and those asked for, each once; cuts up t->attrs. */
static void parse_attrs(struct task *t)
{
	char *save = NULL;
	size_t n = 2;

	if (!t->attrs)
		return;
	t->names = xcalloc(strlen(t->attrs) / 2 + 4, sizeof(char *));
	t->names[0] = (char *)"ClusterId";
	t->names[1] = (char *)"ProcId";
	for (char *p = strtok_r(t->attrs, ", ", &save); p;
	     p = strtok_r(NULL, ", ", &save))
		if (strcasecmp(p, "ClusterId") && strcasecmp(p, "ProcId"))
			t->names[n++] = p;
}

static void nothing(void *arg)
{
	(void)arg;
}

void reader_jobs(struct reader *r, const struct reader_query *q,
		 reader_done *done, void *arg)
{
	struct task *t = xcalloc(1, sizeof(*t));

	t->r = r;
	t->constraint = xstrdup(q->constraint);
	t->since = xstrdup(q->since);
	t->ended_since = q->ended_since;
	t->owner = xstrdup(q->owner);
	t->attrs = xstrdup(q->attrs);
	parse_attrs(t);
	t->totals = xstrdup(q->totals);
	t->limit = q->limit > 0 ? q->limit : READER_LIMIT;
	t->groups = q->groups;
	t->scan_max = q->scan_max > 0 && q->scan_max < READER_SCAN_MAX
			      ? q->scan_max
			      : READER_SCAN_MAX;
	if (t->groups)
		t->scan_max = READER_GROUP_SCAN_MAX;
	if (t->limit > READER_LIMIT_MAX)
		t->limit = READER_LIMIT_MAX;
	t->after_cluster = q->after_cluster;
	t->after_proc = q->after_proc;
	t->history = q->history;
	t->single = q->single;
	t->done = done;
	t->arg = arg;
	strbuf_init(&t->out);
	if (q->ids && *q->ids)
		t->rc = parse_ids(t, q->ids);
	workers_run(r->thread, t->rc ? nothing : work, finish, t);
}
