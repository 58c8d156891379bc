/* SPDX-License-Identifier: MIT */
/* jobs.h: which event the end of an attempt is. */
#include "scheduler/jobs.h"

#include "common/ad/ad.h"
#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/xalloc.h"
#include "common/job/wire.h"
#include "common/store/index.h"
#include "scheduler/attempts.h"
#include "scheduler/ckpts.h"
#include "scheduler/core.h"
#include "scheduler/db/dbjobs.h"
#include "scheduler/joblog.h"
#include "scheduler/jobpolicy.h"
#include "scheduler/nodes.h"
#include "scheduler/queue.h"
#include "scheduler/sched.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* An attempt that cannot even start is not tried again at once. */
#define REFUSED_WAIT_MS INT64_C(2000)
/* Nor is the host an evicted job has just left. */
#define AVOID_MS INT64_C(60000)

/* The events that mean: at once, without waiting for outputs. */
static bool waits_for_outputs(const struct job *j, const struct wire_end *end)
{
	return end->outputs && j->state != JOBSTATE_HOLDING &&
	       j->state != JOBSTATE_REMOVING;
}

/*
 * The job's own word on its exit: done, again, held or removed? With outputs
 * it is asked once they are in place (jobs_placed), so that people find what
 * a failed run said.
 */
static enum job_event exit_event(struct sched *s, struct job *j,
				 const struct wire_end *end,
				 struct jobs_note *note, char **ret_reason)
{
	bool by_signal = end->how == WIRE_HOW_SIGNALED;
	struct jobpolicy p;
	struct ad *ad;

	if (waits_for_outputs(j, end) || queue_ad(s->db, j, &ad, NULL))
		return JOBEVENT_EXITED;
	ad_set_bool(ad, "ExitBySignal", by_signal);
	ad_set_int(ad, by_signal ? "ExitSignal" : "ExitCode", end->code);
	ad_delete(ad, by_signal ? "ExitCode" : "ExitSignal");
	ad_set_int(ad, "NumJobCompletions",
		   ad_int(ad, "NumJobCompletions", 0) + 1);
	jobpolicy_on_exit(ad, &p);
	ad_free(ad);
	note->reason = *ret_reason = p.reason;
	note->code = p.code;
	note->subcode = p.subcode;
	/* Removed by its own policy: as one that ends, and is then removed. */
	return p.event == JOBEVENT_REMOVE ? JOBEVENT_EXITED : p.event;
}

static enum job_event placed_event(enum job_event event)
{
	switch (event) {
	case JOBEVENT_AGAIN:
		return JOBEVENT_PLACED_AGAIN;
	case JOBEVENT_EXIT_HOLD:
		return JOBEVENT_PLACED_HOLD;
	case JOBEVENT_REMOVE:
		return JOBEVENT_REMOVE;
	default:
		return JOBEVENT_PLACED;
	}
}

int jobs_placed(struct sched *s, struct job *j, struct err *err)
{
	struct jobs_note note = { .code = 0 };
	struct jobpolicy p;
	struct ad *ad = NULL;
	int rc = queue_ad(s->db, j, &ad, err);

	if (rc)
		return rc;
	jobpolicy_on_exit(ad, &p);
	ad_free(ad);
	note.reason = p.reason;
	note.code = p.code;
	note.subcode = p.subcode;
	rc = jobs_event(s, j, placed_event(p.event), &note, NULL, err);
	free(p.reason);
	return rc;
}

/*
 * The image cannot be restarted on this kind of machine. If the job's older
 * checkpoint or other machines remain, it goes on; else it is held.
 */
static enum job_event unrestartable(struct sched *s, struct job *j,
				    const struct wire_end *end,
				    struct jobs_note *note, int *rc,
				    struct err *err)
{
	struct attempt *a = j->attempt;
	const char *why = end->message && *end->message
				  ? end->message
				  : "the image cannot be restarted";

	note->reason = why;
	if (a->resumed_from)
		*rc = dbjobs_exclude(s->db, j->cluster->id, j->proc,
				     a->resumed_from, a->arch, err);
	if (!*rc && a->resumed_from &&
	    ckpts_has_way(s, j, a->arch, why, rc, err)) {
		note->code = JOBLOG_VACATE_SHADOW;
		return JOBEVENT_EVICTED;
	}
	note->code = JOBS_HOLD_CHECKPOINT;
	return JOBEVENT_FAILED;
}

