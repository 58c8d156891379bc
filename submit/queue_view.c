/* SPDX-License-Identifier: MIT */
#include "submit/queue_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/hash.h"
#include "common/base/xalloc.h"
#include "submit/fmt.h"
#include "submit/jobs.h"

#define OWNER_WIDTH 14

#define FIRST_ATTRS "ClusterId,ProcId,Owner,QDate,JobStatus"
#define TIME_ATTRS  ",RemoteWallClockTime,JobCurrentStartDate"
#define CMD_ATTRS   ",Cmd,Args,Arguments,TransferringOutput"

/* Only what is shown: each costs time, a million times. */
const char *queue_view_attrs(enum queue_view view)
{
	static const char *const attrs[] = {
		[QUEUE_BATCH] = FIRST_ATTRS ",JobBatchName,TotalSubmitProcs",
		[QUEUE_JOBS] = FIRST_ATTRS TIME_ATTRS CMD_ATTRS
		",JobPrio,MemoryUsage,ImageSize",
		[QUEUE_RUN] = FIRST_ATTRS TIME_ATTRS ",RemoteHost",
		[QUEUE_HOLD] = FIRST_ATTRS ",EnteredCurrentStatus,HoldReason,"
					   "HoldReasonCode,HoldReasonSubCode",
		[QUEUE_IDLE] = FIRST_ATTRS
		",JobUniverse,RequestCpus,RequestMemory,NumJobStarts,"
		"LastRemoteHost",
		[QUEUE_HISTORY] = FIRST_ATTRS TIME_ATTRS CMD_ATTRS
		",CompletionDate",
	};

	return attrs[view];
}

void queue_view_head(enum queue_view view, struct strbuf *out)
{
	static const char *const heads[] = {
		[QUEUE_JOBS] = " ID      OWNER            SUBMITTED     "
			       "RUN_TIME ST PRI SIZE CMD",
		[QUEUE_RUN] = " ID      OWNER            SUBMITTED     "
			      "RUN_TIME HOST(S)",
		[QUEUE_HOLD] = " ID      OWNER           HELD_SINCE "
			       "CODE/SUB HOLD_REASON",
		[QUEUE_IDLE] = " ID      OWNER            SUBMITTED "
			       "UNIVERSE CPUS MEMORY STARTS LAST_HOST",
		[QUEUE_HISTORY] = " ID      OWNER            SUBMITTED     "
				  "RUN_TIME ST   COMPLETED CMD",
	};

	strbuf_addf(out, "%s\n", heads[view]);
}

static void line_start(const struct ad *job, const char *date_attr,
		       struct strbuf *out)
{
	const char *owner = ad_str(job, "Owner");
	char date[FMT_DATE_SIZE];

	strbuf_addf(out, "%4lld.%-3lld ",
		    (long long)ad_int(job, "ClusterId", 0),
		    (long long)ad_int(job, "ProcId", 0));
	fmt_column(out, owner ? owner : "?", OWNER_WIDTH);
	fmt_date(date, ad_int(job, date_attr, 0));
	strbuf_addf(out, " %-11s ", date);
}

static void add_run_time(const struct ad *job, int64_t now, struct strbuf *out)
{
	char text[FMT_DURATION_SIZE];

	fmt_duration(text, fmt_job_run_time(job, now));
	strbuf_addf(out, "%12s ", text);
}

static void add_str(const struct ad *job, const char *attr, struct strbuf *out)
{
	const char *text = ad_str(job, attr);

	fmt_text(out, text ? text : "");
}

static void job_line(const struct ad *job, int64_t now, struct strbuf *out)
{
	line_start(job, "QDate", out);
	add_run_time(job, now, out);
	strbuf_addf(out, "%-2s %-3lld %-4.1f ", fmt_job_state(job),
		    (long long)ad_int(job, "JobPrio", 0), fmt_job_size_mb(job));
	fmt_job_cmd(out, job);
}

