/* SPDX-License-Identifier: MIT */
/* GET /jobs..., history, why, attributes */
#include "scheduler/api.h"

#include "common/ad/ad.h"
#include "common/base/err.h"
#include "common/base/xalloc.h"
#include "common/job/wire.h"
#include "common/store/index.h"
#include "common/svc/httpd.h"
#include "common/svc/json.h"
#include "scheduler/attempts.h"
#include "scheduler/ckpts.h"
#include "scheduler/core.h"
#include "scheduler/db/dbattempts.h"
#include "scheduler/db/dbevents.h"
#include "scheduler/db/dbjobs.h"
#include "scheduler/joblog.h"
#include "scheduler/jobs.h"
#include "scheduler/queue.h"
#include "scheduler/reader.h"
#include "scheduler/sched.h"
#include "scheduler/totals.h"
#include "scheduler/why.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- listings ------------------------------------------------------------------- */

struct waiting {
	struct sched *s;
	struct httpd_req *req; /* NULL: the client has gone */
};

static void gone(void *arg, struct httpd_req *req)
{
	struct waiting *w = arg;

	(void)req;
	w->req = NULL;
}

static void listed(void *arg, int rc, char *text, size_t len,
		   const struct err *err)
{
	struct waiting *w = arg;

	if (w->req) {
		httpd_req_on_gone(w->req, NULL, NULL);
		if (rc) {
			api_error(w->s, w->req, err);
		} else {
			api_state_header(w->s, w->req);
			httpd_reply_take(w->req, 200, "application/json", text,
					 len);
			text = NULL;
		}
	}
	free(text);
	free(w);
}

static void ask_reader(struct api_call *c, const struct reader_query *q)
{
	struct waiting *w = xcalloc(1, sizeof(*w));

	w->s = c->s;
	w->req = c->req;
	httpd_req_on_gone(c->req, gone, w);
	reader_jobs(c->s->reader, q, listed, w);
}

static const char *param(struct api_call *c, const char *key)
{
	const char *v = httpd_req_query(c->req, key);

	return v && *v ? v : NULL;
}

static int number(const char *text, const char *what, int *ret, struct err *err)
{
	char *end;
	long v = strtol(text, &end, 10);

	if (*end || v < 1 || v > INT_MAX)
		return err_set(err, -EINVAL, "'%s' must be a number above 0",
			       what);
	*ret = (int)v;
	return 0;
}

void api_jobs_list(struct api_call *c)
{
	struct reader_query q = {
		.constraint = param(c, "constraint"),
		.owner = param(c, "owner"),
		.ids = param(c, "ids"),
		.attrs = param(c, "attrs"),
		.after_proc = -1,
		.history = param(c, "history") != NULL,
		.groups = param(c, "groups") != NULL,
		.since = param(c, "since"),
	};
	const char *ended = param(c, "completedsince");
	const char *scan = param(c, "scanlimit");
	const char *limit = param(c, "limit"), *after = param(c, "after");
	struct err err = ERR_INIT;
	int ended_since = 0;
	json_t *totals;
	char *text;
	int rc = limit ? number(limit, "limit", &q.limit, &err) : 0;

	if (!rc && scan)
		rc = number(scan, "scanlimit", &q.scan_max, &err);
	if (!rc && ended)
		rc = number(ended, "completedsince", &ended_since, &err);
	q.ended_since = ended_since;
	if (!rc && q.groups && (q.history || q.constraint))
		rc = err_set(&err, -EINVAL,
			     "'groups' goes with neither 'constraint' nor "
			     "'history'");
	if (!rc && after &&
	    (!api_parse_job(after, &q.after_cluster, &q.after_proc) ||
	     q.after_proc < 0))
		rc = err_set(&err, -EINVAL, "bad 'after': '%s'", after);
	if (rc) {
		api_error(c->s, c->req, &err);
		return;
	}
	totals = totals_jobs(c->s->queue, q.owner);
	text = json_dumps(totals, JSON_COMPACT);
	q.totals = text;
	ask_reader(c, &q);
	json_decref(totals);
	free(text);
}

/* The job of the path; false after an error reply. */
static bool path_job(struct api_call *c, int *ret_cluster, int *ret_proc)
{
	struct err err = ERR_INIT;

	if (api_parse_job(c->args[0], ret_cluster, ret_proc) && *ret_proc >= 0)
		return true;
	err_set(&err, -EINVAL, "bad job id '%s'", c->args[0]);
	api_error(c->s, c->req, &err);
	return false;
}

void api_jobs_get(struct api_call *c)
{
	struct reader_query q = { .ids = c->args[0],
				  .single = true,
				  .after_proc = -1 };
	int cluster, proc;

	if (path_job(c, &cluster, &proc))
		ask_reader(c, &q);
}

/* -- history ----------------------------------------------------------------------- */

struct gather {
	struct sched *s;
	json_t *list;
};

static void set_time(json_t *root, const char *key, int64_t value)
{
	json_object_set_new(root, key,
			    value ? json_integer(value) : json_null());
}

