/* SPDX-License-Identifier: MIT */
#include "scheduler/match.h"

#include "common/ad/ad.h"
#include "common/ad/match.h"
#include "common/base/clock.h"
#include "common/base/hash.h"
#include "common/base/list.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "scheduler/nodes.h"
#include "scheduler/queue.h"
#include "scheduler/sig.h"

#include <stdlib.h>
#include <string.h>

/* Verdicts remembered; above it all are forgotten. */
#define MEMORY_MAX 200000
/* Jobs of a bucket that may be passed over for reasons of their own. */
#define SKIP_MAX 64

struct match {
	struct queue *queue;
	struct nodes *nodes;
	struct hash *memory; /* (autocluster id, class) -> verdict */
	unsigned int turn;
	int64_t boot_ms, now;
	int64_t wake_ms; /* earliest time a held back job is free, or -1 */
	/* Jobs taken out of their heaps in this turn: to be put back. */
	struct job **skipped;
	size_t skip_count, skip_room;
	struct slot **free_slots;
	size_t free_count, free_room;
};

struct match *match_new(struct queue *q, struct nodes *n)
{
	struct match *m = xcalloc(1, sizeof(*m));

	m->queue = q;
	m->nodes = n;
	m->memory = hash_new(free);
	return m;
}

void match_free(struct match *m)
{
	if (!m)
		return;
	hash_free(m->memory);
	free(m->skipped);
	free(m->free_slots);
	free(m);
}

void match_slot_changed(struct match *m, struct slot *s)
{
	sig_collect(queue_slot_sig(m->queue), queue_job_sig(m->queue), s->ad);
}

struct match_verdict_pair match_pair(struct match *m, struct autocluster *ac,
				     struct slot *s)
{
	struct strbuf key = STRBUF_INIT;
	struct match_verdict_pair *v;

	strbuf_add(&key, &ac->id, sizeof(ac->id));
	strbuf_addstr(&key, nodes_class(s, queue_slot_sig(m->queue)));
	v = hash_get_mem(m->memory, key.data, key.len);
	if (!v) {
		if (hash_count(m->memory) > MEMORY_MAX)
			hash_clear(m->memory);
		v = xcalloc(1, sizeof(*v));
		v->job_accepts = ad_accepts(ac->ad, s->ad);
		v->slot_accepts = ad_accepts(s->ad, ac->ad);
		v->job_rank = ad_rank(ac->ad, s->ad);
		v->slot_rank = ad_rank(s->ad, ac->ad);
		hash_set_mem(m->memory, key.data, key.len, v);
	}
	strbuf_release(&key);
	return *v;
}

/* -- a turn --------------------------------------------------------------- */

static void collect_free(struct match *m)
{
	struct hash_iter it = { 0 };
	struct host *h;

	m->free_count = 0;
	while ((h = nodes_next(m->nodes, &it))) {
		for (size_t i = 0; i < h->slot_count; i++) {
			if (!nodes_is_free(h->slots[i]))
				continue;
			if (m->free_count == m->free_room) {
				m->free_room = 2 * m->free_room + 16;
				m->free_slots = xreallocarray(
					m->free_slots, m->free_room,
					sizeof(struct slot *));
			}
			m->free_slots[m->free_count++] = h->slots[i];
		}
	}
}

void match_begin(struct match *m, int64_t now_boot_ms, int64_t now)
{
	m->turn++;
	m->boot_ms = now_boot_ms;
	m->now = now;
	m->wake_ms = -1;
	collect_free(m);
}

static void note_wake(struct match *m, int64_t at_ms)
{
	if (m->wake_ms < 0 || at_ms < m->wake_ms)
		m->wake_ms = at_ms;
}

/* Conditions of this one job, beside those of its autocluster. */
static bool job_may(struct match *m, const struct job *j, const struct slot *s)
{
	if (!j->avoid_host || m->boot_ms >= j->avoid_until_ms ||
	    strcmp(j->avoid_host, s->host->name))
		return true;
	note_wake(m, j->avoid_until_ms);
	return false;
}

static bool better(const struct match_verdict_pair *a,
		   const struct match_verdict_pair *b)
{
	if (a->slot_rank != b->slot_rank)
		return a->slot_rank > b->slot_rank;
	return a->job_rank > b->job_rank;
}

static struct slot *best_slot(struct match *m, struct job *j)
{
	struct autocluster *ac = j->bucket->ac;
	struct match_verdict_pair best_verdict = { 0 };
	struct slot *best = NULL;

