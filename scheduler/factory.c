/* SPDX-License-Identifier: MIT */
#include "scheduler/factory.h"

#include "common/ad/ad.h"
#include "common/base/err.h"
#include "common/base/fault.h"
#include "common/base/list.h"
#include "common/base/xalloc.h"
#include "common/svc/evloop.h"
#include "common/svc/json.h"
#include "scheduler/core.h"
#include "scheduler/db/db.h"
#include "scheduler/db/dbjobs.h"
#include "scheduler/feed.h"
#include "scheduler/joblog.h"
#include "scheduler/jobs.h"
#include "scheduler/queue.h"
#include "scheduler/sched.h"

#include <stdlib.h>

/* Jobs made in one turn, so that requests do not wait long. */
#define PER_TURN 1000
/* More jobs than this are told to watchers as one change. */
#define FEED_MAX 200

struct factory {
	struct list pending; /* clusters with room for jobs, perhaps */
	struct evloop_timer *timer;
};

/* -- one job --------------------------------------------------------------------- */

#define HELD_ATTRS                                                       \
	"{\"HoldReason\":\"submitted on hold at user's request\","       \
	"\"HoldReasonCode\":15,\"HoldReasonSubCode\":0,\"JobStatus\":5," \
	"\"HarrierState\":\"held\"}"

static int log_submit(struct sched *s, struct job *j, const char *row,
		      const char *attrs, struct err *err)
{
	struct ad *ad = NULL;
	int rc = queue_ad_of(j, row, attrs, &ad, err);

	if (!rc)
		rc = joblog_submit(s, j, ad, err);
	ad_free(ad);
	return rc;
}

static int make_job(struct sched *s, struct cluster *c, const char *row,
		    bool tell, struct err *err)
{
	struct dbjobs_proc p = {
		.cluster = c->id,
		.proc = c->next_proc,
		.state = c->hold ? JOBSTATE_HELD : JOBSTATE_IDLE,
		.prio = queue_prio(c, row),
		.entered = sched_now(),
		.row = row,
		.attrs = c->hold ? HELD_ATTRS : NULL,
	};
	struct job *j;
	int rc = dbjobs_add_proc(s->db, &p, err);

	if (rc)
		return rc;
	c->next_proc++;
	j = queue_add_job(s->queue, c, &p);
	rc = log_submit(s, j, row, p.attrs, err);
	if (!rc && !c->hold)
		rc = queue_enqueue(s->queue, s->db, j, err);
	if (!rc && tell)
		feed_job(s, j);
	return rc;
}

/* -- many -------------------------------------------------------------------------- */

/* How many may be made now. */
static int room(const struct cluster *c)
{
	int n = c->count - c->next_proc;

	if (c->max_live > 0 && n > c->max_live - c->live)
		n = c->max_live - c->live;
	if (c->max_idle > 0 && n > c->max_idle - c->idle - c->held)
		n = c->max_idle - c->idle - c->held;
	return n;
}

static int make_some(struct sched *s, struct cluster *c, int most,
		     factory_row_fn *row_of, void *arg, struct err *err)
{
	int n = room(c) < most ? room(c) : most, rc = 0;
	bool tell = n <= FEED_MAX;

	for (int i = 0; !rc && i < n; i++) {
		char *row = row_of(arg, c->next_proc);

		rc = make_job(s, c, row, tell, err);
		free(row);
	}
	if (!rc)
		rc = dbjobs_set_next(s->db, c->id, c->next_proc, err);
	if (!rc && !tell)
		feed_add(s, "cluster",
			 json_pack("{s:i,s:i}", "cluster", c->id, "count", n));
	core_want_match(s);
	return rc;
}

static int keep_rows(struct sched *s, const struct cluster *c,
		     factory_row_fn *row_of, void *arg, struct err *err)
{
	int rc = 0;

	for (int i = c->next_proc; !rc && i < c->count; i++) {
		char *row = row_of(arg, i);

		if (!row)
			break; /* one has none: no one has */
		rc = dbjobs_keep_row(s->db, c->id, i, row, err);
		free(row);
	}
	return rc;
}

