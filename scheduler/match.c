/* SPDX-License-Identifier: MIT */
#include "scheduler/match.h"

#include "common/ad/ad.h"
#include "common/ad/match.h"
#include "common/base/hash.h"
#include "common/base/list.h"
#include "common/base/xalloc.h"
#include "scheduler/conclimit.h"
#include "scheduler/nodes.h"
#include "scheduler/queue.h"
#include "scheduler/sig.h"
#include "scheduler/slotclass.h"

#include <stdlib.h>
#include <string.h>

/* Jobs of a bucket that may be passed over for reasons of their own. */
#define SKIP_MAX 64

struct match {
	struct queue *queue;
	struct nodes *nodes;
	struct slotclasses *classes;
	struct conclimits *limits; /* or NULL */
	bool limited; /* some bucket is */
	unsigned int generation; /* of the slots' sig, as the classes know it */
	int64_t boot_ms, now;
	int64_t wake_ms; /* earliest time a held back job is free, or -1 */
	/* Jobs taken out of their heaps in this turn: to be put back. */
	struct job **skipped;
	size_t skip_count, skip_room;
};

struct match *match_new(struct queue *q, struct nodes *n)
{
	struct match *m = xcalloc(1, sizeof(*m));

	m->queue = q;
	m->nodes = n;
	m->wake_ms = -1;
	m->classes = slotclass_new(queue_slot_sig(q));
	m->generation = sig_generation(queue_slot_sig(q));
	return m;
}

void match_set_limits(struct match *m, struct conclimits *limits)
{
	m->limits = limits;
}

void match_free(struct match *m)
{
	if (!m)
		return;
	slotclass_free(m->classes);
	free(m->skipped);
	free(m);
}

/* -- slots ------------------------------------------------------------------- */

static struct slotclass *class_of(struct match *m, struct slot *s,
				  struct ad *ad)
{
	bool is_new;
	struct slotclass *c = slotclass_get(m->classes, ad, s->arch, &is_new);

	/* Equal text refers to equal attributes: once per class is enough. */
	if (is_new)
		sig_collect(queue_slot_sig(m->queue), queue_job_sig(m->queue),
			    ad);
	return c;
}

static void classify(struct match *m, struct slot *s)
{
	struct slotclass *class = class_of(m, s, s->offer);
	struct slotclass *whole = s->ad == s->offer ? slotclass_ref(class)
						    : class_of(m, s, s->ad);

	if (s->class != class)
		slotclass_set_free(s, false);
	slotclass_leave(s->class);
	slotclass_leave(s->whole);
	s->class = class;
	s->whole = whole;
}

void match_slot_changed(struct match *m, struct slot *s)
{
	/* Dynamic slots are made for one attempt: never on offer. */
	if (s->parent)
		return;
	classify(m, s);
	slotclass_set_free(s, nodes_is_free(s));
}

void match_all_changed(struct match *m)
{
	struct hash_iter it = { 0 };
	struct host *h;

	while ((h = nodes_next(m->nodes, &it)))
		for (size_t i = 0; i < h->slot_count; i++)
			match_slot_changed(m, h->slots[i]);
}

/* A job looks at what no job has looked at: classes may fall apart. */
static void regenerate(struct match *m)
{
	const struct sig *sig = queue_slot_sig(m->queue);

	while (m->generation != sig_generation(sig)) {
		m->generation = sig_generation(sig);
		match_all_changed(m);
	}
}

/* -- verdicts ------------------------------------------------------------------ */

static bool fits(const struct autocluster *ac, const struct slotclass *c)
{
	if (!c->partitionable)
		return true;
	return ac->request.cpus <= c->cpus &&
	       ad_int(ac->ad, "RequestMemory", 1) <= c->memory_mb &&
	       ad_int(ac->ad, "RequestDisk", 1) <= c->disk_kb;
}

static void decide(const struct autocluster *ac, const struct slotclass *c,
		   struct verdict *v)
{
	*v = (struct verdict){ .serial = c->serial };
	v->allowed = limit_allows(&ac->limit, c->arch);
	v->fits = fits(ac, c);
	v->job_accepts = ad_accepts(ac->ad, c->ad);
	v->slot_accepts = ad_accepts(c->ad, ac->ad);
	v->yes = v->allowed && v->fits && v->job_accepts && v->slot_accepts;
	if (!v->yes)
		return;
	v->job_rank = ad_rank(ac->ad, c->ad);
	v->slot_rank = ad_rank(c->ad, ac->ad);
}

