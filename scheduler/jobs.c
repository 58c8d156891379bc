/* SPDX-License-Identifier: MIT */
#include "scheduler/jobs.h"

#include "common/ad/ad.h"
#include "common/base/err.h"
#include "common/base/fault.h"
#include "common/base/xalloc.h"
#include "common/job/eventlog.h"
#include "common/store/index.h"
#include "scheduler/attempts.h"
#include "scheduler/core.h"
#include "scheduler/db/db.h"
#include "scheduler/db/dbattempts.h"
#include "scheduler/db/dbjobs.h"
#include "scheduler/factory.h"
#include "scheduler/feed.h"
#include "scheduler/joblog.h"
#include "scheduler/jobpolicy.h"
#include "scheduler/nodes.h"
#include "scheduler/place.h"
#include "scheduler/prepare.h"
#include "scheduler/queue.h"
#include "scheduler/sched.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One transition under way. */
struct move {
	struct sched *s;
	struct job *job;
	struct ad *ad; /* own attributes are written back */
	struct job_step step;
	const struct jobs_note *note;
	struct attempt *attempt; /* of before, or NULL */
	struct slot *slot; /* of a match: the note's, or carved from it */
	enum job_state before;
	bool gone;
};

static void count(struct ad *ad, const char *name)
{
	ad_set_int(ad, name, ad_int(ad, name, 0) + 1);
}

/* -- attributes --------------------------------------------------------------- */

static void attrs_open(struct move *m)
{
	const struct slot *slot = m->slot;
	int64_t now = sched_now();

	ad_set_string(m->ad, "RemoteHost", slot->full);
	ad_set_string(m->ad, "RemoteArch", slot->arch);
	ad_set_int(m->ad, "LastMatchTime", now);
	ad_set_int(m->ad, "JobCurrentStartDate", now);
	if (!ad_has(m->ad, "JobStartDate"))
		ad_set_int(m->ad, "JobStartDate", now);
	ad_set_int(m->ad, "CpusProvisioned", ad_int(slot->ad, "Cpus", 1));
	ad_set_int(m->ad, "MemoryProvisioned", ad_int(slot->ad, "Memory", 0));
	ad_set_int(m->ad, "DiskProvisioned", ad_int(slot->ad, "Disk", 0));
	count(m->ad, "NumShadowStarts");
}

static void attrs_figures(struct ad *ad, const struct wire_figures *f)
{
	ad_set_real(ad, "RemoteUserCpu",
		    ad_real(ad, "RemoteUserCpu", 0) + f->user_cpu_s);
	ad_set_real(ad, "RemoteSysCpu",
		    ad_real(ad, "RemoteSysCpu", 0) + f->sys_cpu_s);
	ad_set_int(ad, "LastRunUserCpu", (int64_t)f->user_cpu_s);
	ad_set_int(ad, "LastRunSysCpu", (int64_t)f->sys_cpu_s);
	if (f->memory_kb >= 0) {
		ad_set_int(ad, "ResidentSetSize", f->memory_kb);
		ad_set_int(ad, "MemoryUsage", (f->memory_kb + 1023) / 1024);
		ad_set_int(ad, "ImageSize", f->memory_kb);
	}
	if (f->disk_kb >= 0)
		ad_set_int(ad, "DiskUsage", f->disk_kb);
	if (f->sent_bytes >= 0) {
		ad_set_int(ad, "LastRunBytesSent", f->sent_bytes);
		ad_set_int(ad, "BytesSent",
			   ad_int(ad, "BytesSent", 0) + f->sent_bytes);
	}
	if (f->received_bytes >= 0) {
		ad_set_int(ad, "LastRunBytesRecvd", f->received_bytes);
		ad_set_int(ad, "BytesRecvd",
			   ad_int(ad, "BytesRecvd", 0) + f->received_bytes);
	}
	if (f->suspended_s > 0)
		ad_set_int(ad, "CumulativeSuspensionTime",
			   ad_int(ad, "CumulativeSuspensionTime", 0) +
				   f->suspended_s);
}

/* How long the program ran, and how long it had the slot. */
static void attrs_times(struct ad *ad, const struct attempt *a,
			const struct wire_end *end)
{
	int64_t began = end->started ? end->started : a->started;
	int64_t ended = end->ended ? end->ended : sched_now();

	ad_set_int(ad, "ActivationDuration",
		   ended > a->matched ? ended - a->matched : 0);
	ad_set_int(ad, "ActivationExecutionDuration",
		   began && ended > began ? ended - began : 0);
	if (began && ended > began)
		ad_set_real(ad, "CpusUsage",
			    (end->figures.user_cpu_s + end->figures.sys_cpu_s) /
				    (double)(ended - began));
	else
		ad_delete(ad, "CpusUsage");
}

