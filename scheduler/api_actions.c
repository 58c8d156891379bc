/* SPDX-License-Identifier: MIT */
/* POST /jobs/actions */
#include "scheduler/api.h"

#include "common/ad/ad.h"
#include "common/ad/expr.h"
#include "common/ad/match.h"
#include "common/base/err.h"
#include "common/base/xalloc.h"
#include "common/svc/json.h"
#include "scheduler/attempts.h"
#include "scheduler/core.h"
#include "scheduler/factory.h"
#include "scheduler/jobs.h"
#include "scheduler/queue.h"
#include "scheduler/sched.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct action {
	const char *name;
	enum job_event event;
	const char *bad; /* "Job 1.0 ..." in a state that does not fit */
	const char *already; /* ... when it is so */
	const char *denied;
	const char *reason; /* without one of the user */
} actions[] = {
	{ "remove", JOBEVENT_REMOVE, "cannot be removed now",
	  "already marked for removal", "remove", "via hrm" },
	{ "hold", JOBEVENT_HOLD, "cannot be held now", "already held", "hold",
	  "via hhold" },
	{ "release", JOBEVENT_RELEASE, "not held to be released",
	  "not held to be released", "release", "via hrelease" },
	{ "vacate", JOBEVENT_VACATE, "not running to be vacated",
	  "already being vacated", "vacate", "via hvacate" },
	{ "vacate-fast", JOBEVENT_VACATE_FAST, "not running to be vacated",
	  "already being vacated", "vacate", "via hvacate -fast" },
	{ "suspend", JOBEVENT_SUSPEND, "not running to be suspended",
	  "already suspended", "suspend", "via hsuspend" },
	/* No transition: the job goes on after it. */
	{ "checkpoint", JOBEVENT_COUNT, "not running to be checkpointed",
	  "already being checkpointed", "checkpoint", "via hckpt" },
	{ "continue", JOBEVENT_CONTINUE, "not running to be continued",
	  "already running", "continue", "via hcontinue" },
};

enum result {
	RESULT_OK,
	RESULT_ERROR,
	RESULT_NOT_FOUND,
	RESULT_BAD_STATUS,
	RESULT_ALREADY,
	RESULT_DENIED,
	RESULTS,
};

static const char *const result_names[RESULTS] = {
	"ok",	      "error",	      "not-found",
	"bad-status", "already-done", "permission-denied",
};

struct run {
	struct api_call *c;
	const struct action *action;
	struct jobs_note note;
	char *reason;
	struct expr *test; /* constraint, or NULL */
	const char *owner; /* or NULL */
	bool selects; /* by constraint, owner, all: who may not act is
			    * left out silently */
	json_t *results;
	int counts[RESULTS];
	int rc; /* of a write */
	struct err err;
};

static void add_result(struct run *r, const char *job, enum result result,
		       const char *message)
{
	json_t *v = json_pack("{s:s,s:s}", "job", job, "result",
			      result_names[result]);

	if (message)
		json_set_str(v, "message", message);
	json_array_append_new(r->results, v);
	r->counts[result]++;
}

static void add_text(struct run *r, const char *job, enum result result,
		     const char *fmt, const char *arg)
{
	char text[200];

	snprintf(text, sizeof(text), fmt, arg, job);
	add_result(r, job, result, text);
}

/* Asks for one more checkpoint, after which the job goes on. */
static int ask_checkpoint(struct run *r, struct job *j)
{
	struct attempt *a = j->attempt;

	if (j->state != JOBSTATE_RUNNING)
		return -EINVAL;
	a->ckpt_asked++;
	core_want_flush(r->c->s);
	if (attempts_store(r->c->s, a, &r->err))
		return core_poison(r->c->s, &r->err);
	return 0;
}

static int do_event(struct run *r, struct job *j)
{
	if (r->action->event == JOBEVENT_COUNT)
		return ask_checkpoint(r, j);
	return jobs_event(r->c->s, j, r->action->event, &r->note, NULL,
			  &r->err);
}

static void act(struct run *r, struct job *j)
{
	char id[32];
	int rc;

	snprintf(id, sizeof(id), "%d.%d", j->cluster->id, j->proc);
	if (!api_may_act(r->c, j->cluster->owner->name)) {
		if (!r->selects)
			add_text(r, id, RESULT_DENIED,
				 "Permission denied to %s job %s",
				 r->action->denied);
		return;
	}
	rc = do_event(r, j);
	if (!rc) {
		add_result(r, id, RESULT_OK, NULL);
	} else if (rc == -EALREADY || rc == -EINVAL) {
		const char *what = rc == -EINVAL ? r->action->bad
						 : r->action->already;
		char text[120];

		snprintf(text, sizeof(text), "Job %s %s", id, what);
		add_result(r, id,
			   rc == -EINVAL ? RESULT_BAD_STATUS : RESULT_ALREADY,
			   text);
	} else {
		r->rc = rc;
	}
}

