/* SPDX-License-Identifier: MIT */
/*
 * why: what keeps an idle job from a slot: how many slots each clause of its
 * Requirements costs, what limits it, and the smallest change that would
 * match. Judged by what hosts have in all (a partitionable slot's whole), so
 * that a full machine is "busy", not "too small".
 */
#ifndef HARRIER_SCHEDULER_WHY_H
#define HARRIER_SCHEDULER_WHY_H

#include "common/svc/json.h"

#include <stdbool.h>
#include <stddef.h>

struct autocluster;
struct job;
struct match;
struct nodes;
struct queue;
struct sched;
struct slot;
struct user;

/* Members of GET /jobs/C.P/why for an idle job (docs/protocol.md). */
void why_json(struct sched *s, const struct job *j, json_t *root);

/* -- parts, for the tests ------------------------------------------------------- */

struct why_counts {
	int seen; /* slots of hosts that are online; none that is dynamic */
	int offline;
	int allowed; /* architectures and checkpoint */
	int accepted; /* by the job */
	int matched; /* and they accept it, or would without their owner */
	/* of those */
	int willing, owner_present, yours, others, set_aside, unwilling;
};

void why_count(struct match *m, struct nodes *n, struct autocluster *ac,
	       const struct user *u, struct why_counts *ret);

/* Sets "clauses", "nearest", "suggestion"; the first clause that no slot
 * meets is copied to *ret_worst, else NULL. */
void why_clauses(struct match *m, struct nodes *n, struct autocluster *ac,
		 json_t *root, char **ret_worst);

#endif