int factory_begin(struct sched *s, struct cluster *c, factory_row_fn *row_of,
		  void *arg, struct err *err)
{
	int rc = make_some(s, c, FACTORY_FIRST, row_of, arg, err);

	if (!rc)
		rc = keep_rows(s, c, row_of, arg, err);
	factory_look(s, c);
	return rc;
}

struct kept {
	struct sched *s;
	int cluster;
};

static char *kept_row(void *arg, int proc)
{
	const struct kept *k = arg;

	return dbjobs_kept_row(k->s->db, k->cluster, proc);
}

static int make_more(struct sched *s, struct cluster *c, struct err *err)
{
	struct kept k = { s, c->id };
	int rc = core_write(s, err);

	if (!rc && (rc = fault_hit("factory.make")))
		return err_sys(err, rc, "jobs of a cluster");
	if (!rc)
		rc = make_some(s, c, PER_TURN, kept_row, &k, err);
	if (!rc)
		rc = dbjobs_drop_rows(s->db, c->id, c->next_proc, err);
	return rc;
}

static void on_timer(void *arg)
{
	struct sched *s = arg;
	struct factory *f = s->factory;
	struct err err = ERR_INIT;
	struct cluster *c;

	if (list_empty(&f->pending))
		return;
	c = list_first(&f->pending, struct cluster, pending);
	list_del(&c->pending);
	if (make_more(s, c, &err)) {
		core_poison(s, &err);
		return;
	}
	/* Behind the others: each has its turn. */
	factory_look(s, c);
	if (!list_empty(&f->pending))
		evloop_set_timer(f->timer, 0);
}

void factory_look(struct sched *s, struct cluster *c)
{
	struct factory *f = s->factory;

	if (c->next_proc >= c->count || !list_empty(&c->pending) ||
	    room(c) <= 0)
		return;
	list_append(&f->pending, &c->pending);
	evloop_set_timer(f->timer, 0);
}

/* -- its life -------------------------------------------------------------------------- */

void factory_new(struct sched *s)
{
	s->factory = xcalloc(1, sizeof(*s->factory));
	list_init(&s->factory->pending);
	s->factory->timer = evloop_add_timer(s->loop, -1, on_timer, s);
}

void factory_free(struct sched *s)
{
	if (!s->factory)
		return;
	while (!list_empty(&s->factory->pending))
		list_del(s->factory->pending.next);
	evloop_del_timer(s->factory->timer);
	free(s->factory);
	s->factory = NULL;
}

void factory_recover(struct sched *s)
{
	struct hash_iter it = { 0 };
	struct cluster *c;

	while ((c = queue_next_cluster(s->queue, &it)))
		factory_look(s, c);
}

int factory_stop(struct sched *s, struct cluster *c, bool *ret_gone,
		 struct err *err)
{
	int id = c->id, rc;

	*ret_gone = false;
	if (c->next_proc >= c->count)
		return 0;
	rc = core_write(s, err);
	if (!rc)
		rc = dbjobs_set_count(s->db, id, c->next_proc, err);
	if (!rc)
		rc = dbjobs_drop_rows(s->db, id, c->count, err);
	c->count = c->next_proc;
	list_del(&c->pending);
	if (!rc && queue_drop_empty(s->queue, c)) {
		*ret_gone = true;
		rc = dbjobs_drop_cluster(s->db, id, err);
	}
	return rc ? core_poison(s, err) : 0;
}

int factory_hold(struct sched *s, struct cluster *c, bool hold, struct err *err)
{
	int rc;

	if (c->next_proc >= c->count || c->hold == hold)
		return 0;
	rc = core_write(s, err);
	if (!rc)
		rc = dbjobs_set_hold(s->db, c->id, hold, err);
	c->hold = hold;
	return rc ? core_poison(s, err) : 0;
}
