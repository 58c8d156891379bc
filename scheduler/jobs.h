/* SPDX-License-Identifier: MIT */
/*
 * jobs: moves a job by an event of jobstate's table: writes its new state,
 * attributes and log events, and makes memory follow. A failed write poisons
 * the turn (core.h).
 */
#ifndef HARRIER_SCHEDULER_JOBS_H
#define HARRIER_SCHEDULER_JOBS_H

#include "scheduler/jobstate.h"

#include <stdbool.h>

struct ad;
struct err;
struct job;
struct sched;
struct slot;
struct wire_end;

/* HTCondor's HoldReasonCode. */
#define JOBS_HOLD_USER		   1
#define JOBS_HOLD_POLICY	   3
#define JOBS_HOLD_UNDEFINED	   5
#define JOBS_HOLD_START_FAILED	   6
#define JOBS_HOLD_OUTPUT	   12
#define JOBS_HOLD_INPUT		   13
#define JOBS_HOLD_SUBMITTED	   15
#define JOBS_HOLD_INPUT_SIZE	   32
#define JOBS_HOLD_OUTPUT_SIZE	   33
#define JOBS_HOLD_JOB_DURATION	   46
#define JOBS_HOLD_EXECUTE_DURATION 47
#define JOBS_HOLD_CHECKPOINT	   40 /* Harrier's own: no usable checkpoint */
#define JOBS_HOLD_EVERYWHERE	   41 /* the same: fails wherever it starts */

/* What an event brings along. All optional but where noted. */
struct jobs_note {
	struct slot *slot; /* JOBEVENT_MATCH: needed */
	const struct wire_end *end; /* ends of an attempt: needed */
	const char *reason;
	int code, subcode; /* of a hold */
};

/*
 * 0; -EALREADY or -EINVAL as the table says (nothing has changed); else the
 * turn is poisoned. A job that is out of the queue after it (JOBFX_END) is
 * freed: *ret_gone (may be NULL) says so.
 */
int jobs_event(struct sched *s, struct job *j, enum job_event event,
	       const struct jobs_note *note, bool *ret_gone, struct err *err);

/*
 * The end of an attempt as its host tells it: chooses the event by how it
 * ended and by the job's policy expressions, keeps account of checkpoints
 * that did not restart. @end's outputs must have been checked.
 */
int jobs_attempt_end(struct sched *s, struct job *j, const struct wire_end *end,
		     struct err *err);

/*
 * Holds an idle job whose last runs failed within seconds on several hosts:
 * that is the job, not the hosts. One with JobMaxRetries ends by itself.
 */
int jobs_hold_failing(struct sched *s, struct job *j, struct err *err);

/*
 * The outputs of a job that ended by itself are in place: its policy decides
 * what becomes of it.
 */
int jobs_placed(struct sched *s, struct job *j, struct err *err);

/* Writes one attribute of a queued job; NULL value text deletes. */
int jobs_set_attr(struct sched *s, struct job *j, const struct ad *changes,
		  struct err *err);

#endif
