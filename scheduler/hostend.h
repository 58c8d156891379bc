/* SPDX-License-Identifier: MIT */
/* hostend: ends of attempts, as a host tells them or as they are found out. */
#ifndef HARRIER_SCHEDULER_HOSTEND_H
#define HARRIER_SCHEDULER_HOSTEND_H

struct attempt;
struct err;
struct sched;
struct wire_end;

/*
 * Checks what the end refers to (checkpoint and outputs are committed and the
 * attempt's own), then moves the job. The attempt is freed.
 */
int hostend_take(struct sched *s, struct attempt *a, const struct wire_end *end,
		 struct err *err);
/* Its host cannot be asked, or does not know it. */
int hostend_lost(struct sched *s, struct attempt *a, const char *why,
		 struct err *err);
/* Its host has never had it, and shall not get it any more. */
int hostend_unsent(struct sched *s, struct attempt *a, struct err *err);

#endif