static void hold_line(const struct ad *job, struct strbuf *out)
{
	char code[48];

	line_start(job, "EnteredCurrentStatus", out);
	snprintf(code, sizeof(code), "%lld/%lld",
		 (long long)ad_int(job, "HoldReasonCode", 0),
		 (long long)ad_int(job, "HoldReasonSubCode", 0));
	strbuf_addf(out, "%-8s ", code);
	add_str(job, "HoldReason", out);
}

static void idle_line(const struct ad *job, struct strbuf *out)
{
	line_start(job, "QDate", out);
	strbuf_addf(out, "%-8s %4lld %6lld %6lld ",
		    ad_int(job, "JobUniverse", 5) == 5 ? "vanilla" : "other",
		    (long long)ad_int(job, "RequestCpus", 1),
		    (long long)ad_int(job, "RequestMemory", 0),
		    (long long)ad_int(job, "NumJobStarts", 0));
	add_str(job, "LastRemoteHost", out);
}

static void history_line(const struct ad *job, int64_t now, struct strbuf *out)
{
	int64_t done = ad_int(job, "CompletionDate", 0);
	char date[FMT_DATE_SIZE];

	line_start(job, "QDate", out);
	add_run_time(job, now, out);
	/* A removed job has no completion. */
	if (done > 0)
		fmt_date(date, done);
	else
		snprintf(date, sizeof(date), "%11s", "???");
	strbuf_addf(out, "%-2s %s ", fmt_job_state(job), date);
	fmt_job_cmd(out, job);
}

void queue_view_line(enum queue_view view, const struct ad *job, int64_t now,
		     struct strbuf *out)
{
	switch (view) {
	case QUEUE_JOBS:
		job_line(job, now, out);
		break;
	case QUEUE_RUN:
		line_start(job, "QDate", out);
		add_run_time(job, now, out);
		add_str(job, "RemoteHost", out);
		break;
	case QUEUE_HOLD:
		hold_line(job, out);
		break;
	case QUEUE_IDLE:
		idle_line(job, out);
		break;
	case QUEUE_HISTORY:
		history_line(job, now, out);
		break;
	case QUEUE_BATCH:
		return;
	}
	strbuf_addch(out, '\n');
}

/* -- batches -------------------------------------------------------------- */

/* Jobs of one owner and one batch name. */
struct batch {
	char *owner, *name;
	int64_t submitted; /* the earliest */
	struct jobs_totals in_queue;
	int64_t total; /* procs submitted, ended ones too */
	int64_t first[2], last[2]; /* cluster, proc */
	int64_t counted; /* cluster whose procs `total` has */
};

struct queue_batches {
	struct hash *by_name; /* struct batch, in order of coming */
	bool any_held;
};

static void batch_free(void *value)
{
	struct batch *b = value;

	free(b->owner);
	free(b->name);
	free(b);
}

struct queue_batches *queue_batches_new(void)
{
	struct queue_batches *b = xcalloc(1, sizeof(*b));

	b->by_name = hash_new(batch_free);
	return b;
}

void queue_batches_free(struct queue_batches *b)
{
	if (!b)
		return;
	hash_free(b->by_name);
	free(b);
}

static struct batch *batch_of(struct queue_batches *b, const struct ad *job)
{
	const char *owner = ad_str(job, "Owner");
	struct strbuf name = STRBUF_INIT;
	struct batch *batch;
	char *key;

	fmt_batch_name(&name, job);
	key = xasprintf("%s\n%s", owner ? owner : "?", name.data);
	batch = hash_get(b->by_name, key);
	if (!batch) {
		batch = xcalloc(1, sizeof(*batch));
		batch->owner = xstrdup(owner ? owner : "?");
		batch->name = xstrdup(name.data);
		batch->submitted = ad_int(job, "QDate", 0);
		batch->first[0] = ad_int(job, "ClusterId", 0);
		batch->first[1] = ad_int(job, "ProcId", 0);
		hash_set(b->by_name, key, batch);
	}
	strbuf_release(&name);
	free(key);
	return batch;
}

