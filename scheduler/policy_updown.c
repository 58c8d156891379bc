/* SPDX-License-Identifier: MIT */
/*
 * The Up-Down index of Condor (Mutka and Livny, 1987; Litzkow, Livny and
 * Mutka, 1988), per user: it rises while he waits, falls with each core he
 * uses, and goes back to 0 when he wants nothing. The higher comes first. So
 * who uses little is served at once, whatever heavy users ask for.
 */
#include "scheduler/policy.h"

#include "scheduler/share.h"

/* Behind everybody with a full index. */
#define NICE_BEHIND 1e9

static void set_index(struct share *s, double index)
{
	double max = s->policy->index_max;

	s->index = index > max ? max : index < -max ? -max : index;
}

static double towards_zero(double index, double by)
{
	if (index > by)
		return index - by;
	return index < -by ? index + by : 0;
}

static void pass(struct share *s, double seconds)
{
	double cycles = seconds / s->policy->cycle_s;

	if (s->waiting || s->in_use > 0)
		set_index(s, s->index + cycles * (1 - s->in_use));
	else
		s->index =
			towards_zero(s->index, cycles * s->policy->idle_step);
}

static void grant(struct share *s, double cores)
{
	set_index(s, s->index - cores);
}

/* Of equals, the one who has less; never more than a step of the index. */
static double turn(const struct share *s)
{
	double behind = s->factor >= s->policy->nice_factor ? NICE_BEHIND : 0;

	return behind - s->index + 1e-6 * s->in_use;
}

static bool outranks(const struct share *asker, const struct share *victim)
{
	return asker->index > victim->index;
}

const struct policy_ops policy_updown = { "up-down", pass, grant, turn,
					  outranks };
