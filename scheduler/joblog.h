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
struct wire_attempt;
struct wire_end;

/* HTCondor's codes of 004: why a job left a machine. */
#define JOBLOG_VACATE_POLICY	1000 /* the job's periodic_vacate */
#define JOBLOG_VACATE_SHADOW	1002 /* 007: the run could not go on */
#define JOBLOG_VACATE_USER	1004 /* hvacate of the job */
#define JOBLOG_VACATE_REQUEUE	1005 /* ended, and is to run again */
#define JOBLOG_VACATE_STARTER	1007 /* 021 */
#define JOBLOG_VACATE_RECONNECT 1008 /* 024 */
#define JOBLOG_VACATE_COMMAND	1010 /* hvacate of the machine */
#define JOBLOG_VACATE_PREEMPTED 1011 /* the owner is back */
#define JOBLOG_VACATE_SHUTDOWN	1013 /* the startd is leaving */

int joblog_submit(struct sched *s, struct job *j, const struct ad *ad,
		  struct err *err);
int joblog_execute(struct sched *s, struct job *j, const struct ad *ad,
		   const struct attempt *a, struct err *err);
/* 004, with 007 or 021 before it where the run itself went wrong. */
int joblog_evicted(struct sched *s, struct job *j, const struct ad *ad,
		   const struct attempt *a, const struct wire_end *end,
		   const char *reason, int code, struct err *err);
/* 004 of a job that ended and is to run again; figures from the ad. */
int joblog_requeued(struct sched *s, struct job *j, const struct ad *ad,
		    const char *reason, struct err *err);
/* 022 unless it was there, 024, 004. */
int joblog_lost(struct sched *s, struct job *j, const struct ad *ad,
		struct attempt *a, const struct wire_end *end,
		const char *reason, struct err *err);
/* 021, and 004 if it had begun. */
int joblog_failed(struct sched *s, struct job *j, const struct ad *ad,
		  const struct attempt *a, const struct wire_end *end, int hold,
		  struct err *err);
int joblog_checkpoint(struct sched *s, struct job *j, const struct ad *ad,
		      int64_t id, int64_t bytes, int64_t ckpt_ms,
		      struct err *err);
/* 008: one line that is no event of HTCondor's. */
int joblog_note(struct sched *s, struct job *j, const char *text,
		struct err *err);
int joblog_terminated(struct sched *s, struct job *j, const struct ad *ad,
		      struct err *err);
int joblog_suspended(struct sched *s, struct job *j, const struct ad *ad,
		     const struct attempt *a, struct err *err);
/* 009, 011, 012, 013. */
int joblog_simple(struct sched *s, struct job *j, const struct ad *ad,
		  int number, const char *reason, int code, int subcode,
		  struct err *err);
/* 033 of each attribute in @changes. */
int joblog_changed(struct sched *s, struct job *j, const struct ad *ad,
		   const struct ad *changes, struct err *err);

/* A host's word of an attempt: 023, 040, 006, as far as they are new. */
int joblog_heard(struct sched *s, struct attempt *a,
		 const struct wire_attempt *w, struct err *err);
/* The host of this attempt is silent: 022. */
int joblog_silent(struct sched *s, struct attempt *a, struct err *err);
/* It has ended: the last 040. */
int joblog_ended(struct sched *s, struct attempt *a, const struct wire_end *end,
		 struct err *err);

#endif