static void attrs_vacated(struct move *m)
{
	count(m->ad, "NumVacates");
	if (m->note->reason)
		ad_set_string(m->ad, "VacateReason", m->note->reason);
	ad_set_int(m->ad, "VacateReasonCode", m->note->code);
	ad_set_int(m->ad, "VacateReasonSubCode", m->note->subcode);
}

static void attrs_close(struct move *m)
{
	const struct wire_end *end = m->note->end;
	const char *host = ad_str(m->ad, "RemoteHost");
	int64_t start = m->attempt->started, now = sched_now();

	if (host)
		ad_set_string(m->ad, "LastRemoteHost", host);
	ad_delete(m->ad, "RemoteHost");
	ad_delete(m->ad, "RemoteArch");
	attrs_figures(m->ad, &end->figures);
	if (start)
		ad_set_real(m->ad, "RemoteWallClockTime",
			    ad_real(m->ad, "RemoteWallClockTime", 0) +
				    (double)(now - start));
	attrs_times(m->ad, m->attempt, end);
	if (m->step.next == JOBSTATE_IDLE || m->step.next == JOBSTATE_HELD)
		attrs_vacated(m);
	if (end->how == WIRE_HOW_EXITED || end->how == WIRE_HOW_SIGNALED) {
		bool by_signal = end->how == WIRE_HOW_SIGNALED;

		ad_set_bool(m->ad, "ExitBySignal", by_signal);
		ad_set_int(m->ad, by_signal ? "ExitSignal" : "ExitCode",
			   end->code);
		ad_delete(m->ad, by_signal ? "ExitCode" : "ExitSignal");
		count(m->ad, "NumJobCompletions");
	}
}

static void attrs_held(struct move *m)
{
	const struct jobs_note *n = m->note;

	ad_set_string(m->ad, "HoldReason",
		      n->reason ? n->reason : "Reason unspecified");
	ad_set_int(m->ad, "HoldReasonCode", n->code);
	ad_set_int(m->ad, "HoldReasonSubCode", n->subcode);
	count(m->ad, "NumHolds");
}

static void attrs_state(struct move *m)
{
	enum job_state next = m->step.next;
	unsigned int fx = m->step.effects;

	if (fx & JOBFX_LOG_HELD)
		attrs_held(m);
	if (fx & JOBFX_LOG_RELEASED) {
		const char *why = m->note->reason;

		ad_set_string(m->ad, "ReleaseReason", why ? why : "");
		ad_delete(m->ad, "HoldReason");
		ad_delete(m->ad, "HoldReasonCode");
		ad_delete(m->ad, "HoldReasonSubCode");
	}
	if (fx & JOBFX_LOG_EXECUTE) {
		count(m->ad, "NumJobStarts");
		if (m->attempt && m->attempt->resumed_from)
			count(m->ad, "NumRestarts");
	}
	if (fx & JOBFX_LOG_ABORTED && m->note->reason)
		ad_set_string(m->ad, "RemoveReason", m->note->reason);
	if (next == JOBSTATE_PLACING)
		ad_set_bool(m->ad, "TransferringOutput", true);
	else
		ad_delete(m->ad, "TransferringOutput");
	if (next == JOBSTATE_COMPLETED && m->before != next)
		ad_set_int(m->ad, "CompletionDate", sched_now());
	ad_set_int(m->ad, "JobStatus", jobstate_status(next));
	ad_set_string(m->ad, "HarrierState", jobstate_name(next));
	if (jobstate_status(next) != jobstate_status(m->job->state))
		ad_set_int(m->ad, "EnteredCurrentStatus", sched_now());
}

/* -- effects ------------------------------------------------------------------- */

/* Of 004: HTCondor's own begin at 1000; a hold's is that of 012. */
static int vacate_code(const struct move *m)
{
	int code = m->note->code;

	return m->step.effects & JOBFX_LOG_HELD || code >= 1000 ? code : 0;
}

static int do_orders(struct move *m, struct err *err)
{
	static const struct {
		unsigned int fx;
		enum wire_want want;
	} orders[] = {
		{ JOBFX_RUN, WIRE_WANT_RUN },
		{ JOBFX_SUSPEND, WIRE_WANT_SUSPEND },
		{ JOBFX_VACATE, WIRE_WANT_VACATE },
		{ JOBFX_KILL, WIRE_WANT_KILL },
	};
	int rc = 0;

	for (size_t i = 0; !rc && i < sizeof(orders) / sizeof(orders[0]); i++)
		if (m->step.effects & orders[i].fx) {
			m->attempt->vacate_code = vacate_code(m);
			rc = attempts_want(m->s, m->attempt, orders[i].want,
					   m->note->reason, err);
		}
	return rc;
}