	for (size_t i = 0; i < m->free_count; i++) {
		struct slot *s = m->free_slots[i];
		struct match_verdict_pair v;

		if (!nodes_is_free(s) || !limit_allows(&ac->limit, s->arch) ||
		    !job_may(m, j, s))
			continue;
		v = match_pair(m, ac, s);
		if (!v.job_accepts || !v.slot_accepts)
			continue;
		if (!best || better(&v, &best_verdict)) {
			best = s;
			best_verdict = v;
		}
	}
	return best;
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

/* What the last turn says of these jobs, for hwhy. */
static void record(struct match *m, struct autocluster *ac)
{
	struct hash_iter it = { 0 };
	struct host *h;
	int64_t start = clock_mono_ns();

	ac->decided = m->now;
	ac->seen = ac->allowed = ac->accepted = ac->matched = ac->busy = 0;
	while ((h = nodes_next(m->nodes, &it))) {
		for (size_t i = 0; h->online && i < h->slot_count; i++) {
			struct slot *s = h->slots[i];
			struct match_verdict_pair v;

			ac->seen++;
			if (!limit_allows(&ac->limit, s->arch))
				continue;
			ac->allowed++;
			v = match_pair(m, ac, s);
			ac->accepted += v.job_accepts;
			if (!v.job_accepts || !v.slot_accepts)
				continue;
			ac->matched++;
			ac->busy += !nodes_is_free(s);
		}
	}
	ac->match_ms = (double)(clock_mono_ns() - start) / 1e6;
}

/* The next job of a bucket that fits somewhere; else the bucket is blocked. */
static struct slot *try_bucket(struct match *m, struct bucket *b,
			       struct job **ret_job)
{
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
			note_wake(m, j->not_before_ms);
		s = own_reason ? NULL : best_slot(m, j);
		if (s) {
			*ret_job = j;
			return s;
		}
		if (!own_reason &&
		    (!j->avoid_host || m->boot_ms >= j->avoid_until_ms))
			break;
		skip(m, j);
	}
	b->blocked_turn = m->turn;
	if (b->ac->decided != m->now)
		record(m, b->ac);
	return NULL;
}

/* The bucket with the user's best job. */
static struct bucket *best_bucket(struct match *m, struct user *u)
{
	struct bucket *b, *best = NULL;

	list_for_each(b, &u->buckets, by_user) {
		if (b->blocked_turn == m->turn || !b->heap.count)
			continue;
		if (!best || jobheap_before(jobheap_top(&b->heap),
					    jobheap_top(&best->heap)))
			best = b;
	}
	return best;
}

static struct bucket *next_bucket(struct match *m)
{
	struct bucket *best = NULL;
	struct hash_iter it = { 0 };
	struct user *u;

	while ((u = queue_next_user(m->queue, &it))) {
		struct bucket *b = best_bucket(m, u);

		if (b && (!best || share_turn(&u->share) <
					   share_turn(&best->user->share)))
			best = b;
	}
	return best;
}

bool match_next(struct match *m, struct job **ret_job, struct slot **ret_slot)
{
	struct bucket *b;

	while ((b = next_bucket(m))) {
		struct slot *s = try_bucket(m, b, ret_job);

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

/* -- why -------------------------------------------------------------------- */

static json_t *clauses_json(struct match *m, struct autocluster *ac,
			    char **ret_worst)
{
	struct match_clauses *clauses = match_clauses_new(ac->ad);
	size_t count = clauses ? match_clauses_count(clauses) : 0;
	json_t *list = json_array();

	for (size_t c = 0; c < count; c++) {
		struct hash_iter it = { 0 };
		struct host *h;
		int matched = 0;

		while ((h = nodes_next(m->nodes, &it)))
			for (size_t i = 0; h->online && i < h->slot_count; i++)
				matched += match_clauses_try(clauses, c,
							     h->slots[i]->ad) ==
					   MATCH_YES;
		json_array_append_new(list,
				      json_pack("{s:s,s:i}", "text",
						match_clauses_text(clauses, c),
						"matched", matched));
		if (!matched && !*ret_worst)
			*ret_worst = xstrdup(match_clauses_text(clauses, c));
	}
	match_clauses_free(clauses);
	return list;
}

static char *why_text(const struct autocluster *ac, const char *worst)
{
	if (!ac->seen)
		return xstrdup("no host is online");
	if (!ac->allowed && ac->limit.ckpt)
		return xasprintf("its checkpoint (written on %s) can be "
				 "restarted on none of the %d slots",
				 ac->limit.ckpt->arch, ac->seen);
	if (!ac->allowed)
		return xasprintf("no slot has an architecture it was built "
				 "for (%s)",
				 ac->limit.built);
	if (worst)
		return xasprintf("no slot has %s", worst);
	if (!ac->accepted)
		return xstrdup("no slot meets all of its requirements");
	if (!ac->matched)
		return xstrdup("the slots it could use do not accept it");
	if (ac->busy == ac->matched)
		return xasprintf("all %d slots that match are busy or their "
				 "owner is there",
				 ac->matched);
	return xstrdup("it is about to start");
}

void match_why(struct match *m, struct autocluster *ac, json_t *root)
{
	char *worst = NULL, *text;
	json_t *clauses;

	/* The hosts may have changed since the last turn. */
	m->now = clock_real_ms() / 1000;
	record(m, ac);
	clauses = clauses_json(m, ac, &worst);
	text = why_text(ac, worst);
	json_object_set_new(root, "autocluster", json_integer(ac->id));
	json_object_set_new(root, "state",
			    json_string(ac->matched > ac->busy ? "match"
					: ac->matched	       ? "busy"
							       : "no-match"));
	json_object_set_new(root, "time", json_integer(ac->decided));
	json_object_set_new(root, "slots", json_integer(ac->seen));
	json_object_set_new(root, "matched", json_integer(ac->matched));
	json_object_set_new(root, "rejected_by_checkpoint",
			    json_integer(ac->seen - ac->allowed));
	json_object_set_new(root, "rejected_by_job",
			    json_integer(ac->allowed - ac->accepted));
	json_object_set_new(root, "rejected_by_slot",
			    json_integer(ac->accepted - ac->matched));
	json_object_set_new(root, "busy", json_integer(ac->busy));
	json_object_set_new(root, "match_ms", json_real(ac->match_ms));
	json_object_set_new(root, "clauses", clauses);
	json_object_set_new(root, "text", json_string(text));
	free(worst);
	free(text);
}