static void grow(struct autocluster *ac, unsigned int bound)
{
	unsigned int room = ac->verdict_count ? ac->verdict_count : 16;

	while (room < bound)
		room *= 2;
	ac->verdicts =
		xreallocarray(ac->verdicts, room, sizeof(struct verdict));
	memset(ac->verdicts + ac->verdict_count, 0,
	       (room - ac->verdict_count) * sizeof(struct verdict));
	ac->verdict_count = room;
}

const struct verdict *match_verdict(struct match *m, struct autocluster *ac,
				    struct slotclass *c)
{
	if (c->index >= ac->verdict_count)
		grow(ac, slotclass_bound(m->classes));
	if (ac->verdicts[c->index].serial != c->serial)
		decide(ac, c, &ac->verdicts[c->index]);
	return &ac->verdicts[c->index];
}

/* -- what becomes ready ---------------------------------------------------------- */

static void wake_autocluster(struct match *m, struct autocluster *ac)
{
	struct bucket *b;

	list_for_each(b, &ac->buckets, by_ac)
		if (b->heap.count)
			queue_set_ready(m->queue, b, true);
}

/* A slot of this class is free: whose jobs does it concern? */
static void wake_for(struct match *m, struct slotclass *c)
{
	struct hash_iter it = { 0 };
	struct autocluster *ac;

	while ((ac = queue_next_autocluster(m->queue, &it)))
		if (ac->jobs && match_verdict(m, ac, c)->yes)
			wake_autocluster(m, ac);
}

static void wake_waiting(struct match *m)
{
	struct hash_iter it = { 0 };
	struct autocluster *ac;
	struct bucket *b;

	while ((ac = queue_next_autocluster(m->queue, &it)))
		list_for_each(b, &ac->buckets, by_ac)
			if (b->waits) {
				b->waits = false;
				queue_set_ready(m->queue, b, true);
			}
}

/* Something may have ended, or a limit have been raised, since. */
static void wake_limited(struct match *m)
{
	struct hash_iter it = { 0 };
	struct autocluster *ac;
	struct bucket *b;

	if (!m->limited)
		return;
	m->limited = false;
	while ((ac = queue_next_autocluster(m->queue, &it)))
		list_for_each(b, &ac->buckets, by_ac)
			if (b->limited) {
				b->limited = false;
				queue_set_ready(m->queue, b, true);
			}
}

void match_begin(struct match *m, int64_t now_boot_ms, int64_t now)
{
	struct slotclass *c;

	m->boot_ms = now_boot_ms;
	m->now = now;
	regenerate(m);
	wake_limited(m);
	while ((c = slotclass_next_fresh(m->classes)))
		if (c->free_count)
			wake_for(m, c);
	if (m->wake_ms >= 0 && now_boot_ms >= m->wake_ms) {
		m->wake_ms = -1;
		wake_waiting(m);
	}
}

/* -- a turn ------------------------------------------------------------------- */

static void note_wake(struct match *m, struct bucket *b, int64_t at_ms)
{
	b->waits = true;
	if (m->wake_ms < 0 || at_ms < m->wake_ms)
		m->wake_ms = at_ms;
}

/* Conditions of this one job, beside those of its autocluster. */
static bool job_may(struct match *m, const struct job *j, const struct slot *s)
{
	if (!j->avoid_host || m->boot_ms >= j->avoid_until_ms ||
	    strcmp(j->avoid_host, s->host->name))
		return true;
	note_wake(m, j->bucket, j->avoid_until_ms);
	return false;
}

static struct slot *slot_of_class(struct match *m, struct job *j,
				  struct slotclass *c)
{
	struct slot *s;

	list_for_each(s, &c->free, free_link)
		if (job_may(m, j, s))
			return s;
	return NULL;
}

/*
 * The slot's own wish, the job's, and then where least is left over, so that
 * large slots stay for large jobs.
 */
static bool better(const struct verdict *a, const struct slotclass_offer *oa,
		   const struct verdict *b, const struct slotclass_offer *ob)
{
	if (a->slot_rank != b->slot_rank)
		return a->slot_rank > b->slot_rank;
	if (a->job_rank != b->job_rank)
		return a->job_rank > b->job_rank;
	if (oa->cpus != ob->cpus)
		return oa->cpus < ob->cpus;
	if (oa->memory_mb != ob->memory_mb)
		return oa->memory_mb < ob->memory_mb;
	return oa->serial < ob->serial;
}

