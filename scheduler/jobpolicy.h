/* SPDX-License-Identifier: MIT */
/*
 * jobpolicy: the policy expressions of jobs, with HTCondor's semantics:
 * periodic before on_exit, hold before remove; what a person held, no
 * periodic_release frees.
 *
 * Clusters that have none of them cost nothing; those that have are walked
 * in slices of a few milliseconds.
 */
#ifndef HARRIER_SCHEDULER_JOBPOLICY_H
#define HARRIER_SCHEDULER_JOBPOLICY_H

#include "scheduler/jobstate.h"

#include <stdbool.h>
#include <stdint.h>

struct ad;
struct attempt;
struct err;
struct job;
struct sched;
struct wire_end;

/* Which expressions a cluster's jobs may have. */
#define JOBPOLICY_HOLD	   (1u << 0)
#define JOBPOLICY_RELEASE  (1u << 1)
#define JOBPOLICY_REMOVE   (1u << 2)
#define JOBPOLICY_VACATE   (1u << 3)
#define JOBPOLICY_LEAVE	   (1u << 4) /* leave_in_queue */
#define JOBPOLICY_DURATION (1u << 5)

/* By attributes and columns of a cluster; @columns may be NULL. */
unsigned int jobpolicy_of(const struct ad *ad, char *const *columns);
/* By the JSON text of a job's own attributes; may say too much. */
unsigned int jobpolicy_in_text(const char *attrs);

/* A policy's verdict on a job, and its words. */
struct jobpolicy {
	enum job_event event; /* JOBEVENT_COUNT: it says nothing */
	char *reason; /* free it; may be NULL */
	int code, subcode;
};

/*
 * On a job that ended by itself, its ending being in @ad: JOBEVENT_EXITED
 * (done), JOBEVENT_AGAIN, JOBEVENT_EXIT_HOLD or JOBEVENT_REMOVE.
 */
void jobpolicy_on_exit(struct ad *ad, struct jobpolicy *ret);

/* Periodic expressions of a job in that state. */
void jobpolicy_periodic(const struct ad *ad, enum job_state state,
			unsigned int flags, struct jobpolicy *ret);

/* Is it to stay in the queue though it has ended? */
bool jobpolicy_stays(const struct ad *ad);

/* Begins a walk over all jobs with policies; goes on with the one under way. */
void jobpolicy_begin(struct sched *s);
/* A slice of it. *ret_more: call again soon. */
int jobpolicy_slice(struct sched *s, bool *ret_more, struct err *err);

/* Holds what has run longer than it is allowed to; call each second. */
int jobpolicy_durations(struct sched *s, struct err *err);

void jobpolicy_free(struct sched *s);

#endif
