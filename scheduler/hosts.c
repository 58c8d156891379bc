/* SPDX-License-Identifier: MIT */
#include "scheduler/hosts.h"

#include "common/ad/ad.h"
#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/hash.h"
#include "common/base/log.h"
#include "common/base/xalloc.h"
#include "common/job/wire.h"
#include "common/svc/httpd.h"
#include "common/svc/json.h"
#include "scheduler/api.h"
#include "scheduler/attempts.h"
#include "scheduler/core.h"
#include "scheduler/db/db.h"
#include "scheduler/db/dbattempts.h"
#include "scheduler/drain.h"
#include "scheduler/feed.h"
#include "scheduler/hostend.h"
#include "scheduler/joblog.h"
#include "scheduler/jobs.h"
#include "scheduler/match.h"
#include "scheduler/nodes.h"
#include "scheduler/queue.h"
#include "scheduler/recover.h"
#include "scheduler/sched.h"
#include "scheduler/tail.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* -- what attempts do ------------------------------------------------------------ */

static enum job_event event_of(enum job_state state, enum wire_run run)
{
	switch (run) {
	case WIRE_RUN_RUNNING:
	case WIRE_RUN_FINISHING:
		return state == JOBSTATE_VACATING ? JOBEVENT_THAWED
						  : JOBEVENT_STARTED;
	case WIRE_RUN_SUSPENDED:
		return JOBEVENT_FROZEN;
	case WIRE_RUN_VACATING:
		return JOBEVENT_LEAVING;
	default:
		return JOBEVENT_COUNT; /* none */
	}
}

static void take_texts(struct attempt *a, struct wire_attempt *w)
{
	if (w->address) {
		free(a->address);
		a->address = w->address;
		w->address = NULL;
	}
	if (w->scratch) {
		free(a->scratch);
		a->scratch = w->scratch;
		w->scratch = NULL;
	}
}

/*
 * A job that was asked to vacate is "running" on its host until the order is
 * there: only the host's own change of mind takes it back.
 */
static bool is_old_news(const struct attempt *a, const struct wire_attempt *w)
{
	return a->want >= WIRE_WANT_VACATE || (w->state == WIRE_RUN_FINISHING &&
					       a->state != WIRE_RUN_STARTING);
}

static int take_attempt(struct sched *s, struct attempt *a,
			struct wire_attempt *w, struct err *err)
{
	bool changed = !a->reported || a->state != w->state;
	enum job_event event = event_of(a->job->state, w->state);
	int rc = 0;

	attempts_renew(a);
	take_texts(a, w);
	wire_figures_merge(&a->figures, &w->figures);
	rc = joblog_heard(s, a, w, err);
	if (rc || !changed)
		return rc;
	a->reported = true;
	if (a->state == WIRE_RUN_STARTING && w->state != WIRE_RUN_STARTING)
		a->started = sched_now();
	if (event != JOBEVENT_COUNT && !is_old_news(a, w)) {
		rc = jobs_event(s, a->job, event, NULL, NULL, err);
		if (rc == -EALREADY || rc == -EINVAL)
			rc = 0;
	}
	a->state = w->state;
	if (!rc)
		rc = attempts_store(s, a, err);
	return rc;
}

/* -- which are gone ----------------------------------------------------------------- */

static bool is_listed(const struct wire_sync *sync, const char *nonce)
{
	for (size_t i = 0; i < sync->attempt_count; i++)
		if (!strcmp(sync->attempts[i].nonce, nonce))
			return true;
	for (size_t i = 0; i < sync->end_count; i++)
		if (!strcmp(sync->ends[i].nonce, nonce))
			return true;
	return false;
}

/* Was listed once and is not now: its starter is gone without a word. */
static int lose_missing(struct sched *s, struct host *h,
			const struct wire_sync *sync, struct err *err)
{
	int rc = 0;

	/* From the end: a dynamic slot goes with its attempt. */
	for (size_t i = h->slot_count; !rc && i-- > 0;) {
		struct attempt *a = h->slots[i]->attempt;

		if (!a || is_listed(sync, a->nonce))
			continue;
		if (a->reported)
			rc = hostend_lost(s, a,
					  "the host knows nothing of it any "
					  "more",
					  err);
		else if (a->want >= WIRE_WANT_VACATE || h->leaving)
			rc = hostend_unsent(s, a, err);
	}
	return rc;
}