static int log_attempt(struct move *m, struct err *err)
{
	const struct jobs_note *n = m->note;
	unsigned int fx = m->step.effects;
	int rc = 0;

	if (fx & JOBFX_LOG_EXECUTE)
		rc = joblog_execute(m->s, m->job, m->ad, m->attempt, err);
	if (!rc && (fx & JOBFX_LOG_SUSPEND))
		rc = joblog_suspended(m->s, m->job, m->ad, m->attempt, err);
	if (!rc && (fx & JOBFX_LOG_CONTINUE))
		rc = joblog_simple(m->s, m->job, m->ad, EVENT_UNSUSPENDED, NULL,
				   0, 0, err);
	if (!rc && (fx & JOBFX_LOG_EVICTED))
		rc = joblog_evicted(m->s, m->job, m->ad, m->attempt, n->end,
				    n->reason, n->code, err);
	if (!rc && (fx & JOBFX_LOG_LOST))
		rc = joblog_lost(m->s, m->job, m->ad, m->attempt, n->end,
				 n->reason, err);
	if (!rc && (fx & JOBFX_CLOSE) && n->end->how == WIRE_HOW_FAILED &&
	    m->attempt->reported)
		rc = joblog_failed(m->s, m->job, m->ad, m->attempt, n->end,
				   n->code, err);
	return rc;
}

static int log_state(struct move *m, struct err *err)
{
	const struct jobs_note *n = m->note;
	unsigned int fx = m->step.effects;
	int rc = 0;

	if (fx & JOBFX_LOG_HELD)
		rc = joblog_simple(m->s, m->job, m->ad, EVENT_HELD, n->reason,
				   n->code, n->subcode, err);
	if (!rc && (fx & JOBFX_LOG_RELEASED))
		rc = joblog_simple(m->s, m->job, m->ad, EVENT_RELEASED,
				   n->reason, 0, 0, err);
	if (!rc && (fx & JOBFX_LOG_REQUEUED))
		rc = joblog_requeued(m->s, m->job, m->ad, n->reason, err);
	if (!rc && (fx & JOBFX_LOG_ENDED))
		rc = joblog_terminated(m->s, m->job, m->ad, err);
	if (!rc && (fx & JOBFX_LOG_ABORTED))
		rc = joblog_simple(m->s, m->job, m->ad, EVENT_ABORTED,
				   n->reason, 0, 0, err);
	return rc;
}

static char *own_attrs(const struct ad *ad)
{
	json_t *root = ad_to_json(ad, false);
	char *text = json_dumps(root, JSON_COMPACT);

	json_decref(root);
	return text;
}

static int write_job(struct move *m, struct err *err)
{
	struct job *j = m->job;
	struct dbjobs_proc row = {
		.cluster = j->cluster->id,
		.proc = j->proc,
		.state = m->step.next,
		.prio = j->prio,
		.entered = j->entered,
		.attempts = j->attempts,
	};
	char *attrs = own_attrs(m->ad);
	int rc = dbjobs_set_state(m->s->db, &row, err);

	if (!rc)
		rc = dbjobs_set_attrs(m->s->db, row.cluster, row.proc, attrs,
				      err);
	j->own = true;
	free(attrs);
	return rc;
}

static int end_job(struct move *m, struct err *err)
{
	struct job *j = m->job;
	int cluster = j->cluster->id;
	json_t *root = ad_to_json(m->ad, true);
	char *text = json_dumps(root, JSON_COMPACT);
	int rc = dbjobs_end(m->s->db, cluster, j->proc, j->cluster->owner->name,
			    sched_now(), text, err);

	json_decref(root);
	free(text);
	if (!rc)
		rc = index_prune(m->s->index, cluster, j->proc, 0, err);
	if (rc)
		return rc;
	if (queue_drop_job(m->s->queue, j))
		return dbjobs_drop_cluster(m->s->db, cluster, err);
	factory_look(m->s, queue_cluster(m->s->queue, cluster));
	return 0;
}

static int to_next(struct move *m, struct err *err)
{
	struct job *j = m->job;
	enum job_state before = j->state;

	if (jobstate_status(m->step.next) != jobstate_status(before))
		j->entered = sched_now();
	if (m->step.next == JOBSTATE_IDLE && before != JOBSTATE_IDLE) {
		queue_set_state(j, m->step.next);
		core_want_match(m->s);
		return queue_enqueue(m->s->queue, m->s->db, j, err);
	}
	if (before == JOBSTATE_IDLE)
		queue_dequeue(m->s->queue, j);
	queue_set_state(j, m->step.next);
	if (before == JOBSTATE_IDLE)
		factory_look(m->s, j->cluster);
	return 0;
}

