/* SPDX-License-Identifier: MIT */
#include "scheduler/dispatch.h"

#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/log.h"
#include "scheduler/core.h"
#include "scheduler/db/db.h"
#include "scheduler/jobs.h"
#include "scheduler/match.h"
#include "scheduler/nodes.h"
#include "scheduler/preempt.h"
#include "scheduler/queue.h"
#include "scheduler/sched.h"

/* So that one turn does not keep requests waiting. */
#define STARTS_PER_TURN 500

/* What match_next answers; its time is counted. */
static bool next(struct sched *s, struct job **ret_job, struct slot **ret_slot)
{
	int64_t begin_ns = clock_mono_ns();
	bool found = match_next(s->match, ret_job, ret_slot);

	s->match_ns += clock_mono_ns() - begin_ns;
	return found;
}

int dispatch_run(struct sched *s, struct err *err)
{
	int64_t begin_ns = clock_mono_ns();
	struct jobs_note note = { 0 };
	struct job *j;
	int64_t wake;
	int rc = 0, n = 0;

	/* Jobs tell what matters of slots, and slots what matters of jobs:
	 * both sets only grow, so this ends. */
	do {
		rc = queue_resort(s->queue, s->db, err);
		if (rc)
			return rc;
		match_begin(s->match, clock_boot_ms(), sched_now());
	} while (queue_stale(s->queue));
	s->match_ns += clock_mono_ns() - begin_ns;
	while (!rc && n++ < STARTS_PER_TURN && next(s, &j, &note.slot)) {
		log_debug("job %d.%d to %s", j->cluster->id, j->proc,
			  note.slot->full);
		rc = jobs_event(s, j, JOBEVENT_MATCH, &note, NULL, err);
	}
	wake = match_end(s->match);
	if (!rc)
		rc = preempt_run(s, err);
	if (n > STARTS_PER_TURN)
		core_want_match(s);
	else if (wake >= 0)
		core_match_at(s, wake);
	return rc;
}
