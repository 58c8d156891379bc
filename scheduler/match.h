/* SPDX-License-Identifier: MIT */
/*
 * match: which slot for which job. Two-sided, by autocluster and slot class,
 * with a memory of verdicts; who is next is decided by the fair share.
 */
#ifndef HARRIER_SCHEDULER_MATCH_H
#define HARRIER_SCHEDULER_MATCH_H

#include "common/svc/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ad;
struct autocluster;
struct job;
struct match;
struct nodes;
struct queue;
struct slot;

struct match *match_new(struct queue *q, struct nodes *n);
void match_free(struct match *m);

/* Takes a slot's class into account: call when its ad has changed. */
void match_slot_changed(struct match *m, struct slot *s);

/* The verdict on a pair of ads. */
struct match_verdict_pair {
	bool job_accepts, slot_accepts;
	double slot_rank, job_rank;
};
struct match_verdict_pair match_pair(struct match *m, struct autocluster *ac,
				     struct slot *s);

/*
 * One pairing: the job whose user's turn it is, and its best free slot.
 * False when no idle job fits any free slot. The caller takes both out (job
 * no longer idle, slot->attempt set) before the next call, or skips the job
 * for this turn. match_begin starts a turn.
 */
void match_begin(struct match *m, int64_t now_boot_ms, int64_t now);
bool match_next(struct match *m, struct job **ret_job, struct slot **ret_slot);
/* Ends the turn: when a job that is held back becomes free; -1: none. */
int64_t match_end(struct match *m);

/* GET /jobs/C.P/why for an idle job's autocluster: members of the reply. */
void match_why(struct match *m, struct autocluster *ac, json_t *root);

#endif
