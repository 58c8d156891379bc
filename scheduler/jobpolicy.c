/* SPDX-License-Identifier: MIT */
#include "scheduler/jobpolicy.h"

#include "common/ad/ad.h"
#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/hash.h"
#include "common/base/list.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "scheduler/attempts.h"
#include "scheduler/joblog.h"
#include "scheduler/jobs.h"
#include "scheduler/queue.h"
#include "scheduler/sched.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The loop's other work waits so long at most. */
#define SLICE_MS 10

static const struct {
	const char *attr;
	unsigned int flag;
} names[] = {
	{ "PeriodicHold", JOBPOLICY_HOLD },
	{ "PeriodicRelease", JOBPOLICY_RELEASE },
	{ "PeriodicRemove", JOBPOLICY_REMOVE },
	{ "PeriodicVacate", JOBPOLICY_VACATE },
	{ "LeaveJobInQueue", JOBPOLICY_LEAVE },
	{ "AllowedJobDuration", JOBPOLICY_DURATION },
	{ "AllowedExecuteDuration", JOBPOLICY_DURATION },
};

#define NAMES (sizeof(names) / sizeof(names[0]))

static bool has_column(char *const *columns, const char *name)
{
	for (size_t i = 0; columns && columns[i]; i++)
		if (!strcasecmp(columns[i], name))
			return true;
	return false;
}

unsigned int jobpolicy_of(const struct ad *ad, char *const *columns)
{
	unsigned int flags = 0;

	for (size_t i = 0; i < NAMES; i++)
		if (ad_has(ad, names[i].attr) ||
		    has_column(columns, names[i].attr))
			flags |= names[i].flag;
	return flags;
}

unsigned int jobpolicy_in_text(const char *attrs)
{
	unsigned int flags = 0;

	for (size_t i = 0; i < NAMES; i++)
		if (strstr(attrs, names[i].attr))
			flags |= names[i].flag;
	return flags;
}

/* -- verdicts -------------------------------------------------------------- */

/*
 * The reason that goes with an expression, of the job's own or HTCondor's
 * words.
 */
static void explain(const struct ad *ad, const char *attr, const char *value,
		    struct jobpolicy *ret)
{
	char *name = xasprintf("%sReason", attr);
	struct strbuf text = STRBUF_INIT;

	ret->reason = ad_eval_string(ad, NULL, name);
	free(name);
	name = xasprintf("%sSubCode", attr);
	ret->subcode = (int)ad_int(ad, name, 0);
	free(name);
	if (!ret->reason || strcmp(value, "TRUE")) {
		free(ret->reason);
		strbuf_addf(&text, "The job attribute %s expression '", attr);
		ad_unparse_attr(ad, attr, &text);
		strbuf_addf(&text, "' evaluated to %s", value);
		ret->reason = strbuf_detach(&text);
	}
}

static bool fires(const struct ad *ad, const char *attr, enum job_event event,
		  int code, struct jobpolicy *ret)
{
	if (!ad_bool(ad, attr, false))
		return false;
	*ret = (struct jobpolicy){ .event = event, .code = code };
	explain(ad, attr, "TRUE", ret);
	return true;
}

/* An expression that must be there to say something, and says nothing. */
static bool is_undefined(const struct ad *ad, const char *attr,
			 struct jobpolicy *ret)
{
	bool value;

	if (!ad_has(ad, attr) || ad_get_bool(ad, attr, &value))
		return false;
	*ret = (struct jobpolicy){ .event = JOBEVENT_EXIT_HOLD,
				   .code = JOBS_HOLD_UNDEFINED };
	explain(ad, attr, "UNDEFINED", ret);
	return true;
}

void jobpolicy_on_exit(struct ad *ad, struct jobpolicy *ret)
{
	*ret = (struct jobpolicy){ .event = JOBEVENT_EXITED };
	if (fires(ad, "PeriodicHold", JOBEVENT_EXIT_HOLD, JOBS_HOLD_POLICY,
		  ret) ||
	    fires(ad, "PeriodicRemove", JOBEVENT_REMOVE, 0, ret) ||
	    is_undefined(ad, "OnExitHold", ret) ||
	    fires(ad, "OnExitHold", JOBEVENT_EXIT_HOLD, JOBS_HOLD_POLICY,
		  ret) ||
	    is_undefined(ad, "OnExitRemove", ret))
		return;
	if (ad_bool(ad, "OnExitRemove", true))
		return;
	ret->event = JOBEVENT_AGAIN;
	explain(ad, "OnExitRemove", "FALSE", ret);
}

