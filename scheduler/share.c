/* SPDX-License-Identifier: MIT */
#include "scheduler/share.h"

#include <math.h>

void share_init(struct share *s, int64_t now)
{
	s->priority = SHARE_FLOOR;
	s->factor = SHARE_FACTOR;
	s->usage_s = 0;
	s->updated = now;
	s->in_use = 0;
}

void share_update(struct share *s, int64_t now)
{
	double passed = (double)(now - s->updated);
	double beta;

	/* Wall time may have been set back: then nothing has passed. */
	if (passed <= 0) {
		s->updated = now;
		return;
	}
	beta = pow(0.5, passed / SHARE_HALF_LIFE_S);
	s->priority = beta * s->priority + (1 - beta) * s->in_use;
	if (s->priority < SHARE_FLOOR)
		s->priority = SHARE_FLOOR;
	s->usage_s += passed * s->in_use;
	s->updated = now;
}

void share_use(struct share *s, int64_t now, int slots)
{
	share_update(s, now);
	s->in_use += slots;
}

double share_effective(const struct share *s)
{
	return s->priority * s->factor;
}

double share_turn(const struct share *s)
{
	return (s->in_use + 1) * share_effective(s);
}
