/* SPDX-License-Identifier: MIT */
#include "scheduler/hostend.h"

#include "common/base/err.h"
#include "common/base/log.h"
#include "common/base/xalloc.h"
#include "common/job/wire.h"
#include "common/store/index.h"
#include "scheduler/attempts.h"
#include "scheduler/joblog.h"
#include "scheduler/jobs.h"
#include "scheduler/queue.h"
#include "scheduler/sched.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* Is upload @id committed, and did this very attempt make it? */
static bool is_own(struct sched *s, const struct attempt *a, int64_t id,
		   bool outputs)
{
	struct index_ckpt c = { 0 };
	bool own;

	if (id <= 0 || index_get(s->index, id, &c, NULL))
		return false;
	own = c.cluster == a->job->cluster->id && c.proc == a->job->proc &&
	      c.attempt == a->number && c.outputs == outputs &&
	      c.state == INDEX_COMMITTED;
	index_ckpt_release(&c);
	return own;
}

/*
 * A job may have begun and ended between two syncs: its log has 001 before
 * the end all the same. One that never began was not evicted from anything.
 */
static int began(struct sched *s, struct attempt *a, struct wire_end *end,
		 struct err *err)
{
	int rc;

	if (a->state != WIRE_RUN_STARTING)
		return 0;
	if (!end->started) {
		if (end->how == WIRE_HOW_EVICTED)
			end->how = WIRE_HOW_REFUSED;
		return 0;
	}
	a->started = end->started;
	rc = jobs_event(s, a->job, JOBEVENT_STARTED, NULL, NULL, err);
	return rc == -EALREADY || rc == -EINVAL ? 0 : rc;
}

int hostend_take(struct sched *s, struct attempt *a, const struct wire_end *end,
		 struct err *err)
{
	struct wire_end own = *end; /* borrows all texts */
	char text[24];
	int rc;

	if (own.how == WIRE_HOW_CHECKPOINTED &&
	    !is_own(s, a, own.checkpoint, false)) {
		log_warn("host %s names checkpoint %lld that attempt %d of "
			 "job %d.%d did not commit",
			 a->host, (long long)own.checkpoint, a->number,
			 a->job->cluster->id, a->job->proc);
		own.how = WIRE_HOW_EVICTED;
	}
	if (own.outputs &&
	    !is_own(s, a, strtoll(own.outputs, NULL, 10), true)) {
		snprintf(text, sizeof(text), "upload '%.8s'", own.outputs);
		log_warn("host %s names outputs %s that were not committed",
			 a->host, text);
		own.outputs = NULL;
		own.how = WIRE_HOW_LOST;
		own.message = "its outputs were not committed";
	}
	rc = joblog_ended(s, a, &own, err);
	if (!rc)
		rc = began(s, a, &own, err);
	return rc ? rc : jobs_attempt_end(s, a->job, &own, err);
}

static int end_without_word(struct sched *s, struct attempt *a,
			    enum wire_how how, const char *why, struct err *err)
{
	struct wire_end end = { .how = how, .message = (char *)why };

	end.figures = a->figures;
	end.started = a->started;
	end.ended = sched_now();
	return jobs_attempt_end(s, a->job, &end, err);
}

int hostend_lost(struct sched *s, struct attempt *a, const char *why,
		 struct err *err)
{
	return end_without_word(s, a, WIRE_HOW_LOST, why, err);
}

int hostend_unsent(struct sched *s, struct attempt *a, struct err *err)
{
	/* The attempt goes before the last of its events is written. */
	char *why = a->reason ? xstrdup(a->reason) : NULL;
	int rc = end_without_word(s, a, WIRE_HOW_REFUSED, why, err);

	free(why);
	return rc;
}