void jobpolicy_periodic(const struct ad *ad, enum job_state state,
			unsigned int flags, struct jobpolicy *ret)
{
	bool held = state == JOBSTATE_HELD;

	*ret = (struct jobpolicy){ .event = JOBEVENT_COUNT };
	if (!held && (flags & JOBPOLICY_HOLD) &&
	    fires(ad, "PeriodicHold", JOBEVENT_HOLD, JOBS_HOLD_POLICY, ret))
		return;
	if (held && (flags & JOBPOLICY_RELEASE) &&
	    ad_int(ad, "HoldReasonCode", 0) != JOBS_HOLD_USER &&
	    fires(ad, "PeriodicRelease", JOBEVENT_RELEASE, 0, ret))
		return;
	if ((flags & JOBPOLICY_REMOVE) &&
	    fires(ad, "PeriodicRemove", JOBEVENT_REMOVE, 0, ret))
		return;
	if ((flags & JOBPOLICY_VACATE) && state >= JOBSTATE_STARTING &&
	    state <= JOBSTATE_SUSPENDED)
		fires(ad, "PeriodicVacate", JOBEVENT_VACATE,
		      JOBLOG_VACATE_POLICY, ret);
}

bool jobpolicy_stays(const struct ad *ad)
{
	return ad_bool(ad, "LeaveJobInQueue", false);
}

/* -- the walk ---------------------------------------------------------------- */

struct policywalk {
	int *clusters; /* ids, of the walk's beginning */
	size_t count, at;
	int pos; /* in the cluster at @at */
};

void jobpolicy_free(struct sched *s)
{
	if (s->policywalk)
		free(s->policywalk->clusters);
	free(s->policywalk);
	s->policywalk = NULL;
}

void jobpolicy_begin(struct sched *s)
{
	struct policywalk *w = s->policywalk;
	const struct cluster *c;

	if (!w)
		w = s->policywalk = xcalloc(1, sizeof(*w));
	if (w->at < w->count)
		return;
	w->count = w->at = 0;
	w->pos = 0;
	list_for_each(c, queue_policy_clusters(s->queue), in_policy) {
		if (w->count % 64 == 0)
			w->clusters = xreallocarray(w->clusters, w->count + 64,
						    sizeof(*w->clusters));
		w->clusters[w->count++] = c->id;
	}
}

/* Which of the flags can say something in that state? */
static unsigned int useful(enum job_state state, unsigned int flags)
{
	switch (state) {
	case JOBSTATE_IDLE:
		return flags & (JOBPOLICY_HOLD | JOBPOLICY_REMOVE);
	case JOBSTATE_STARTING:
	case JOBSTATE_RUNNING:
	case JOBSTATE_SUSPENDED:
	case JOBSTATE_VACATING:
		return flags &
		       (JOBPOLICY_HOLD | JOBPOLICY_REMOVE | JOBPOLICY_VACATE);
	case JOBSTATE_HELD:
		return flags & (JOBPOLICY_RELEASE | JOBPOLICY_REMOVE);
	case JOBSTATE_COMPLETED:
	case JOBSTATE_REMOVED:
		return flags & JOBPOLICY_LEAVE;
	default:
		return 0;
	}
}

/* What the live run has used so far, over what the ad knows of earlier ones. */
static void add_live(struct ad *ad, const struct attempt *a)
{
	const struct wire_figures *f = &a->figures;

	if (f->memory_kb >= 0) {
		ad_set_int(ad, "ResidentSetSize", f->memory_kb);
		ad_set_int(ad, "MemoryUsage", (f->memory_kb + 1023) / 1024);
		ad_set_int(ad, "ImageSize", f->memory_kb);
	}
	if (f->disk_kb >= 0)
		ad_set_int(ad, "DiskUsage", f->disk_kb);
	ad_set_real(ad, "RemoteUserCpu",
		    ad_real(ad, "RemoteUserCpu", 0) + f->user_cpu_s);
	ad_set_real(ad, "RemoteSysCpu",
		    ad_real(ad, "RemoteSysCpu", 0) + f->sys_cpu_s);
}

