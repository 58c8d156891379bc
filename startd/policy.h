/* SPDX-License-Identifier: MIT */
/* policy: when a machine starts, suspends, continues and evicts jobs. */
#ifndef HARRIER_STARTD_POLICY_H
#define HARRIER_STARTD_POLICY_H

#include <stdbool.h>
#include <stdint.h>

struct ad;
struct err;
struct settings;

/*
 * HTCondor's expressions (its manual, "Policy Configuration for Execution
 * Points"): a named policy gives their defaults, a setting of the same name
 * replaces one. They may refer to each other and to the machine ad.
 */
struct policy;

/* -EINVAL: unknown policy, or an expression that does not parse. */
int policy_new(const struct settings *s, struct policy **ret_policy,
	       struct err *err);
void policy_free(struct policy *policy);

/* What the machine and one slot are like now, by clock_mono_ms. */
struct policy_facts {
	int64_t now_ms;
	int64_t keyboard_idle_ms; /* since the owner's last sign; 0: is here */
	const char *owner_switch; /* "back", "away", "auto" */
	double load; /* cores in use */
	double job_load; /* of them by jobs of ours */
	int64_t cpu_busy_since_ms; /* load not by jobs is high; -1: it is not */
	const char *state; /* "Claimed", ... */
	const char *activity; /* "Busy", ... */
	int64_t activity_since_ms;
	int64_t state_since_ms;
	int64_t activation_since_ms; /* the job's start */
};

struct policy_verdict {
	int start; /* 1, 0, or -1: depends on the job */
	bool owner; /* IS_OWNER: an idle slot is in state Owner */
	bool suspend; /* SUSPEND && WANT_SUSPEND */
	bool resume; /* CONTINUE */
	bool preempt;
	bool want_vacate;
	bool kill;
};

/*
 * Evaluates all of them over `machine` (borrowed) and the facts. What is
 * undefined or an error is false, but for START, which may need the job, and
 * for WANT_VACATE, which is true: a chance to checkpoint is the safe side.
 */
void policy_judge(const struct policy *policy, const struct ad *machine,
		  const struct policy_facts *facts,
		  struct policy_verdict *ret_verdict);

/* START evaluated with a job as TARGET: true only for true. */
bool policy_starts(const struct policy *policy, const struct ad *machine,
		   const struct policy_facts *facts, const struct ad *job);

/* The text of START, for a slot ad whose START depends on the job. */
char *policy_start_text(const struct policy *policy);

/* Jobs are run in the idle class (own, desktop) or as others (dedicated). */
bool policy_is_idle_class(const struct policy *policy);

#endif
