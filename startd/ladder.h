/* SPDX-License-Identifier: MIT */
/*
 * The ladder a running job is led down when the owner of the machine returns:
 * freeze at once, thaw if the owner leaves again, else ask for a checkpoint,
 * at the limit kill. A pure state machine: the caller evaluates the policy,
 * hands the verdict in and carries the actions out in the order of their bits.
 */
#ifndef HARRIER_STARTD_LADDER_H
#define HARRIER_STARTD_LADDER_H

#include <stdbool.h>
#include <stdint.h>

enum ladder_state {
	LADDER_RUNNING,
	LADDER_FROZEN,
	LADDER_LEAVING, /* asked to checkpoint, running */
	LADDER_KILLING, /* SIGKILL sent, not gone yet */
	LADDER_ENDED,
};

/*
 * In the order in which they must be carried out. The cap comes before the
 * thaw, so that a leaving job never has a whole core; SIGTERM is queued while
 * frozen, so that the job finds it with its first instruction; SIGKILL comes
 * before the thaw, so that nothing of the job runs again (a version 1 freezer
 * and SIGSTOP deliver it only then).
 */
enum ladder_action {
	LADDER_DO_FREEZE = 1 << 0,
	LADDER_DO_CAP = 1 << 1,
	LADDER_DO_UNCAP = 1 << 2,
	LADDER_DO_TERM = 1 << 3,
	LADDER_DO_KILL = 1 << 4,
	LADDER_DO_THAW = 1 << 5,
};

/* Why a job had to leave or was frozen. */
enum ladder_why {
	LADDER_WHY_NONE,
	LADDER_WHY_POLICY, /* the owner, or another clause of the policy */
	LADDER_WHY_ASKED, /* hvacate, or suspend by the job's user */
	LADDER_WHY_REMOVED, /* the job was removed or superseded */
};

/* What the outside says now. Levels, not edges, but for `ended`. */
struct ladder_in {
	int64_t now_ms;
	bool suspend; /* SUSPEND && WANT_SUSPEND */
	bool resume; /* CONTINUE */
	bool preempt; /* PREEMPT */
	bool want_vacate; /* WANT_VACATE */
	bool kill; /* KILL */
	bool suspend_asked; /* the job's user wants it suspended */
	bool vacate_asked; /* somebody wants it checkpointed and moved */
	bool kill_asked; /* it must go without a checkpoint */
	bool ended; /* its last process is gone */
};

struct ladder_limits {
	int64_t max_vacate_ms; /* from SIGTERM to SIGKILL */
	int64_t killing_ms; /* from one SIGKILL to the next */
};

struct ladder {
	enum ladder_state state;
	enum ladder_why why;
	int64_t since_ms; /* when `state` was entered */
	int64_t killed_ms; /* when SIGKILL was sent last */
	bool capped;
};

/* Starts in LADDER_RUNNING. */
void ladder_init(struct ladder *ladder, int64_t now_ms);

/* Takes one step; returns the actions to carry out, 0 for none. */
unsigned ladder_step(struct ladder *ladder, const struct ladder_in *in,
		     const struct ladder_limits *limits);

/* The time at which ladder_step must be called again, INT64_MAX for never. */
int64_t ladder_deadline_ms(const struct ladder *ladder,
			   const struct ladder_limits *limits);

/* A word for logs and ads: "running", "frozen", ... */
const char *ladder_state_name(enum ladder_state state);

#endif