static int take_all(struct sched *s, struct host *h, struct wire_sync *sync,
		    struct err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < sync->attempt_count; i++) {
		struct attempt *a = attempts_find(s, sync->attempts[i].nonce);

		if (a && !strcmp(a->host, h->name))
			rc = take_attempt(s, a, &sync->attempts[i], err);
	}
	for (size_t i = 0; !rc && i < sync->end_count; i++) {
		struct attempt *a = attempts_find(s, sync->ends[i].nonce);

		if (a && !strcmp(a->host, h->name))
			rc = hostend_take(s, a, &sync->ends[i], err);
	}
	if (!rc)
		rc = lose_missing(s, h, sync, err);
	return rc;
}

/* -- the reply ------------------------------------------------------------------------ */

static int note_row(void *arg, const struct dbattempt *a)
{
	(void)a;
	*(bool *)arg = true;
	return 0;
}

/* Ended, and in our books: superseded. What we never knew is left alone. */
static bool is_superseded(struct sched *s, const char *nonce)
{
	bool known = false;

	dbattempts_find(s->db, nonce, note_row, &known, NULL);
	return known;
}

static void add_order(struct wire_reply *r, const char *nonce,
		      enum wire_want want, int checkpoint, const char *reason)
{
	struct wire_order *o;

	r->orders = xreallocarray(r->orders, r->order_count + 1,
				  sizeof(*r->orders));
	o = &r->orders[r->order_count++];
	memset(o, 0, sizeof(*o));
	memcpy(o->nonce, nonce, WIRE_NONCE_SIZE);
	o->want = want;
	o->checkpoint = checkpoint;
	o->reason = xstrdup(reason);
}

static void reply_orders(struct sched *s, const struct host *h,
			 struct wire_reply *r)
{
	for (size_t i = 0; i < h->told.attempt_count; i++) {
		const struct wire_attempt *w = &h->told.attempts[i];
		const struct attempt *a = attempts_find(s, w->nonce);

		if (!a && is_superseded(s, w->nonce))
			add_order(r, w->nonce, WIRE_WANT_DISCARD, 0,
				  "superseded");
		else if (a &&
			 (a->want != w->told || a->ckpt_asked > w->checkpoint))
			add_order(r, w->nonce, a->want, a->ckpt_asked,
				  a->reason);
	}
}

static void reply_acks(struct sched *s, const struct host *h,
		       struct wire_reply *r)
{
	r->acks = xcalloc(h->told.end_count + 1, sizeof(*r->acks));
	for (size_t i = 0; i < h->told.end_count; i++) {
		const char *nonce = h->told.ends[i].nonce;

		if (!attempts_find(s, nonce) && is_superseded(s, nonce))
			memcpy(r->acks[r->ack_count++], nonce, WIRE_NONCE_SIZE);
	}
}

static void reply_starts(const struct host *h, struct wire_reply *r)
{
	r->starts = json_array();
	for (size_t i = 0; !h->leaving && i < h->slot_count; i++) {
		struct attempt *a = h->slots[i]->attempt;

		if (!a || !a->start || a->reported ||
		    a->want != WIRE_WANT_RUN || is_listed(&h->told, a->nonce))
			continue;
		json_array_append(r->starts, a->start);
		a->sent = true;
	}
}

/* Sends what there is to say; with @force also nothing. True if it did. */
static bool send_reply(struct sched *s, struct host *h, bool force)
{
	struct wire_reply r = { .lease_s = 600 };
	struct httpd_req *req = h->parked;
	bool news;

	reply_orders(s, h, &r);
	reply_acks(s, h, &r);
	reply_starts(h, &r);
	tail_fill(s, h, &r);
	news = r.order_count || r.ack_count || r.tail_count ||
	       json_array_size(r.starts);
	if (news || force) {
		r.state = s->state;
		h->parked = NULL;
		httpd_req_on_gone(req, NULL, NULL);
		api_state_header(s, req);
		httpd_reply_json(req, 200, wire_reply_encode(&r));
	}
	wire_reply_release(&r);
	return news || force;
}

/* An older call of the same host: answered at once, with nothing. */
static void release(struct sched *s, struct httpd_req *req)
{
	struct wire_reply r = { .state = s->state, .lease_s = 600 };

	httpd_req_on_gone(req, NULL, NULL);
	api_state_header(s, req);
	httpd_reply_json(req, 200, wire_reply_encode(&r));
}

static void parked_gone(void *arg, struct httpd_req *req)
{
	struct host *h = arg;

	if (h->parked == req)
		h->parked = NULL;
}

/* -- the request ------------------------------------------------------------------------ */

struct call {
	struct sched *s;
	struct httpd_req *req; /* NULL: the client has gone */
	char *host;
	int64_t sync;
};

static void call_gone(void *arg, struct httpd_req *req)
{
	struct call *c = arg;

	(void)req;
	c->req = NULL;
}

