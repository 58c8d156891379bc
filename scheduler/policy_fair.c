/* SPDX-License-Identifier: MIT */
/* HTCondor's fair share: cores in proportion to 1 / effective priority. */
#include "scheduler/policy.h"

#include "scheduler/share.h"

/* How much better an asker must be than its victim: HTCondor's old rule. */
#define MARGIN 1.2

static void pass(struct share *s, double seconds)
{
	(void)s;
	(void)seconds;
}

static void grant(struct share *s, double cores)
{
	(void)s;
	(void)cores;
}

/*
 * The next core goes where (cores + 1/2) * priority is least. With 1/2 the
 * rounding to whole cores favours neither large nor small shares.
 */
static double turn(const struct share *s)
{
	return (s->in_use + 0.5) * share_effective(s);
}

static bool outranks(const struct share *asker, const struct share *victim)
{
	return share_effective(victim) > MARGIN * share_effective(asker);
}

const struct policy_ops policy_fair = { "fair-share", pass, grant, turn,
					outranks };