static int judge(struct sched *s, struct job *j, unsigned int flags,
		 struct err *err)
{
	struct jobpolicy p = { .event = JOBEVENT_COUNT };
	struct ad *ad = NULL;
	int rc = queue_ad(s->db, j, &ad, err);

	if (rc)
		return rc;
	if (j->attempt)
		add_live(ad, j->attempt);
	if (jobstate_is_end(j->state))
		p.event = jobpolicy_stays(ad) ? JOBEVENT_COUNT
					      : JOBEVENT_REMOVE;
	else
		jobpolicy_periodic(ad, j->state, flags, &p);
	ad_free(ad);
	if (p.event != JOBEVENT_COUNT) {
		struct jobs_note note = { .reason = p.reason,
					  .code = p.code,
					  .subcode = p.subcode };

		rc = jobs_event(s, j, p.event, &note, NULL, err);
		if (rc == -EALREADY || rc == -EINVAL)
			rc = 0;
	}
	free(p.reason);
	return rc;
}

int jobpolicy_slice(struct sched *s, bool *ret_more, struct err *err)
{
	struct policywalk *w = s->policywalk;
	int64_t until_ms = clock_mono_ms() + SLICE_MS;
	int rc = 0;

	while (!rc && w->at < w->count) {
		struct cluster *c = queue_cluster(s->queue, w->clusters[w->at]);
		struct job *j = c ? queue_next_job(c, &w->pos) : NULL;
		unsigned int flags;

		if (!j) {
			/* The cluster is done, or went with its last job. */
			w->at++;
			w->pos = 0;
			continue;
		}
		flags = useful(j->state, c->policy);
		if (!flags)
			continue;
		rc = judge(s, j, flags, err);
		if (clock_mono_ms() >= until_ms)
			break;
	}
	*ret_more = !rc && w->at < w->count;
	return rc;
}

/* -- durations ----------------------------------------------------------------- */

static int read_allowed(struct sched *s, struct attempt *a, struct err *err)
{
	struct ad *ad = NULL;
	int rc = queue_ad(s->db, a->job, &ad, err);

	if (rc)
		return rc;
	a->allowed_job_s = ad_int(ad, "AllowedJobDuration", -1);
	a->allowed_execute_s = ad_int(ad, "AllowedExecuteDuration", -1);
	a->allowed_read = true;
	ad_free(ad);
	return 0;
}

static int exceeded(struct sched *s, struct attempt *a, const char *kind,
		    int64_t allowed_s, int code, struct err *err)
{
	char *reason = xasprintf("The job exceeded allowed %s duration of "
				 "%lld+%02lld:%02lld:%02lld",
				 kind, (long long)(allowed_s / 86400),
				 (long long)(allowed_s / 3600 % 24),
				 (long long)(allowed_s / 60 % 60),
				 (long long)(allowed_s % 60));
	struct jobs_note note = { .reason = reason, .code = code };
	int rc = jobs_event(s, a->job, JOBEVENT_HOLD, &note, NULL, err);

	free(reason);
	return rc == -EALREADY || rc == -EINVAL ? 0 : rc;
}

static int check_attempt(struct sched *s, struct attempt *a, int64_t now,
			 struct err *err)
{
	int64_t since = a->saved > a->started ? a->saved : a->started;
	int rc = 0;

	if (!a->allowed_read)
		rc = read_allowed(s, a, err);
	if (rc || a->job->state == JOBSTATE_HOLDING)
		return rc;
	if (a->allowed_job_s >= 0 && now - a->matched > a->allowed_job_s)
		return exceeded(s, a, "job", a->allowed_job_s,
				JOBS_HOLD_JOB_DURATION, err);
	if (a->allowed_execute_s >= 0 && since &&
	    now - since > a->allowed_execute_s)
		return exceeded(s, a, "execute", a->allowed_execute_s,
				JOBS_HOLD_EXECUTE_DURATION, err);
	return 0;
}

int jobpolicy_durations(struct sched *s, struct err *err)
{
	struct hash_iter it = { 0 };
	int64_t now = sched_now();
	int rc = 0;

	if (list_empty(queue_policy_clusters(s->queue)))
		return 0;
	while (!rc && hash_next(s->attempts, &it)) {
		struct attempt *a = it.value;

		if (a->job->cluster->policy & JOBPOLICY_DURATION)
			rc = check_attempt(s, a, now, err);
	}
	return rc;
}
