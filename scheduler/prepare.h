/* SPDX-License-Identifier: MIT */
/*
 * prepare: reads the input files of a new attempt into the spool, by content,
 * and makes its start. Without an answer of the helper the attempt waits;
 * with an error the job is held.
 */
#ifndef HARRIER_SCHEDULER_PREPARE_H
#define HARRIER_SCHEDULER_PREPARE_H

struct attempt;
struct sched;

void prepare_new(struct sched *s);
void prepare_free(struct sched *s);

/* Reads its files, now or after the commit of this turn. Idempotent. */
void prepare_start(struct sched *s, struct attempt *a);
/* After a restart: those whose start was not made, or whose files are gone. */
void prepare_recover(struct sched *s);

#endif