/* The state it brought is committed: park it, or answer. */
static void after_sync(void *arg, bool committed)
{
	struct call *c = arg;
	struct host *h = nodes_host(c->s->nodes, c->host);

	if (c->req)
		httpd_req_on_gone(c->req, NULL, NULL);
	if (c->req && !committed) {
		struct err err = ERR_INIT;

		err_set(&err, -EAGAIN,
			"the scheduler could not write its "
			"database");
		api_error(c->s, c->req, &err);
	} else if (c->req && (!h || h->sync != c->sync)) {
		release(c->s, c->req);
	} else if (c->req) {
		h->parked = c->req;
		h->parked_until_ms =
			clock_boot_ms() + h->told.wait_s * INT64_C(1000);
		httpd_req_on_gone(c->req, parked_gone, h);
		/* At the end of the turn: the answer to an end carries the
		 * start that was matched with it. */
		hosts_news(c->s, h);
	}
	free(c->host);
	free(c);
}

static int check(struct host *h, const struct wire_sync *sync, struct err *err)
{
	int64_t age = clock_boot_ms() - h->synced_ms;

	if (!h->boot[0] || !strcmp(h->boot, sync->boot) || !h->online ||
	    age > clock_scaled_ms(NODES_SILENT_MS) || sync->sync == 1)
		return 0;
	return err_set(err, -ESTALE,
		       "another startd uses the name '%s': give this one "
		       "another (--name)",
		       h->name);
}

static int take_sync(struct sched *s, struct host *h, struct wire_sync *sync,
		     struct err *err)
{
	bool was_online = h->online;
	enum wire_owner owner = h->owner;
	int rc;

	nodes_update(h, sync, clock_boot_ms(), sched_now());
	for (size_t i = 0; i < h->slot_count; i++)
		match_slot_changed(s->match, h->slots[i]);
	rc = take_all(s, h, sync, err);
	wire_sync_release(&h->told);
	h->told = *sync;
	memset(sync, 0, sizeof(*sync));
	if (was_online != h->online || owner != h->owner)
		feed_host(s, h);
	core_want_match(s);
	return rc;
}

static void begin_call(struct sched *s, struct httpd_req *req,
		       const struct host *h)
{
	struct call *c = xcalloc(1, sizeof(*c));

	c->s = s;
	c->req = req;
	c->host = xstrdup(h->name);
	c->sync = h->sync;
	httpd_req_on_gone(req, call_gone, c);
	core_after(s, after_sync, c);
}

void hosts_sync(struct sched *s, struct httpd_req *req, const char *name,
		const json_t *body)
{
	struct wire_sync sync = { .wait_s = 0 };
	struct err err = ERR_INIT;
	struct host *h;
	int rc = 0;

	if (!wire_host_ok(name))
		rc = err_set(&err, -EINVAL, "bad host name '%s'", name);
	if (!rc)
		rc = wire_sync_decode(body, &sync, &err);
	if (!rc)
		rc = recover_seen(s, &sync.seen, &err);
	if (rc) {
		wire_sync_release(&sync);
		api_error(s, req, &err);
		return;
	}
	h = nodes_get(s->nodes, name);
	if (!strcmp(h->boot, sync.boot) && sync.sync <= h->sync) {
		wire_sync_release(&sync);
		release(s, req);
		return;
	}
	rc = check(h, &sync, &err);
	if (!rc) {
		if (h->parked)
			release(s, h->parked);
		h->parked = NULL;
		rc = take_sync(s, h, &sync, &err);
	}
	wire_sync_release(&sync);
	if (rc)
		api_error(s, req, &err);
	else
		begin_call(s, req, h);
}

void hosts_news(struct sched *s, struct host *h)
{
	h->news = true;
	core_want_flush(s);
}

void hosts_flush(struct sched *s)
{
	struct hash_iter it = { 0 };
	struct host *h;

	while ((h = nodes_next(s->nodes, &it))) {
		if (h->news && h->parked)
			send_reply(s, h, h->told.wait_s == 0);
		h->news = false;
	}
}

void hosts_release(struct sched *s)
{
	struct hash_iter it = { 0 };
	struct err err = ERR_INIT;
	struct host *h;

	err_set(&err, -EAGAIN, "the scheduler reads its state again");
	while ((h = nodes_next(s->nodes, &it))) {
		if (!h->parked)
			continue;
		httpd_req_on_gone(h->parked, NULL, NULL);
		api_error(s, h->parked, &err);
		h->parked = NULL;
	}
}

/* -- time ---------------------------------------------------------------------------------- */

