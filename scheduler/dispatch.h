/* SPDX-License-Identifier: MIT */
/* dispatch: opens attempts for what the matchmaker pairs. */
#ifndef HARRIER_SCHEDULER_DISPATCH_H
#define HARRIER_SCHEDULER_DISPATCH_H

struct err;
struct sched;

/* One matching turn, inside the turn's transaction. */
int dispatch_run(struct sched *s, struct err *err);

#endif
