/* SPDX-License-Identifier: MIT */
/* timers: what the scheduler does by the clock. */
#ifndef HARRIER_SCHEDULER_TIMERS_H
#define HARRIER_SCHEDULER_TIMERS_H

struct sched;

void timers_new(struct sched *s);
void timers_free(struct sched *s);

#endif
