/* SPDX-License-Identifier: MIT */
#include "scheduler/preempt.h"

#include "common/ad/ad.h"
#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/hash.h"
#include "common/base/log.h"
#include "common/base/xalloc.h"
#include "common/store/index.h"
#include "scheduler/attempts.h"
#include "scheduler/core.h"
#include "scheduler/jobs.h"
#include "scheduler/match.h"
#include "scheduler/nodes.h"
#include "scheduler/queue.h"
#include "scheduler/sched.h"
#include "scheduler/slotclass.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Who is to leave takes a moment: no need to look more often. */
#define PAUSE_MS 1000

/* -- victims -------------------------------------------------------------------- */

/* A checkpoint was asked for, and its host has not acted on it yet. */
static bool is_saving(const struct attempt *a)
{
	const struct wire_sync *told = &a->slot->host->told;

	for (size_t i = 0; i < told->attempt_count; i++)
		if (!strcmp(told->attempts[i].nonce, a->nonce))
			return a->ckpt_asked > told->attempts[i].checkpoint;
	return a->ckpt_asked > 0;
}

/* Seconds of work that would be lost. */
static int64_t at_risk(struct sched *s, const struct attempt *a)
{
	int64_t since = a->started ? a->started : a->matched;
	struct index_ckpt c = { 0 };

	if (a->job->ckpt && !index_get(s->index, a->job->ckpt->id, &c, NULL)) {
		since = c.created > since ? c.created : since;
		index_ckpt_release(&c);
	}
	return sched_now() - since;
}

/* With the victim gone, would its slot take the job? */
static bool makes_room(struct sched *s, struct autocluster *ac,
		       const struct attempt *a)
{
	struct slot *slot = a->slot,
		    *whole = slot->parent ? slot->parent : slot;

	if (!whole->whole || !nodes_takes_jobs(whole->host) ||
	    !match_verdict(s->match, ac, whole->whole)->yes)
		return false;
	if (!slot->parent)
		return true;
	return whole->accepts &&
	       ac->request.cpus <= whole->left.cpus + slot->given.cpus &&
	       ac->request.memory_mb <=
		       whole->left.memory_mb + slot->given.memory_mb &&
	       ac->request.disk_kb <= whole->left.disk_kb + slot->given.disk_kb;
}

static bool may_be_victim(struct sched *s, struct bucket *b,
			  const struct attempt *a)
{
	const struct job *j = a->job;
	int64_t ran_s = a->started ? sched_now() - a->started : 0;

	if (a->want != WIRE_WANT_RUN ||
	    (j->state != JOBSTATE_RUNNING && j->state != JOBSTATE_SUSPENDED))
		return false;
	return share_may_preempt(&b->user->share, &j->cluster->account->share,
				 ran_s) &&
	       !is_saving(a) && makes_room(s, b->ac, a);
}

static struct attempt *find_victim(struct sched *s, struct bucket *b)
{
	struct hash_iter it = { 0 };
	struct attempt *best = NULL;
	int64_t least = 0;

	while (hash_next(s->attempts, &it)) {
		struct attempt *a = it.value;
		int64_t risk;

		if (!may_be_victim(s, b, a))
			continue;
		risk = at_risk(s, a);
		if (!best || risk < least) {
			best = a;
			least = risk;
		}
	}
	return best;
}

/* -- who asks ---------------------------------------------------------------------- */

/* Victims that are on their way out already, for this user. */
static int on_their_way(struct sched *s, const struct user *u)
{
	struct hash_iter it = { 0 };
	int n = 0;

	while (hash_next(s->attempts, &it)) {
		const struct attempt *a = it.value;

		n += a->preempted_for && !strcmp(a->preempted_for, u->name);
	}
	return n;
}

static struct bucket *best_bucket(const struct sched *s, struct user *u)
{
	struct bucket *b, *best = NULL;

	list_for_each(b, &u->buckets, by_user)
		if (b->heap.count && match_may_start(s->match, b) &&
		    (!best || jobheap_before(jobheap_top(&b->heap),
					     jobheap_top(&best->heap))))
			best = b;
	return best;
}

static int ask_for(struct sched *s, struct user *u, struct err *err)
{
	struct jobs_note note = { .reason = "preempted for a user with a "
					    "better priority" };
	struct bucket *b = best_bucket(s, u);
	struct attempt *victim;
	int rc;

	if (!b || on_their_way(s, u))
		return 0;
	victim = find_victim(s, b);
	if (!victim)
		return 0;
	log_info("job %d.%d on %s makes room for %s", victim->job->cluster->id,
		 victim->job->proc, victim->host, u->name);
	victim->preempted_for = xstrdup(u->name);
	rc = jobs_event(s, victim->job, JOBEVENT_VACATE, &note, NULL, err);
	return rc == -EALREADY || rc == -EINVAL ? 0 : rc;
}

int preempt_run(struct sched *s, struct err *err)
{
	int64_t now = clock_boot_ms();
	struct hash_iter it = { 0 };
	struct user *u;
	int rc = 0;

	if (!s->config.policy.preempt)
		return 0;
	if (now < s->preempt_next_ms) {
		core_match_at(s, s->preempt_next_ms);
		return 0;
	}
	s->preempt_next_ms = now + PAUSE_MS;
	while (!rc && (u = queue_next_user(s->queue, &it)))
		rc = ask_for(s, u, err);
	return rc;
}