static enum job_event damaged(struct sched *s, struct job *j,
			      const struct wire_end *end, int *rc,
			      struct err *err)
{
	const char *why = end->message && *end->message
				  ? end->message
				  : "the host could not read it";

	if (j->attempt->resumed_from)
		*rc = ckpts_refuse(s, j, j->attempt->resumed_from, why, err);
	return JOBEVENT_EVICTED;
}

/* Who made it leave, in words and as HTCondor's code of 004. */
static void note_vacated(struct sched *s, const struct attempt *a,
			 const struct wire_end *end, struct jobs_note *note,
			 char **ret_reason)
{
	const struct host *h = nodes_host(s->nodes, a->host);

	if (a->want < WIRE_WANT_VACATE) {
		note->code = h && h->leaving ? JOBLOG_VACATE_SHUTDOWN
					     : JOBLOG_VACATE_PREEMPTED;
		note->reason = end->message;
		return;
	}
	note->code = a->vacate_code ? a->vacate_code : JOBLOG_VACATE_USER;
	/* The attempt goes before the last of its events is written. */
	*ret_reason = a->reason ? xstrdup(a->reason) : NULL;
	note->reason = *ret_reason ? *ret_reason : end->message;
}

/* Was it asked to leave this host? Then it does not come back at once. */
static void avoid_host(struct job *j, const char *host)
{
	if (j->state != JOBSTATE_IDLE || j->avoid_until_ms >= 0)
		return;
	free(j->avoid_host);
	j->avoid_host = xstrdup(host);
	j->avoid_until_ms = clock_boot_ms() + clock_scaled_ms(AVOID_MS);
}

int jobs_attempt_end(struct sched *s, struct job *j, const struct wire_end *end,
		     struct err *err)
{
	struct jobs_note note = { .end = end, .reason = end->message };
	enum job_event event = JOBEVENT_EVICTED;
	char *host, *reason = NULL;
	int rc = core_write(s, err);
	bool gone = false;

	if (rc)
		return core_poison(s, err);
	host = xstrdup(j->attempt->host);
	switch (end->how) {
	case WIRE_HOW_EXITED:
	case WIRE_HOW_SIGNALED:
		event = exit_event(s, j, end, &note, &reason);
		break;
	case WIRE_HOW_CHECKPOINTED:
		event = JOBEVENT_CHECKPOINTED;
		note_vacated(s, j->attempt, end, &note, &reason);
		break;
	case WIRE_HOW_UNRESTARTABLE:
		event = unrestartable(s, j, end, &note, &rc, err);
		break;
	case WIRE_HOW_EVICTED:
		note_vacated(s, j->attempt, end, &note, &reason);
		break;
	case WIRE_HOW_DAMAGED:
		event = damaged(s, j, end, &rc, err);
		note.code = JOBLOG_VACATE_SHADOW;
		break;
	case WIRE_HOW_REFUSED:
		event = JOBEVENT_REFUSED;
		j->not_before_ms =
			clock_boot_ms() + clock_scaled_ms(REFUSED_WAIT_MS);
		break;
	case WIRE_HOW_FAILED:
		event = JOBEVENT_FAILED;
		note.code = end->hold ? end->hold : JOBS_HOLD_START_FAILED;
		note.subcode = end->code;
		break;
	case WIRE_HOW_LOST:
		event = JOBEVENT_LOST;
		break;
	}
	if (rc)
		rc = core_poison(s, err);
	else
		rc = jobs_event(s, j, event, &note, &gone, err);
	/* Nothing to put in place: the job ends in the same transaction. */
	if (!rc && !gone && j->state == JOBSTATE_PLACING && !end->outputs)
		rc = jobs_event(s, j, JOBEVENT_PLACED, NULL, &gone, err);
	if (!rc && !gone)
		avoid_host(j, host);
	if (!rc && !gone && j->state == JOBSTATE_IDLE &&
	    (event == JOBEVENT_LOST || event == JOBEVENT_AGAIN))
		rc = jobs_hold_failing(s, j, err);
	free(host);
	free(reason);
	return rc;
}
