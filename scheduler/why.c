/* SPDX-License-Identifier: MIT */
#include "scheduler/why.h"

#include "common/ad/ad.h"
#include "common/base/clock.h"
#include "common/base/hash.h"
#include "common/base/xalloc.h"
#include "scheduler/attempts.h"
#include "scheduler/conclimit.h"
#include "scheduler/match.h"
#include "scheduler/nodes.h"
#include "scheduler/queue.h"
#include "scheduler/sched.h"
#include "scheduler/slotclass.h"

#include <stdlib.h>
#include <string.h>

/* -- counting ------------------------------------------------------------------ */

/* Whose jobs are on a slot: 0 nobody's, 1 only @u's, 2 somebody else's too. */
static int users_of(const struct slot *s, const struct user *u)
{
	const struct host *h = s->host;
	int found = 0;

	for (size_t i = 0; i < h->slot_count; i++) {
		const struct slot *other = h->slots[i];
		int who;

		if (!other->attempt || (other != s && other->parent != s))
			continue;
		who = other->attempt->job->cluster->account == u ? 1 : 2;
		found = who > found ? who : found;
	}
	return found;
}

static bool is_willing(struct match *m, struct autocluster *ac, struct slot *s)
{
	return nodes_is_free(s) && match_verdict(m, ac, s->class)->yes;
}

static void count_matched(struct match *m, struct autocluster *ac,
			  struct slot *s, const struct user *u,
			  struct why_counts *n)
{
	int users;

	n->matched++;
	if (is_willing(m, ac, s)) {
		n->willing++;
		return;
	}
	users = users_of(s, u);
	if (health_state(&s->host->health) == HEALTH_ASIDE)
		n->set_aside++;
	else if (users)
		*(users == 1 ? &n->yours : &n->others) += 1;
	else if (s->host->owner == WIRE_OWNER_PRESENT)
		n->owner_present++;
	else
		n->unwilling++;
}

static void count_slot(struct match *m, struct autocluster *ac, struct slot *s,
		       const struct user *u, struct why_counts *n)
{
	const struct verdict *v = match_verdict(m, ac, s->whole);

	n->seen++;
	if (!v->allowed)
		return;
	n->allowed++;
	if (!v->job_accepts || !v->fits)
		return;
	n->accepted++;
	/* A slot that takes no job at all now refuses not this one. */
	if (v->slot_accepts || !s->accepts)
		count_matched(m, ac, s, u, n);
}

void why_count(struct match *m, struct nodes *nodes, struct autocluster *ac,
	       const struct user *u, struct why_counts *ret)
{
	struct hash_iter it = { 0 };
	struct host *h;

	*ret = (struct why_counts){ 0 };
	while ((h = nodes_next(nodes, &it)))
		for (size_t i = 0; i < h->slot_count; i++) {
			struct slot *s = h->slots[i];

			if (!h->online)
				ret->offline += !s->parent;
			else if (s->whole)
				count_slot(m, ac, s, u, ret);
		}
}

/* -- what limits ------------------------------------------------------------------- */

/* Somebody who is served before @u has idle jobs. */
static bool others_first(struct queue *q, const struct user *u)
{
	struct hash_iter it = { 0 };
	struct user *other;

	while ((other = queue_next_user(q, &it)))
		if (other != u && other->counts[JOBSTATE_IDLE] &&
		    share_turn(&other->share) < share_turn(&u->share))
			return true;
	return false;
}

static const char *limits(struct queue *q, const struct user *u,
			  const struct why_counts *n, bool limited)
{
	if (!n->matched)
		return "no-host";
	if (limited)
		return "limit";
	if (n->willing)
		return "none";
	if (n->others && others_first(q, u))
		return "priority";
	if (n->yours || n->others)
		return "busy";
	return n->owner_present ? "owner-present" : "busy";
}

static char *no_match_text(const struct autocluster *ac,
			   const struct why_counts *n, const char *worst)
{
	if (!n->seen)
		return xstrdup(n->offline ? "all hosts are offline"
					  : "no host is online");
	if (!n->allowed && ac->limit.ckpt)
		return xasprintf("its checkpoint (written on %s) can be "
				 "restarted on none of the %d slots",
				 ac->limit.ckpt->arch, n->seen);
	if (!n->allowed)
		return xasprintf("no slot has an architecture it was built "
				 "for (%s)",
				 ac->limit.built);
	if (worst)
		return xasprintf("no slot has %s", worst);
	if (!n->accepted)
		return xstrdup("no slot meets all of its requirements");
	return xstrdup("the slots it could use do not accept it");
}

