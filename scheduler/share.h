/* SPDX-License-Identifier: MIT */
/*
 * share: HTCondor's fair share. A user's real priority follows the slots in
 * use with a half-life; times the factor it is the effective priority, and
 * shares go by its inverse. Pure arithmetic; times are Unix seconds.
 */
#ifndef HARRIER_SCHEDULER_SHARE_H
#define HARRIER_SCHEDULER_SHARE_H

#include <stdint.h>

#define SHARE_HALF_LIFE_S 86400.0
#define SHARE_FLOOR	  0.5
#define SHARE_FACTOR	  1000.0

struct share {
	double priority; /* real, at `updated`; not below SHARE_FLOOR */
	double factor;
	double usage_s; /* slot seconds, without decay */
	int64_t updated;
	int in_use; /* slots, since `updated` */
};

void share_init(struct share *s, int64_t now);
/* Brings it to @now: priority = b * priority + (1 - b) * in_use. */
void share_update(struct share *s, int64_t now);
/* A slot more or less from @now on. */
void share_use(struct share *s, int64_t now, int slots);
/* Effective priority: lower is better. */
double share_effective(const struct share *s);

/*
 * Whose turn it is: the user with the smaller value gets the next slot. In
 * the end each has slots in proportion to 1 / effective priority.
 */
double share_turn(const struct share *s);

#endif
