/* SPDX-License-Identifier: MIT */
/* jobs.h: which event the end of an attempt is, and the policy expressions. */
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
#include "scheduler/queue.h"
#include "scheduler/sched.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* An attempt that cannot even start is not tried again at once. */
#define REFUSED_WAIT_MS INT64_C(2000)
/* Nor is the host an evicted job has just left. */
#define AVOID_MS INT64_C(60000)

/* The job's own word on its exit: done, again, or held? */
static enum job_event exit_event(struct sched *s, struct job *j,
				 const struct wire_end *end,
				 struct jobs_note *note, char **ret_reason)
{
	enum job_event event = JOBEVENT_EXITED;
	bool by_signal = end->how == WIRE_HOW_SIGNALED;
	struct ad *ad;

	if (queue_ad(s->db, j, &ad, NULL))
		return event;
	ad_set_bool(ad, "ExitBySignal", by_signal);
	ad_set_int(ad, by_signal ? "ExitSignal" : "ExitCode", end->code);
	ad_set_int(ad, "NumJobCompletions",
		   ad_int(ad, "NumJobCompletions", 0) + 1);
	if (ad_bool(ad, "OnExitHold", false)) {
		event = JOBEVENT_EXIT_HOLD;
		*ret_reason = ad_eval_string(ad, NULL, "OnExitHoldReason");
		if (!*ret_reason)
			*ret_reason = xstrdup("The job attribute OnExitHold "
					      "expression evaluated to TRUE");
		note->reason = *ret_reason;
		note->code = JOBS_HOLD_POLICY;
		note->subcode = (int)ad_int(ad, "OnExitHoldSubCode", 0);
	} else if (!ad_bool(ad, "OnExitRemove", true)) {
		event = JOBEVENT_AGAIN;
		note->reason = "OnExitRemove is not TRUE";
	}
	ad_free(ad);
	return event;
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
	    ckpts_has_way(s, j, a->arch, why, rc, err))
		return JOBEVENT_EVICTED;
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

int jobs_attempt_end(struct sched *s, struct job *j, const struct wire_end *end,
		     struct err *err)
{
	struct jobs_note note = { .end = end, .reason = end->message };
	enum job_event event = JOBEVENT_EVICTED;
	char *host = xstrdup(j->attempt->host), *reason = NULL;
	int rc = core_write(s, err);
	bool gone = false;

	switch (end->how) {
	case WIRE_HOW_EXITED:
	case WIRE_HOW_SIGNALED:
		event = exit_event(s, j, end, &note, &reason);
		break;
	case WIRE_HOW_CHECKPOINTED:
		event = JOBEVENT_CHECKPOINTED;
		break;
	case WIRE_HOW_UNRESTARTABLE:
		event = unrestartable(s, j, end, &note, &rc, err);
		break;
	case WIRE_HOW_EVICTED:
		break;
	case WIRE_HOW_DAMAGED:
		event = damaged(s, j, end, &rc, err);
		break;
	case WIRE_HOW_REFUSED:
		event = JOBEVENT_REFUSED;
		j->not_before_ms =
			clock_boot_ms() + clock_scaled_ms(REFUSED_WAIT_MS);
		break;
	case WIRE_HOW_FAILED:
		event = JOBEVENT_FAILED;
		note.code = JOBS_HOLD_START_FAILED;
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
	if (!rc && !gone && j->state == JOBSTATE_IDLE &&
	    j->avoid_until_ms < 0) {
		/* It was asked to leave this host: not back at once. */
		free(j->avoid_host);
		j->avoid_host = host;
		host = NULL;
		j->avoid_until_ms = clock_boot_ms() + clock_scaled_ms(AVOID_MS);
	}
	if (!rc && !gone && j->state == JOBSTATE_IDLE &&
	    (event == JOBEVENT_LOST || event == JOBEVENT_AGAIN))
		rc = jobs_hold_failing(s, j, err);
	free(host);
	free(reason);
	return rc;
}

/* -- periodic expressions ----------------------------------------------------- */

static const struct {
	const char *attr, *reason_attr, *reason;
	enum job_event event;
} periodic[] = {
	{ "PeriodicHold", "PeriodicHoldReason",
	  "The job attribute PeriodicHold expression evaluated to TRUE",
	  JOBEVENT_HOLD },
	{ "PeriodicRelease", "PeriodicReleaseReason",
	  "The job attribute PeriodicRelease expression evaluated to TRUE",
	  JOBEVENT_RELEASE },
	{ "PeriodicRemove", "PeriodicRemoveReason",
	  "The job attribute PeriodicRemove expression evaluated to TRUE",
	  JOBEVENT_REMOVE },
};

#define PERIODIC (sizeof(periodic) / sizeof(periodic[0]))

static bool has_periodic(const struct cluster *c)
{
	for (size_t i = 0; i < PERIODIC; i++)
		if (ad_has(c->ad, periodic[i].attr))
			return true;
	return false;
}

static int periodic_job(struct sched *s, struct job *j, struct err *err)
{
	struct ad *ad;
	int rc = queue_ad(s->db, j, &ad, err);

	for (size_t i = 0; !rc && i < PERIODIC; i++) {
		struct jobs_note note = { .code = JOBS_HOLD_POLICY };
		char *reason;

		/* What a person held stays held. */
		if (periodic[i].event == JOBEVENT_RELEASE &&
		    ad_int(ad, "HoldReasonCode", 0) == JOBS_HOLD_USER)
			continue;
		if (!ad_bool(ad, periodic[i].attr, false) ||
		    jobstate_step(j->state, periodic[i].event).verdict !=
			    JOBSTATE_OK)
			continue;
		reason = ad_eval_string(ad, NULL, periodic[i].reason_attr);
		note.reason = reason ? reason : periodic[i].reason;
		rc = jobs_event(s, j, periodic[i].event, &note, NULL, err);
		free(reason);
		break;
	}
	ad_free(ad);
	return rc;
}

int jobs_periodic(struct sched *s, struct err *err)
{
	struct hash_iter it = { 0 };
	struct cluster *c;
	int rc = 0;

	while (!rc && (c = queue_next_cluster(s->queue, &it))) {
		int pos = 0, id = c->id;
		struct job *j;

		if (!has_periodic(c))
			continue;
		/* The cluster goes with its last job. */
		while (!rc && (c = queue_cluster(s->queue, id)) &&
		       (j = queue_next_job(c, &pos)))
			rc = periodic_job(s, j, err);
	}
	return rc;
}
