/* SPDX-License-Identifier: MIT */
/*
 * match: which slot for which job. Two-sided, by autocluster and slot class,
 * with a memory of verdicts; who is next is decided by the fair share.
 *
 * Driven by events: a bucket of jobs that found no free slot is not looked at
 * again until a slot that would take its jobs becomes free, a new job enters
 * it, or the time comes for which its jobs wait.
 */
#ifndef HARRIER_SCHEDULER_MATCH_H
#define HARRIER_SCHEDULER_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct autocluster;
struct conclimits;
struct job;
struct match;
struct nodes;
struct queue;
struct slot;
struct slotclass;

struct match *match_new(struct queue *q, struct nodes *n);
/* The slots must be gone (nodes_free). */
void match_free(struct match *m);

/* Concurrency limits, borrowed; none where this was not called. */
void match_set_limits(struct match *m, struct conclimits *limits);

/*
 * Looks at a slot again: call when its ad, what is left of it, its attempt or
 * whether it accepts jobs has changed.
 */
void match_slot_changed(struct match *m, struct slot *s);
/* The same for all slots of all hosts. */
void match_all_changed(struct match *m);

/* What was decided of an autocluster and a slot class. */
struct verdict {
	uint32_t serial; /* of the class; 0: nothing */
	bool allowed : 1; /* by built architectures and checkpoint */
	bool job_accepts : 1, slot_accepts : 1;
	bool fits : 1; /* what a partitionable slot has left suffices */
	bool yes : 1; /* all of them */
	double slot_rank, job_rank;
};
const struct verdict *match_verdict(struct match *m, struct autocluster *ac,
				    struct slotclass *c);

struct bucket;
/* Is neither a concurrency limit nor the user's ceiling in the way? */
bool match_may_start(const struct match *m, const struct bucket *b);

/*
 * One pairing: the job whose user's turn it is, and its best free slot.
 * False when no idle job fits any free slot. The caller takes both out (job
 * no longer idle, slot->attempt set or a dynamic slot carved, and
 * match_slot_changed called) before the next call. match_begin starts a turn.
 */
void match_begin(struct match *m, int64_t now_boot_ms, int64_t now);
bool match_next(struct match *m, struct job **ret_job, struct slot **ret_slot);
/* Ends the turn: when a job that is held back becomes free; -1: none. */
int64_t match_end(struct match *m);

#endif
