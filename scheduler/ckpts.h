/* SPDX-License-Identifier: MIT */
/*
 * ckpts: the checkpoints of jobs, as the queue sees them: the newest sound
 * one of each job takes part in the match.
 */
#ifndef HARRIER_SCHEDULER_CKPTS_H
#define HARRIER_SCHEDULER_CKPTS_H

#include "common/svc/json.h"

#include <stdbool.h>
#include <stdint.h>

struct attempt;
struct ckptref;
struct err;
struct index_ckpt;
struct job;
struct sched;
struct wire_offer;

/* Generations of a job that are kept. */
#define CKPTS_KEEP 2

/* What the store keeps of an offer, as JSON text ("needs", "stats"). */
char *ckpts_needs(const struct wire_offer *offer);
char *ckpts_stats(const struct wire_offer *offer);

/* Makes j->ckpt the newest sound one of the index, or NULL. */
int ckpts_latest(struct sched *s, struct job *j, struct err *err);
/* All jobs', after a restart. */
int ckpts_load(struct sched *s, struct err *err);

/*
 * An upload of the job's live attempt was committed: older generations go,
 * the job gets it, event 003 is logged.
 */
int ckpts_committed(struct sched *s, struct job *j, int64_t id,
		    int64_t upload_ms, struct err *err);

/* This one does not restart or read: marked damaged, the older one is used. */
int ckpts_refuse(struct sched *s, struct job *j, int64_t id, const char *why,
		 struct err *err);
/*
 * After a restart failed on @arch (and was excluded): can the job go on, on
 * another machine that is there, or from an older checkpoint? Refuses the
 * newest if no machine is left for it. Errors go to *rc.
 */
bool ckpts_has_way(struct sched *s, struct job *j, const char *arch,
		   const char *why, int *rc, struct err *err);

/* The API's view; new reference. */
json_t *ckpts_json(struct sched *s, const struct index_ckpt *c, bool files);

/*
 * Are the files of this offer, but for the standard streams, those of the
 * job's newest checkpoint?
 */
int ckpts_is_unchanged(struct sched *s, const struct job *j,
		       const struct wire_offer *o, bool *ret_unchanged,
		       struct err *err);

#endif