/* The loop that counts: the table and the verdicts, nothing else. */
static struct slot *best_slot(struct match *m, struct job *j)
{
	struct autocluster *ac = j->bucket->ac;
	const struct slotclass_offer *best = NULL, *offers;
	const struct verdict *best_verdict = NULL;
	struct slot *slot = NULL;
	size_t n;

	offers = slotclass_offers(m->classes, &n);
	if (slotclass_bound(m->classes) > ac->verdict_count)
		grow(ac, slotclass_bound(m->classes));
	for (size_t i = 0; i < n; i++) {
		const struct slotclass_offer *o = &offers[i];
		struct verdict *v = &ac->verdicts[o->index];
		struct slot *s;

		if (v->serial != o->serial)
			decide(ac, o->class, v);
		if (!v->yes || (best && !better(v, o, best_verdict, best)))
			continue;
		s = slot_of_class(m, j, o->class);
		if (!s)
			continue;
		slot = s;
		best = o;
		best_verdict = v;
	}
	return slot;
}

/* Takes a job out of its heap until the end of the turn. */
static void skip(struct match *m, struct job *j)
{
	if (m->skip_count == m->skip_room) {
		m->skip_room = 2 * m->skip_room + 16;
		m->skipped = xreallocarray(m->skipped, m->skip_room,
					   sizeof(struct job *));
	}
	jobheap_del(&j->bucket->heap, &j->node);
	m->skipped[m->skip_count++] = j;
}

bool match_may_start(const struct match *m, const struct bucket *b)
{
	const struct autocluster *ac = b->ac;

	return share_allows(&b->user->share, (double)ac->request.cpus) &&
	       (!m->limits || conclimit_allows(m->limits, ac->limits, NULL));
}

/* If it may not, it is looked at again in the next turn. */
static bool may_start(struct match *m, struct bucket *b)
{
	if (match_may_start(m, b))
		return true;
	b->limited = m->limited = true;
	queue_set_ready(m->queue, b, false);
	return false;
}

/* The next job of a bucket that fits somewhere; else it is not ready. */
static struct slot *try_bucket(struct match *m, struct bucket *b,
			       struct job **ret_job)
{
	b->ac->decided = m->now;
	if (!may_start(m, b))
		return NULL;
	for (int i = 0; i < SKIP_MAX; i++) {
		struct jobheap_node *n = jobheap_top(&b->heap);
		struct job *j;
		struct slot *s;
		bool own_reason;

		if (!n)
			break;
		j = list_entry(n, struct job, node);
		own_reason = m->boot_ms < j->not_before_ms;
		if (own_reason)
			note_wake(m, b, j->not_before_ms);
		s = own_reason ? NULL : best_slot(m, j);
		if (s) {
			*ret_job = j;
			b->ac->matched = m->now;
			return s;
		}
		if (!own_reason &&
		    (!j->avoid_host || m->boot_ms >= j->avoid_until_ms))
			break;
		skip(m, j);
	}
	queue_set_ready(m->queue, b, false);
	return NULL;
}

/* The ready bucket with the user's best job. */
static struct bucket *best_bucket(struct match *m, struct user *u)
{
	struct bucket *b, *next, *best = NULL;

	list_for_each_safe(b, next, &u->ready, ready_link) {
		if (!b->heap.count)
			queue_set_ready(m->queue, b, false);
		else if (!best || jobheap_before(jobheap_top(&b->heap),
						 jobheap_top(&best->heap)))
			best = b;
	}
	return best;
}

static bool is_before(const struct user *a, const struct user *b)
{
	double x = share_turn(&a->share), y = share_turn(&b->share);

	return x != y ? x < y : a->number < b->number;
}

/* Whose turn it is among those with ready buckets. */
static struct user *next_user(struct match *m)
{
	struct user *u, *best = NULL;

	list_for_each(u, queue_ready_users(m->queue), ready_link)
		if (!best || is_before(u, best))
			best = u;
	return best;
}

bool match_next(struct match *m, struct job **ret_job, struct slot **ret_slot)
{
	struct user *u;
	size_t offers;

	slotclass_offers(m->classes, &offers);
	while (offers && (u = next_user(m))) {
		struct bucket *b = best_bucket(m, u);
		struct slot *s = b ? try_bucket(m, b, ret_job) : NULL;

		if (s) {
			*ret_slot = s;
			return true;
		}
	}
	return false;
}

int64_t match_end(struct match *m)
{
	while (m->skip_count) {
		struct job *j = m->skipped[--m->skip_count];

		jobheap_push(&j->bucket->heap, &j->node);
	}
	return m->wake_ms;
}
