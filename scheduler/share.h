/* SPDX-License-Identifier: MIT */
/*
 * share: what a user has used and may use (docs/fairshare.md). HTCondor's
 * real user priority follows the weighted cores in use with a half-life;
 * times the factor it is the effective priority. Whose turn it is says the
 * pool's policy (policy.h). Pure arithmetic; times are Unix seconds.
 *
 * What the matcher asks: share_turn (who is next), share_allows (his ceiling),
 * share_may_preempt; what tells it: share_use, share_wait.
 */
#ifndef HARRIER_SCHEDULER_SHARE_H
#define HARRIER_SCHEDULER_SHARE_H

#include <stdbool.h>
#include <stdint.h>

struct policy;

#define SHARE_FLOOR	0.5 /* of the real priority */
#define SHARE_UNLIMITED (-1.0)

struct share {
	const struct policy *policy; /* borrowed */
	double priority; /* real, at `updated`; not below SHARE_FLOOR */
	double factor;
	double usage_s; /* weighted core seconds, without decay */
	double index; /* Up-Down's: higher is better */
	double floor; /* cores that come before all others' */
	double ceiling; /* cores at most, or SHARE_UNLIMITED */
	int64_t updated;
	int64_t first_used, last_used; /* 0: never */
	double in_use; /* weighted cores, since `updated` */
	int waiting; /* idle jobs */
};

/* @nice: gets what nobody else wants. */
void share_init(struct share *s, const struct policy *policy, bool nice,
		int64_t now);
/* Brings it to @now: priority = b * priority + (1 - b) * in_use. */
void share_update(struct share *s, int64_t now);
/* So many weighted cores more (or less, below 0) from @now on. */
void share_use(struct share *s, int64_t now, double cores);
/* So many idle jobs more or less. */
void share_wait(struct share *s, int64_t now, int jobs);

/* Effective priority: lower is better. */
double share_effective(const struct share *s);

/*
 * Whose turn it is: the user with the smallest value gets the next slot. It
 * changes when his use does, and slowly with time. Under fair share each has
 * in the end cores in proportion to 1 / effective priority.
 */
double share_turn(const struct share *s);
/* Do so many more cores stay below the ceiling? */
bool share_allows(const struct share *s, double cores);

/*
 * May a job of @victim that has run for @ran_s make room for one of @asker?
 * Always false where the pool's preemption is off, the default.
 */
bool share_may_preempt(const struct share *asker, const struct share *victim,
		       int64_t ran_s);

#endif