static int attempt_row(void *arg, const struct dbattempt *a)
{
	const struct attempt *live;
	struct gather *ctx = arg;
	json_t *v = NULL;

	if (a->figures)
		json_parse_object(a->figures, strlen(a->figures), &v, NULL);
	live = a->live ? attempts_find(ctx->s, a->nonce) : NULL;
	if (live) {
		json_decref(v);
		v = attempts_figures_json(&live->figures);
	}
	if (!v)
		v = json_object();
	json_set_int(v, "attempt", a->attempt);
	json_set_str(v, "host", a->host);
	json_set_str(v, "slot", a->slot);
	json_set_str(v, "arch", a->arch);
	json_set_str(v, "state", live ? wire_run_name(live->state) : a->state);
	set_time(v, "matched", a->matched);
	set_time(v, "started", live ? live->started : a->started);
	set_time(v, "ended", a->ended);
	json_object_set_new(v, "resumed_from",
			    a->resumed_from
				    ? json_sprintf("%lld",
						   (long long)a->resumed_from)
				    : json_null());
	json_object_set_new(v, "how",
			    a->how ? json_string(a->how) : json_null());
	json_object_set_new(v, "code",
			    a->how ? json_integer(a->code) : json_null());
	json_set_str(v, "message", a->message ? a->message : "");
	json_array_append_new(ctx->list, v);
	return 0;
}

static int event_row(void *arg, const struct dbevent *e)
{
	json_array_append_new(arg, json_pack("{s:I,s:i,s:s}", "time",
					     (json_int_t)e->time, "number",
					     e->number, "text", e->text));
	return 0;
}

static int ckpt_row(void *arg, const struct index_ckpt *k)
{
	struct gather *l = arg;

	json_array_insert_new(l->list, 0, ckpts_json(l->s, k, false));
	return 0;
}

void api_jobs_history(struct api_call *c)
{
	struct gather attempts = { c->s, json_array() };
	struct gather ckpts = { c->s, json_array() };
	json_t *events = json_array(), *root;
	struct err err = ERR_INIT;
	struct index_filter f = { 0 };
	char *owner = NULL;
	int rc = 0;

	if (!path_job(c, &f.cluster, &f.proc))
		goto out;
	owner = dbjobs_owner(c->s->db, f.cluster, f.proc);
	if (!owner)
		rc = err_set(&err, -ENOENT, "no job '%s'", c->args[0]);
	if (!rc)
		rc = dbattempts_each_of_job(c->s->db, f.cluster, f.proc,
					    attempt_row, &attempts, &err);
	if (!rc)
		rc = index_list(c->s->index, &f, ckpt_row, &ckpts, &err);
	if (!rc)
		rc = dbevents_each_of_job(c->s->db, f.cluster, f.proc,
					  event_row, events, &err);
	if (rc) {
		api_error(c->s, c->req, &err);
		goto out;
	}
	root = json_pack("{s:s,s:O,s:O,s:O}", "job", c->args[0], "attempts",
			 attempts.list, "checkpoints", ckpts.list, "events",
			 events);
	api_reply(c, 200, root);
out:
	json_decref(attempts.list);
	json_decref(ckpts.list);
	json_decref(events);
	free(owner);
}

/* -- why --------------------------------------------------------------------------- */

void api_jobs_why(struct api_call *c)
{
	struct err err = ERR_INIT;
	int cluster, proc;
	struct job *j;
	json_t *root;

	if (!path_job(c, &cluster, &proc))
		return;
	j = queue_job(c->s->queue, cluster, proc);
	if (!j) {
		err_set(&err, -ENOENT, "no job '%s' in the queue", c->args[0]);
		api_error(c->s, c->req, &err);
		return;
	}
	root = json_pack("{s:s}", "job", c->args[0]);
	if (j->bucket) {
		why_json(c->s, j, root);
	} else {
		char text[64];

		snprintf(text, sizeof(text), "the job is %s",
			 jobstate_name(j->state));
		json_set_str(root, "state", jobstate_name(j->state));
		json_set_str(root, "text", text);
	}
	api_reply(c, 200, root);
}

/* -- attributes ---------------------------------------------------------------------- */

int api_check_changes(const struct ad *changes, struct err *err)
{
	static const char *const fixed[] = {
		"ClusterId", "ProcId",	  "Owner",	  "User",
		"QDate",     "JobStatus", "GlobalJobId",  "RemoteHost",
		"ExitCode",  "Cmd",	  "HarrierState", NULL
	};

	for (size_t i = 0; fixed[i]; i++)
		if (ad_has(changes, fixed[i]))
			return err_set(err, -EACCES,
				       "attribute '%s' cannot be changed",
				       fixed[i]);
	return 0;
}

static int log_changes(struct sched *s, struct job *j, const struct ad *changes,
		       struct err *err)
{
	struct ad *ad = NULL;
	int rc = queue_ad(s->db, j, &ad, err);

	if (!rc)
		rc = joblog_changed(s, j, ad, changes, err);
	ad_free(ad);
	return rc;
}

void api_jobs_attrs(struct api_call *c)
{
	struct err err = ERR_INIT;
	struct ad *changes = NULL;
	struct job *j = NULL;
	int cluster, proc, rc;

	if (!path_job(c, &cluster, &proc))
		return;
	rc = ad_from_json(c->body, &changes, &err);
	if (!rc)
		rc = api_check_changes(changes, &err);
	if (!rc) {
		j = queue_job(c->s->queue, cluster, proc);
		if (!j)
			rc = err_set(&err, -ENOENT, "no job '%s' in the queue",
				     c->args[0]);
	}
	if (!rc && !api_may_act(c, j->cluster->owner->name))
		rc = err_set(&err, -EACCES, "job %s is %s's", c->args[0],
			     j->cluster->owner->name);
	if (!rc)
		rc = log_changes(c->s, j, changes, &err);
	if (!rc)
		rc = jobs_set_attr(c->s, j, changes, &err);
	ad_free(changes);
	if (rc)
		api_error(c->s, c->req, &err);
	else
		core_reply(c->s, c->req, 200, json_object());
}
