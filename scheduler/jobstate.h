/* SPDX-License-Identifier: MIT */
/*
 * jobstate: the states of a job, the events that move it, and what is to be
 * done then, as one pure table (docs/job-states.md shows it).
 *
 * Deciding is here. Committing and acting on the effects is queue's and
 * dispatch's part.
 */
#ifndef HARRIER_SCHEDULER_JOBSTATE_H
#define HARRIER_SCHEDULER_JOBSTATE_H

#include <stdbool.h>

struct strbuf;

/* The numbers are in the database: add at the end only. */
enum job_state {
	JOBSTATE_IDLE, /* waits for a slot */
	JOBSTATE_STARTING, /* matched: an attempt is open, not yet running */
	JOBSTATE_RUNNING,
	JOBSTATE_SUSPENDED, /* frozen on its host, may go on there */
	JOBSTATE_VACATING, /* checkpoint asked for; will be idle again */
	JOBSTATE_HOLDING, /* the same, will be held */
	JOBSTATE_REMOVING, /* being killed, will be removed */
	JOBSTATE_PLACING, /* ended; its outputs are being put in place */
	JOBSTATE_HELD,
	JOBSTATE_COMPLETED, /* left the queue */
	JOBSTATE_REMOVED, /* left the queue */
	JOBSTATE_COUNT,
};

enum job_event {
	/* from the matchmaker and the inputs */
	JOBEVENT_MATCH,
	JOBEVENT_INPUT_FAILED, /* an input cannot be read */
	/* from the host */
	JOBEVENT_STARTED,
	JOBEVENT_FROZEN,
	JOBEVENT_THAWED,
	JOBEVENT_LEAVING, /* the host has asked it for a checkpoint */
	/* ends of the attempt */
	JOBEVENT_EXITED, /* by itself: it is done */
	JOBEVENT_AGAIN, /* by itself, and is to run again */
	JOBEVENT_EXIT_HOLD, /* by itself, and is to be held */
	JOBEVENT_CHECKPOINTED, /* left with a committed checkpoint */
	JOBEVENT_EVICTED, /* left without a new one */
	JOBEVENT_LOST, /* host silent, or knows nothing of it */
	JOBEVENT_REFUSED, /* never ran, the slot was not free */
	JOBEVENT_FAILED, /* cannot run: to be held */
	/* outputs */
	JOBEVENT_PLACED,
	JOBEVENT_PLACE_FAILED,
	JOBEVENT_PLACED_AGAIN, /* and the job is to run again */
	JOBEVENT_PLACED_HOLD, /* and the job is to be held */
	/* from people and policy expressions */
	JOBEVENT_HOLD,
	JOBEVENT_RELEASE,
	JOBEVENT_REMOVE,
	JOBEVENT_VACATE,
	JOBEVENT_VACATE_FAST,
	JOBEVENT_SUSPEND,
	JOBEVENT_CONTINUE,
	JOBEVENT_COUNT,
};

/* What follows from a transition. */
#define JOBFX_OPEN	   (1u << 0) /* open an attempt */
#define JOBFX_CLOSE	   (1u << 1) /* its attempt has ended */
#define JOBFX_RUN	   (1u << 2) /* order it to run */
#define JOBFX_SUSPEND	   (1u << 3) /* order it to freeze */
#define JOBFX_VACATE	   (1u << 4) /* order it to checkpoint and leave */
#define JOBFX_KILL	   (1u << 5) /* order it to be killed */
#define JOBFX_PLACE	   (1u << 6) /* put the outputs in place */
#define JOBFX_END	   (1u << 7) /* out of the queue, to the history */
#define JOBFX_LOG_EXECUTE  (1u << 8) /* 001 */
#define JOBFX_LOG_EVICTED  (1u << 9) /* 004, and 003 with a checkpoint */
#define JOBFX_LOG_ENDED	   (1u << 10) /* 005 */
#define JOBFX_LOG_ABORTED  (1u << 11) /* 009 */
#define JOBFX_LOG_SUSPEND  (1u << 12) /* 010 */
#define JOBFX_LOG_CONTINUE (1u << 13) /* 011 */
#define JOBFX_LOG_HELD	   (1u << 14) /* 012 */
#define JOBFX_LOG_RELEASED (1u << 15) /* 013 */
#define JOBFX_LOG_LOST	   (1u << 16) /* 024 */
#define JOBFX_LOG_REQUEUED (1u << 17) /* 004: ended, and runs again */
#define JOBFX_COUNT	   18

enum job_verdict {
	JOBSTATE_OK,
	JOBSTATE_ALREADY, /* nothing to do: it is so already */
	JOBSTATE_BAD, /* makes no sense in this state */
};

struct job_step {
	enum job_verdict verdict;
	enum job_state next; /* the same state unless OK */
	unsigned int effects;
};

struct job_step jobstate_step(enum job_state state, enum job_event event);

/* "idle", "running", ...: of the API and the documentation. */
const char *jobstate_name(enum job_state state);
const char *jobstate_event_name(enum job_event event);

/* HTCondor's JobStatus. */
int jobstate_status(enum job_state state);
/* Does the job have a live attempt in this state? */
bool jobstate_has_attempt(enum job_state state);
bool jobstate_is_end(enum job_state state);

/* Appends the table of docs/job-states.md. */
void jobstate_markdown(struct strbuf *out);

#endif