static void tick_leases(struct sched *s, int64_t now_ms)
{
	struct hash_iter it = { 0 };
	struct err err = ERR_INIT;

	while (hash_next(s->attempts, &it)) {
		struct attempt *a = it.value;

		if (now_ms < a->lease_until_ms)
			continue;
		log_warn("lease of job %d.%d on %s is over",
			 a->job->cluster->id, a->job->proc, a->host);
		if (hostend_lost(s, a,
				 "its host has been silent for the "
				 "whole lease",
				 &err))
			break;
	}
}

/* What a silent host cannot have got goes to others at once; the log of the
 * rest is told. */
static void take_back(struct sched *s, struct host *h)
{
	struct err err = ERR_INIT;

	for (size_t i = h->slot_count; i-- > 0;) {
		struct attempt *a = h->slots[i]->attempt;

		if (!a)
			continue;
		if (a->sent ? joblog_silent(s, a, &err)
			    : hostend_unsent(s, a, &err)) {
			core_poison(s, &err);
			break;
		}
	}
}

void hosts_tick(struct sched *s)
{
	int64_t now_ms = clock_boot_ms();
	struct hash_iter it = { 0 };
	struct host *h;

	while ((h = nodes_next(s->nodes, &it))) {
		if (h->parked)
			send_reply(s, h, now_ms >= h->parked_until_ms);
		if (health_tick(&h->health, now_ms)) {
			log_info("host %s: on probation", h->name);
			for (size_t i = 0; i < h->slot_count; i++)
				match_slot_changed(s->match, h->slots[i]);
			core_want_match(s);
		}
		if (h->online && !h->parked &&
		    now_ms - h->synced_ms > clock_scaled_ms(NODES_SILENT_MS)) {
			h->online = false;
			for (size_t i = 0; i < h->slot_count; i++)
				match_slot_changed(s->match, h->slots[i]);
			log_warn("host %s is silent", h->name);
			feed_host(s, h);
			take_back(s, h);
		}
	}
	tick_leases(s, now_ms);
}

/* -- people ---------------------------------------------------------------------------------- */

int hosts_vacate(struct sched *s, struct host *h, bool fast, json_t *ret_jobs,
		 struct err *err)
{
	struct jobs_note note = { .reason = "the host was asked to be free",
				  .code = JOBLOG_VACATE_COMMAND };
	int rc = 0;

	for (size_t i = h->slot_count; !rc && i-- > 0;) {
		struct attempt *a = h->slots[i]->attempt;

		if (!a)
			continue;
		a->job->avoid_until_ms = -1; /* set when it has left */
		rc = jobs_event(s, a->job,
				fast ? JOBEVENT_VACATE_FAST : JOBEVENT_VACATE,
				&note, NULL, err);
		if (rc == -EALREADY || rc == -EINVAL)
			rc = 0;
		else if (!rc)
			json_array_append_new(ret_jobs,
					      json_sprintf("%d.%d",
							   a->job->cluster->id,
							   a->job->proc));
	}
	return rc;
}

static json_t *slot_json(const struct slot *slot)
{
	json_t *ad = ad_to_json(slot->offer, true);
	const struct attempt *a = slot->attempt;
	enum health_state health = health_state(&slot->host->health);

	if (health != HEALTH_OK)
		json_set_str(ad, "HostHealth", health_name(health));
	drain_mark_slot(slot, ad);
	if (!a)
		return ad;
	json_object_set_new(ad, "JobId",
			    json_sprintf("%d.%d", a->job->cluster->id,
					 a->job->proc));
	json_set_str(ad, "RemoteOwner", a->job->cluster->owner->name);
	json_set_str(ad, "RemoteUser", a->job->cluster->account->name);
	json_set_str(ad, "AttemptState", wire_run_name(a->state));
	return ad;
}

json_t *hosts_json(struct sched *s, const struct host *h)
{
	json_t *slots = json_array(), *root;
	const char *arch = h->slot_count ? h->slots[0]->arch : "";

	(void)s;
	for (size_t i = 0; i < h->slot_count; i++)
		json_array_append_new(slots, slot_json(h->slots[i]));
	root = json_pack("{s:s,s:s,s:s,s:s,s:b,s:I,s:{s:s,s:I,s:s},s:o}",
			 "name", h->name, "arch", arch, "state",
			 h->online ? "online" : "offline", "health",
			 health_name(health_state(&h->health)), "leaving",
			 (int)h->leaving, "last_sync", (json_int_t)h->last_sync,
			 "owner", "state", wire_owner_name(h->owner), "since",
			 (json_int_t)h->owner_since, "text",
			 h->owner_text ? h->owner_text : "", "slots", slots);
	if (h->drain.on)
		json_object_set_new(root, "drain", drain_json(h));
	return root;
}
