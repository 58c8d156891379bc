/* SPDX-License-Identifier: MIT */
/*
 * preempt: where the configuration allows it (policy.h), a job of a user who
 * has had little makes another's leave. The victim is the one that loses
 * least: the shortest time since its start or last committed checkpoint; one
 * whose checkpoint is being taken is left alone.
 */
#ifndef HARRIER_SCHEDULER_PREEMPT_H
#define HARRIER_SCHEDULER_PREEMPT_H

struct err;
struct sched;

/* After the free slots were given away: at most one victim per user. */
int preempt_run(struct sched *s, struct err *err);

#endif