static int do_attempt(struct move *m, struct err *err)
{
	int rc = 0;

	if (m->step.effects & JOBFX_OPEN) {
		m->slot = m->note->slot;
		if (m->slot->partitionable)
			m->slot = nodes_carve(m->slot,
					      &m->job->bucket->ac->request);
		attrs_open(m);
		rc = attempts_open(m->s, m->job, m->slot, err);
	}
	if (!rc)
		rc = do_orders(m, err);
	if (!rc && (m->step.effects & JOBFX_CLOSE))
		attrs_close(m);
	if (!rc)
		rc = log_attempt(m, err);
	if (!rc && (m->step.effects & JOBFX_CLOSE))
		rc = attempts_close(m->s, m->attempt, m->note->end, err);
	return rc;
}

/* One that has ended and is kept for its user leaves when it is removed. */
static bool leaves_queue(const struct move *m)
{
	return (m->step.effects & JOBFX_END) &&
	       (jobstate_is_end(m->before) || !jobpolicy_stays(m->ad));
}

static int apply(struct move *m, struct err *err)
{
	int rc = fault_hit("jobs.event");

	if (rc)
		return err_sys(err, rc, "job");
	rc = do_attempt(m, err);
	if (!rc) {
		attrs_state(m);
		rc = log_state(m, err);
	}
	if (!rc)
		rc = write_job(m, err);
	if (!rc)
		rc = to_next(m, err);
	if (rc)
		return rc;
	/* It reads what was written. */
	if (m->step.effects & JOBFX_OPEN)
		prepare_start(m->s, m->job->attempt);
	if (m->step.effects & JOBFX_PLACE)
		place_start(m->s, m->job);
	feed_job(m->s, m->job);
	m->gone = leaves_queue(m);
	if (m->gone)
		rc = end_job(m, err);
	return rc;
}

int jobs_event(struct sched *s, struct job *j, enum job_event event,
	       const struct jobs_note *note, bool *ret_gone, struct err *err)
{
	static const struct jobs_note nothing;
	struct move m = { s,
			  j,
			  NULL,
			  jobstate_step(j->state, event),
			  note ? note : &nothing,
			  j->attempt,
			  NULL,
			  j->state,
			  false };
	struct err own = ERR_INIT;
	int rc;

	if (ret_gone)
		*ret_gone = false;
	if (m.step.verdict == JOBSTATE_ALREADY)
		return -EALREADY;
	if (m.step.verdict == JOBSTATE_BAD)
		return -EINVAL;
	rc = core_write(s, &own);
	if (!rc)
		rc = queue_ad(s->db, j, &m.ad, &own);
	if (!rc)
		rc = apply(&m, &own);
	ad_free(m.ad);
	if (rc) {
		err_set(err, rc, "%s", err_text(&own));
		return core_poison(s, &own);
	}
	if (ret_gone)
		*ret_gone = m.gone;
	return 0;
}

int jobs_hold_failing(struct sched *s, struct job *j, struct err *err)
{
	char reason[120];
	struct jobs_note note = { .reason = reason,
				  .code = JOBS_HOLD_EVERYWHERE };
	int hosts, rc;

	if (j->attempts < HEALTH_BAD_HOSTS ||
	    ad_has(j->cluster->ad, "JobMaxRetries"))
		return 0;
	hosts = dbattempts_failed_hosts(s->db, j->cluster->id, j->proc,
					HEALTH_QUICK_S);
	if (hosts < HEALTH_BAD_HOSTS)
		return 0;
	snprintf(reason, sizeof(reason),
		 "The job failed within %d seconds on each of %d hosts",
		 HEALTH_QUICK_S, hosts);
	note.subcode = hosts;
	rc = jobs_event(s, j, JOBEVENT_HOLD, &note, NULL, err);
	return rc == -EALREADY || rc == -EINVAL ? 0 : rc;
}

int jobs_set_attr(struct sched *s, struct job *j, const struct ad *changes,
		  struct err *err)
{
	struct ad *ad = NULL;
	char *attrs;
	int rc = core_write(s, err);

	if (!rc)
		rc = queue_ad(s->db, j, &ad, err);
	if (rc)
		return rc;
	queue_add_policy(s->queue, j->cluster, jobpolicy_of(changes, NULL));
	if (j->attempt)
		j->attempt->allowed_read = false;
	ad_update(ad, changes);
	j->own = true;
	j->prio = (int)ad_int(ad, "JobPrio", j->prio);
	attrs = own_attrs(ad);
	ad_free(ad);
	rc = dbjobs_set_attrs(s->db, j->cluster->id, j->proc, attrs, err);
	free(attrs);
	if (!rc) {
		struct dbjobs_proc row = {
			.cluster = j->cluster->id,
			.proc = j->proc,
			.state = j->state,
			.prio = j->prio,
			.entered = j->entered,
			.attempts = j->attempts,
		};

		rc = dbjobs_set_state(s->db, &row, err);
	}
	if (!rc && j->state == JOBSTATE_IDLE) {
		rc = queue_enqueue(s->queue, s->db, j, err);
		core_want_match(s);
	}
	return rc ? core_poison(s, err) : 0;
}
