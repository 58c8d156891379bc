/* SPDX-License-Identifier: MIT */
#include "scheduler/core.h"

#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/list.h"
#include "common/base/log.h"
#include "common/base/xalloc.h"
#include "common/svc/evloop.h"
#include "common/svc/httpd.h"
#include "scheduler/api.h"
#include "scheduler/db/db.h"
#include "scheduler/db/meta.h"
#include "scheduler/dispatch.h"
#include "scheduler/feed.h"
#include "scheduler/hosts.h"
#include "scheduler/recover.h"
#include "scheduler/sched.h"

#include <errno.h>
#include <stdlib.h>

struct after {
	struct list link;
	void (*fn)(void *arg, bool committed);
	void *arg;
};

struct core {
	struct list after;
	bool poisoned;
	struct err poison;
	bool want_match, want_flush;
	struct evloop_timer *match_timer;
};

/* A turn's actions may write again; this many commits in one turn. */
#define ROUNDS_MAX 8

int64_t sched_now(void)
{
	return clock_real_ms() / 1000;
}

int core_write(struct sched *s, struct err *err)
{
	int rc;

	if (s->core->poisoned)
		return err_set(err, s->core->poison.code, "%s",
			       s->core->poison.text);
	rc = db_begin(s->db, err);
	return rc ? core_poison(s, err) : 0;
}

int core_poison(struct sched *s, const struct err *err)
{
	struct core *c = s->core;

	if (c->poisoned)
		return c->poison.code;
	c->poisoned = true;
	if (err)
		c->poison = *err;
	if (!c->poison.code)
		err_set(&c->poison, -EIO, "the database cannot be written");
	return c->poison.code;
}

bool core_poisoned(const struct sched *s)
{
	return s->core->poisoned;
}

void core_after(struct sched *s, void (*fn)(void *arg, bool committed),
		void *arg)
{
	struct after *a = xcalloc(1, sizeof(*a));

	a->fn = fn;
	a->arg = arg;
	list_append(&s->core->after, &a->link);
}

/* -- replies ----------------------------------------------------------------- */

struct waiting {
	struct sched *s;
	struct httpd_req *req; /* NULL: the client is gone */
	int status;
	json_t *json;
};

static void waiting_gone(void *arg, struct httpd_req *req)
{
	struct waiting *w = arg;

	(void)req;
	w->req = NULL;
}

static void waiting_send(void *arg, bool committed)
{
	struct waiting *w = arg;

	if (w->req) {
		httpd_req_on_gone(w->req, NULL, NULL);
		if (committed) {
			api_state_header(w->s, w->req);
			httpd_reply_json(w->req, w->status, w->json);
			w->json = NULL;
		} else {
			api_error(w->s, w->req, &w->s->core->poison);
		}
	}
	json_decref(w->json);
	free(w);
}

void core_reply(struct sched *s, struct httpd_req *req, int status,
		json_t *json)
{
	struct waiting *w = xcalloc(1, sizeof(*w));

	w->s = s;
	w->req = req;
	w->status = status;
	w->json = json;
	httpd_req_on_gone(req, waiting_gone, w);
	core_after(s, waiting_send, w);
}

void core_want_match(struct sched *s)
{
	s->core->want_match = true;
}

static void on_match_timer(void *arg)
{
	core_want_match(arg);
}

void core_match_at(struct sched *s, int64_t boot_ms)
{
	int64_t delay = boot_ms - clock_boot_ms();

	evloop_set_timer(s->core->match_timer, delay > 0 ? delay : 0);
}

void core_want_flush(struct sched *s)
{
	s->core->want_flush = true;
}

/* -- the end of a turn --------------------------------------------------------- */

static void run_after(struct sched *s, bool committed)
{
	struct list now;

	list_init(&now);
	/* Callbacks add for the next round, not for this one. */
	while (!list_empty(&s->core->after)) {
		struct after *a =
			list_first(&s->core->after, struct after, link);

		list_del(&a->link);
		list_append(&now, &a->link);
	}
	while (!list_empty(&now)) {
		struct after *a = list_first(&now, struct after, link);

		list_del(&a->link);
		a->fn(a->arg, committed);
		free(a);
	}
}

static int commit(struct sched *s, struct err *err)
{
	int64_t seq = s->state.seq + 1;
	int rc = meta_set_int(s->db, META_SEQ, seq, err);

	if (!rc)
		rc = db_commit(s->db, err);
	if (!rc)
		s->state.seq = seq;
	return rc;
}

static void undo(struct sched *s)
{
	struct err err = ERR_INIT;

	log_error("turn rolled back: %s", err_text(&s->core->poison));
	db_rollback(s->db);
	feed_commit(s, false);
	run_after(s, false);
	if (recover_reload(s, &err)) {
		log_error("cannot read the queue again: %s", err_text(&err));
		evloop_stop(s->loop);
	}
	s->core->poisoned = false;
	err_clear(&s->core->poison);
}

static bool round_of(struct sched *s)
{
	struct core *c = s->core;
	struct err err = ERR_INIT;

	if (c->want_match && !c->poisoned) {
		c->want_match = false;
		if (dispatch_run(s, &err))
			core_poison(s, &err);
	}
	if (!c->poisoned && db_in_transaction(s->db) && commit(s, &err))
		core_poison(s, &err);
	if (c->poisoned) {
		undo(s);
		return false;
	}
	feed_commit(s, true);
	run_after(s, true);
	return db_in_transaction(s->db) || c->want_match ||
	       !list_empty(&c->after) || c->poisoned;
}

static int64_t turn(void *arg)
{
	struct sched *s = arg;
	int rounds = 0;

	while (round_of(s) && ++rounds < ROUNDS_MAX)
		;
	if (s->core->want_flush) {
		s->core->want_flush = false;
		hosts_flush(s);
	}
	return rounds < ROUNDS_MAX ? -1 : 0;
}

void core_new(struct sched *s)
{
	s->core = xcalloc(1, sizeof(*s->core));
	list_init(&s->core->after);
	s->core->match_timer = evloop_add_timer(s->loop, -1, on_match_timer, s);
	evloop_add_hook(s->loop, EVLOOP_ORDER_COMMIT, turn, s);
}

void core_free(struct sched *s)
{
	if (!s->core)
		return;
	evloop_del_hook(s->loop, turn, s);
	evloop_del_timer(s->core->match_timer);
	run_after(s, false);
	free(s->core);
	s->core = NULL;
}
