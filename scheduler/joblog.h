/* SPDX-License-Identifier: MIT */
/*
 * joblog: what the job event log says of a job's transitions. The text goes
 * into the outbox with the transition's own transaction.
 */
#ifndef HARRIER_SCHEDULER_JOBLOG_H
#define HARRIER_SCHEDULER_JOBLOG_H

#include <stdint.h>

struct ad;
struct attempt;
struct err;
struct job;
struct sched;
struct wire_end;

int joblog_submit(struct sched *s, struct job *j, const struct ad *ad,
		  struct err *err);
int joblog_execute(struct sched *s, struct job *j, const struct ad *ad,
		   const struct attempt *a, struct err *err);
/* 003 when the end brought a checkpoint, then 004. */
int joblog_evicted(struct sched *s, struct job *j, const struct ad *ad,
		   const struct attempt *a, const struct wire_end *end,
		   const char *reason, struct err *err);
int joblog_checkpoint(struct sched *s, struct job *j, const struct ad *ad,
		      int64_t id, int64_t bytes, int64_t ckpt_ms,
		      struct err *err);
int joblog_terminated(struct sched *s, struct job *j, const struct ad *ad,
		      struct err *err);
/* 009, 012, 013, 024: a reason; 010 and 011 have none. */
int joblog_simple(struct sched *s, struct job *j, const struct ad *ad,
		  int number, const char *reason, int code, int subcode,
		  struct err *err);

#endif
