/* SPDX-License-Identifier: MIT */
#include "scheduler/share.h"

#include "scheduler/policy.h"

#include <math.h>

/* Before all turns of a policy: who is below his floor. */
#define FLOOR_FIRST (-1e15)

void share_init(struct share *s, const struct policy *policy, bool nice,
		int64_t now)
{
	*s = (struct share){
		.policy = policy,
		.priority = SHARE_FLOOR,
		.factor = nice ? policy->nice_factor : policy->default_factor,
		.ceiling = SHARE_UNLIMITED,
		.updated = now,
	};
}

void share_update(struct share *s, int64_t now)
{
	double passed = (double)(now - s->updated);
	double beta;

	/* Wall time may have been set back: then nothing has passed. */
	s->updated = now;
	if (passed <= 0)
		return;
	beta = pow(0.5, passed / s->policy->half_life_s);
	s->priority = beta * s->priority + (1 - beta) * s->in_use;
	if (s->priority < SHARE_FLOOR)
		s->priority = SHARE_FLOOR;
	s->usage_s += passed * s->in_use;
	if (s->in_use > 0)
		s->last_used = now;
	s->policy->ops->pass(s, passed);
}

void share_use(struct share *s, int64_t now, double cores)
{
	share_update(s, now);
	s->in_use += cores;
	s->last_used = now;
	if (cores <= 0)
		return;
	if (!s->first_used)
		s->first_used = now;
	s->policy->ops->grant(s, cores);
}

void share_wait(struct share *s, int64_t now, int jobs)
{
	/* Only the first and the last one change anything. */
	if (!s->waiting != !(s->waiting + jobs))
		share_update(s, now);
	s->waiting += jobs;
}

double share_effective(const struct share *s)
{
	return s->priority * s->factor;
}

double share_turn(const struct share *s)
{
	if (s->in_use < s->floor)
		return FLOOR_FIRST * (1 - s->in_use / s->floor);
	return s->policy->ops->turn(s);
}

bool share_allows(const struct share *s, double cores)
{
	return s->ceiling < 0 || s->in_use + cores <= s->ceiling;
}

static bool is_nice(const struct share *s)
{
	return s->factor >= s->policy->nice_factor;
}

bool share_may_preempt(const struct share *asker, const struct share *victim,
		       int64_t ran_s)
{
	const struct policy *p = asker->policy;

	if (!p->preempt || asker == victim || victim->in_use <= victim->floor)
		return false;
	if (is_nice(victim))
		return !is_nice(asker);
	return ran_s >= p->preempt_after_s && p->ops->outranks(asker, victim);
}