static bool selected(struct run *r, struct job *j)
{
	struct ad *ad = NULL;
	bool yes;

	if (r->owner && strcmp(r->owner, j->cluster->owner->name))
		return false;
	if (!r->test)
		return true;
	if (queue_ad(r->c->s->db, j, &ad, &r->err))
		return false;
	yes = ad_test(r->test, ad, NULL);
	ad_free(ad);
	return yes;
}

/* Jobs of a whole cluster that are not made yet. */
static int act_on_those_to_come(struct run *r, struct cluster *c)
{
	struct sched *s = r->c->s;
	enum job_event event = r->action->event;
	int n = c->count - c->next_proc;
	bool gone;

	if (n <= 0 || !api_may_act(r->c, c->owner->name))
		return 0;
	if (event == JOBEVENT_REMOVE)
		r->rc = factory_stop(s, c, &gone, &r->err);
	else if (event == JOBEVENT_HOLD || event == JOBEVENT_RELEASE)
		r->rc = factory_hold(s, c, event == JOBEVENT_HOLD, &r->err);
	return n;
}

/* Jobs of a cluster; ended ones leave it meanwhile, the last with it. */
static int act_cluster(struct run *r, int id)
{
	struct cluster *c = queue_cluster(r->c->s->queue, id);
	struct job *j;
	int pos = 0, n = 0;

	if (c && !r->test && (!r->owner || !strcmp(r->owner, c->owner->name)))
		n = act_on_those_to_come(r, c);
	while (!r->rc && (c = queue_cluster(r->c->s->queue, id)) &&
	       (j = queue_next_job(c, &pos))) {
		if (!selected(r, j))
			continue;
		act(r, j);
		n++;
	}
	return n;
}

static void act_all(struct run *r)
{
	struct hash_iter it = { 0 };
	struct cluster *c;

	while (!r->rc && (c = queue_next_cluster(r->c->s->queue, &it)))
		act_cluster(r, c->id);
}

static void act_id(struct run *r, const char *id)
{
	int cluster, proc;
	struct job *j;

	if (!api_parse_job(id, &cluster, &proc)) {
		add_text(r, id, RESULT_ERROR, "bad job id '%s'", id);
	} else if (proc < 0) {
		if (!act_cluster(r, cluster))
			add_text(r, id, RESULT_NOT_FOUND,
				 "Cluster %s not found", id);
	} else if ((j = queue_job(r->c->s->queue, cluster, proc))) {
		act(r, j);
	} else {
		add_text(r, id, RESULT_NOT_FOUND, "Job %s not found", id);
	}
}

static int read_run(struct run *r, json_t **ret_ids, bool *ret_all,
		    struct err *err)
{
	const json_t *body = r->c->body;
	const char *name, *constraint = NULL, *reason = NULL;
	int64_t subcode = 0;
	int rc = json_get_str(body, "action", &name, err);

	for (size_t i = 0; !rc && i < sizeof(actions) / sizeof(actions[0]); i++)
		if (!strcmp(actions[i].name, name))
			r->action = &actions[i];
	if (!rc && !r->action)
		rc = err_set(err, -EINVAL, "unknown action '%s'", name);
	if (!rc)
		rc = json_opt_array(body, "ids", ret_ids, err);
	if (!rc)
		rc = json_opt_str(body, "constraint", &constraint, err);
	if (!rc)
		rc = json_opt_str(body, "owner", &r->owner, err);
	if (!rc)
		rc = json_opt_bool(body, "all", ret_all, err);
	if (!rc)
		rc = json_opt_str(body, "reason", &reason, err);
	if (!rc)
		rc = json_opt_int(body, "subcode", &subcode, err);
	if (!rc && constraint)
		rc = expr_parse(constraint, &r->test, err);
	if (!rc && !*ret_ids && !constraint && !r->owner && !*ret_all)
		rc = err_set(err, -EINVAL,
			     "one of 'ids', 'constraint', 'owner', 'all' is "
			     "needed");
	if (rc)
		return rc;
	r->reason = reason ? xstrdup(reason)
			   : xasprintf("%s (by user %s)", r->action->reason,
				       r->c->user);
	r->note.reason = r->reason;
	r->note.code = JOBS_HOLD_USER;
	r->note.subcode = (int)subcode;
	return 0;
}

static json_t *reply_of(struct run *r)
{
	json_t *totals = json_object();

	for (int i = 0; i < RESULTS; i++)
		json_set_int(totals, result_names[i], r->counts[i]);
	return json_pack("{s:O,s:o}", "results", r->results, "totals", totals);
}

void api_jobs_actions(struct api_call *c)
{
	struct run r = { .c = c, .results = json_array(), .err = ERR_INIT };
	json_t *ids = NULL, *v;
	bool all = false;
	size_t i;
	int rc = read_run(&r, &ids, &all, &r.err);

	if (!rc && ids) {
		json_array_foreach(ids, i, v)
			act_id(&r,
			       json_is_string(v) ? json_string_value(v) : "");
	} else if (!rc) {
		r.selects = true;
		act_all(&r);
	}
	if (rc || r.rc)
		api_error(c->s, c->req, &r.err);
	else
		core_reply(c->s, c->req, 200, reply_of(&r));
	json_decref(r.results);
	expr_free(r.test);
	free(r.reason);
}