static char *why_text(const struct autocluster *ac, const struct why_counts *n,
		      const char *limit, const char *worst)
{
	if (!n->matched)
		return no_match_text(ac, n, worst);
	if (!strcmp(limit, "owner-present"))
		return xasprintf("the owner is at %s %d slot%s that match%s",
				 n->matched == 1 ? "the" : "all", n->matched,
				 n->matched == 1 ? "" : "s",
				 n->matched == 1 ? "es" : "");
	if (!strcmp(limit, "priority"))
		return xasprintf("all %d slots that match are busy, and users "
				 "with a better priority wait too",
				 n->matched);
	if (n->set_aside == n->matched)
		return xasprintf("all %d slots that match are set aside: jobs "
				 "failed there within seconds",
				 n->matched);
	if (!n->willing)
		return xasprintf("all %d slots that match are busy or their "
				 "owner is there",
				 n->matched);
	return xstrdup("it is about to start");
}

/* -- the answer ---------------------------------------------------------------------- */

static void put_counts(json_t *root, const struct why_counts *n)
{
	json_set_int(root, "slots", n->seen);
	json_set_int(root, "offline", n->offline);
	json_set_int(root, "matched", n->matched);
	json_set_int(root, "rejected_by_checkpoint", n->seen - n->allowed);
	json_set_int(root, "rejected_by_job", n->allowed - n->accepted);
	json_set_int(root, "rejected_by_slot", n->accepted - n->matched);
	json_set_int(root, "busy", n->matched - n->willing);
	json_set_int(root, "willing", n->willing);
	json_set_int(root, "serving_you", n->yours);
	json_set_int(root, "serving_others", n->others);
	json_set_int(root, "owner_present", n->owner_present);
	json_set_int(root, "set_aside", n->set_aside);
}

/* What holds back this one job, beside what its autocluster meets. */
static char *own_reason(const struct job *j)
{
	int64_t now = clock_boot_ms();

	if (now < j->not_before_ms)
		return xasprintf("its last start was refused: it waits %lld s",
				 (long long)(j->not_before_ms - now + 999) /
					 1000);
	if (j->avoid_host && now < j->avoid_until_ms)
		return xasprintf("it has just left %s and does not go back at "
				 "once",
				 j->avoid_host);
	return NULL;
}

/* Which limit is reached; NULL: none. */
static char *limit_text(struct sched *s, const struct bucket *b)
{
	const struct autocluster *ac = b->ac;
	char *name = NULL, *text;

	if (!share_allows(&b->user->share, (double)ac->request.cpus))
		return xasprintf("%s's ceiling of cores is reached",
				 b->user->name);
	if (conclimit_allows(s->limits, ac->limits, &name))
		return NULL;
	text = xasprintf("the concurrency limit %s is reached: %g of %g are "
			 "in use",
			 name, conclimit_used(s->limits, name),
			 conclimit_max(s->limits, name));
	free(name);
	return text;
}

void why_json(struct sched *s, const struct job *j, json_t *root)
{
	struct autocluster *ac = j->bucket->ac;
	struct user *u = j->bucket->user;
	int64_t start = clock_mono_ns();
	char *worst = NULL, *text, *own = own_reason(j), *limited;
	const char *limit;
	struct why_counts n;

	why_count(s->match, s->nodes, ac, u, &n);
	why_clauses(s->match, s->nodes, ac, root, &worst);
	limited = limit_text(s, j->bucket);
	limit = limits(s->queue, u, &n, limited);
	if (n.matched && limited)
		text = xstrdup(limited);
	else if (n.willing && own)
		text = xstrdup(own);
	else
		text = why_text(ac, &n, limit, worst);
	json_set_int(root, "autocluster", ac->id);
	json_set_str(root, "state",
		     n.willing	 ? "match"
		     : n.matched ? "busy"
				 : "no-match");
	json_set_str(root, "limits", limit);
	json_set_int(root, "time", ac->decided);
	json_set_int(root, "last_match", ac->matched);
	put_counts(root, &n);
	json_object_set_new(root, "match_ms",
			    json_real((double)(clock_mono_ns() - start) / 1e6));
	json_set_str(root, "text", text);
	free(limited);
	free(own);
	free(worst);
	free(text);
}
