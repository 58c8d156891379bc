/* SPDX-License-Identifier: MIT */
/*
 * policy: how users share the pool, chosen in the scheduler's configuration.
 * The accounts are share.h's; a policy says in which order they come.
 */
#ifndef HARRIER_SCHEDULER_POLICY_H
#define HARRIER_SCHEDULER_POLICY_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct share;

struct policy {
	const struct policy_ops *ops;
	double half_life_s; /* of the real priority */
	double default_factor, nice_factor;
	bool preempt; /* may a user's job make room for another's? */
	int64_t preempt_after_s; /* a victim has run that long */
	/* Up-Down */
	double cycle_s; /* one step of the index */
	double idle_step; /* towards 0, of who wants nothing */
	double index_max; /* it stays between -index_max and index_max */
};

struct policy_ops {
	const char *name;
	/* Time passed; s->in_use and s->waiting were as they are. */
	void (*pass)(struct share *s, double seconds);
	/* Cores were given. */
	void (*grant)(struct share *s, double cores);
	double (*turn)(const struct share *s);
	/* Is asker so much better off that it may take the victim's? */
	bool (*outranks)(const struct share *asker, const struct share *victim);
};

extern const struct policy_ops policy_fair; /* "fair-share", HTCondor's */
extern const struct policy_ops policy_updown; /* "up-down", Condor's of 1988 */

/* Fair share with HTCondor's numbers. */
extern const struct policy policy_default;

/* By name; -EINVAL with the names there are. */
int policy_find(const char *name, const struct policy_ops **ret_ops,
		struct err *err);

#endif
