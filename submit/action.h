/* SPDX-License-Identifier: MIT */
/* action: hrm, hhold, hrelease and their kin: one table, one road. */
#ifndef HARRIER_SUBMIT_ACTION_H
#define HARRIER_SUBMIT_ACTION_H

#include "submit/client.h"
#include "submit/jobsel.h"

/* The words of an action. */
struct action {
	const char *name; /* of the API: "remove" */
	const char *verb; /* "remove": Permission denied to remove ... */
	const char *done; /* "marked for removal": Job 1.0 ... */
	const char *already; /* "already held" */
	const char *bad; /* "not held to be released" */
	unsigned int options; /* ACTION_* */
};

/* Options that only some actions have. */
#define ACTION_REASON  1u
#define ACTION_SUBCODE 2u
#define ACTION_REMOVE  4u /* -held, -forcex */

extern const struct action action_remove, action_remove_now, action_hold,
	action_release, action_vacate, action_vacate_fast, action_suspend,
	action_continue;

/* What else the request says. */
struct action_request {
	const struct action *action;
	const struct jobsel *sel;
	const char *reason; /* or NULL */
	int subcode;
	bool totals; /* print only counts */
	bool each; /* say it of each job, of a cluster's too */
};

/*
 * Asks the scheduler and prints HTCondor's sentences. 0 where every named
 * job could be acted on, 1 where one could not (said on stderr).
 */
int action_run(struct client *c, const struct action_request *req);

/* The whole of a tool that has nothing but an action: hrm, hhold, hsuspend. */
int action_main(int argc, char **argv, const struct action *action,
		const char *about);

#endif
