/* SPDX-License-Identifier: MIT */
#include "scheduler/timers.h"

#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/log.h"
#include "common/base/xalloc.h"
#include "common/store/gc.h"
#include "common/svc/evloop.h"
#include "scheduler/core.h"
#include "scheduler/drain.h"
#include "scheduler/hosts.h"
#include "scheduler/jobpolicy.h"
#include "scheduler/sched.h"
#include "scheduler/spool.h"
#include "scheduler/tail.h"
#include "scheduler/users.h"

#include <stdlib.h>

#define TICK_MS	    INT64_C(1000)
#define PERIODIC_MS INT64_C(60000)
/* Between two slices of the walk over the jobs' policies. */
#define SLICE_PAUSE_MS INT64_C(90)
#define COLLECT_MS     INT64_C(300000)
/* Packs deleted in one go: each is an unlink, and the loop waits for it. */
#define PACKS_AT_ONCE 16

struct timers {
	struct sched *s;
	struct evloop_timer *tick, *periodic, *slice, *collect;
};

static void on_tick(void *arg)
{
	struct timers *t = arg;
	struct err err = ERR_INIT;

	hosts_tick(t->s);
	drain_tick(t->s);
	tail_tick(t->s);
	if (jobpolicy_durations(t->s, &err))
		core_poison(t->s, &err);
	evloop_set_timer(t->tick, TICK_MS);
}

static void on_slice(void *arg)
{
	struct timers *t = arg;
	struct err err = ERR_INIT;
	bool more = false;

	if (jobpolicy_slice(t->s, &more, &err))
		core_poison(t->s, &err);
	if (more)
		evloop_set_timer(t->slice, SLICE_PAUSE_MS);
}

static void on_periodic(void *arg)
{
	struct timers *t = arg;
	struct err err = ERR_INIT;

	if (users_store_all(t->s, &err))
		core_poison(t->s, &err);
	jobpolicy_begin(t->s);
	on_slice(t);
	evloop_set_timer(t->periodic, clock_scaled_ms(PERIODIC_MS));
}

/* The decision is committed: files of dead packs may go. */
static void delete_packs(void *arg, bool committed)
{
	struct sched *s = arg;
	struct err err = ERR_INIT;
	size_t deleted = 0;

	if (!committed || core_write(s, &err))
		return;
	if (gc_act(s->index, s->backend, PACKS_AT_ONCE, &deleted, &err))
		log_warn("collecting: %s", err_text(&err));
}

static void on_collect(void *arg)
{
	struct timers *t = arg;
	struct sched *s = t->s;
	struct err err = ERR_INIT;
	int rc = core_write(s, &err);

	if (!rc)
		rc = gc_decide(s->index, sched_now(), &err);
	if (rc)
		core_poison(s, &err);
	else
		core_after(s, delete_packs, s);
	spool_collect(s);
	evloop_set_timer(t->collect, COLLECT_MS);
}

void timers_new(struct sched *s)
{
	struct timers *t = xcalloc(1, sizeof(*t));

	t->s = s;
	t->tick = evloop_add_timer(s->loop, TICK_MS, on_tick, t);
	t->periodic = evloop_add_timer(s->loop, clock_scaled_ms(PERIODIC_MS),
				       on_periodic, t);
	t->slice = evloop_add_timer(s->loop, -1, on_slice, t);
	t->collect = evloop_add_timer(s->loop, COLLECT_MS, on_collect, t);
	s->timers = t;
}

void timers_free(struct sched *s)
{
	if (!s->timers)
		return;
	evloop_del_timer(s->timers->tick);
	evloop_del_timer(s->timers->periodic);
	evloop_del_timer(s->timers->slice);
	jobpolicy_free(s);
	evloop_del_timer(s->timers->collect);
	free(s->timers);
	s->timers = NULL;
}