/* What a job and a group of jobs have in common. */
static struct batch *add_to_batch(struct queue_batches *b, const struct ad *job,
				  int64_t last_proc)
{
	struct batch *batch = batch_of(b, job);
	int64_t cluster = ad_int(job, "ClusterId", 0);
	int64_t date = ad_int(job, "QDate", 0);

	batch->last[0] = cluster;
	batch->last[1] = last_proc;
	if (date < batch->submitted)
		batch->submitted = date;
	/* Jobs come in order of cluster: each is met once, in a row. */
	if (batch->counted != cluster) {
		batch->total += ad_int(job, "TotalSubmitProcs", 0);
		batch->counted = cluster;
	}
	return batch;
}

void queue_batches_add(struct queue_batches *b, const struct ad *job)
{
	struct batch *batch = add_to_batch(b, job, ad_int(job, "ProcId", 0));

	jobs_count(&batch->in_queue, job);
	b->any_held = b->any_held || batch->in_queue.held > 0;
}

void queue_batches_add_group(struct queue_batches *b, const struct ad *group)
{
	struct batch *batch =
		add_to_batch(b, group, ad_int(group, "LastProc", 0));

	jobs_count_group(&batch->in_queue, group);
	b->any_held = b->any_held || batch->in_queue.held > 0;
}

static void add_number(struct strbuf *out, int64_t n)
{
	if (n)
		strbuf_addf(out, " %6lld", (long long)n);
	else
		strbuf_addf(out, " %6s", "_");
}

static void add_ids(const struct batch *b, struct strbuf *out)
{
	strbuf_addf(out, " %lld.%lld", (long long)b->first[0],
		    (long long)b->first[1]);
	if (b->first[0] != b->last[0])
		strbuf_addf(out, " ... %lld.%lld", (long long)b->last[0],
			    (long long)b->last[1]);
	else if (b->first[1] != b->last[1])
		strbuf_addf(out, "-%lld", (long long)b->last[1]);
}

static void batch_line(const struct batch *b, const int width[2], bool held,
		       struct strbuf *out)
{
	const struct jobs_totals *t = &b->in_queue;
	int64_t total = b->total > t->jobs ? b->total : t->jobs;
	char date[FMT_DATE_SIZE];

	fmt_column(out, b->owner, width[0]);
	strbuf_addch(out, ' ');
	fmt_column(out, b->name, width[1]);
	fmt_date(date, b->submitted);
	strbuf_addf(out, " %s", date);
	add_number(out, total - t->jobs + t->completed);
	add_number(out, t->running + t->suspended);
	add_number(out, t->idle);
	if (held)
		add_number(out, t->held);
	add_number(out, total);
	add_ids(b, out);
	strbuf_addch(out, '\n');
}

void queue_batches_format(const struct queue_batches *b, struct strbuf *out)
{
	struct hash_iter it = { 0 };
	int width[2] = { 8, 13 };

	while (hash_next(b->by_name, &it)) {
		const struct batch *batch = it.value;
		int owner = (int)strlen(batch->owner);
		int name = (int)strlen(batch->name);

		if (owner > width[0])
			width[0] = owner < OWNER_WIDTH ? owner : OWNER_WIDTH;
		if (name > width[1])
			width[1] = name < 30 ? name : 30;
	}
	strbuf_addf(out, "%-*s %-*s %-10s  %s%s\n", width[0], "OWNER", width[1],
		    "BATCH_NAME", " SUBMITTED", " DONE   RUN    IDLE",
		    b->any_held ? "   HOLD  TOTAL JOB_IDS" : "  TOTAL JOB_IDS");
	memset(&it, 0, sizeof(it));
	while (hash_next(b->by_name, &it))
		batch_line(it.value, width, b->any_held, out);
}
