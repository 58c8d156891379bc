/* SPDX-License-Identifier: MIT */
/* hq: shows the queue. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/xalloc.h"
#include "common/svc/json.h"
#include "submit/analyze.h"
#include "submit/cli.h"
#include "submit/fmt.h"
#include "submit/jobs.h"
#include "submit/listing.h"
#include "submit/nearest.h"
#include "submit/queue_view.h"

enum {
	OPT_NOBATCH = 1,
	OPT_BATCH,
	OPT_RUN,
	OPT_HOLD,
	OPT_IDLE,
	OPT_ALLUSERS,
	OPT_TOTALS,
	OPT_CONSTRAINT,
	OPT_LIMIT,
	OPT_USERLOG,
	OPT_MACHINE,
	OPT_IGNORED,
	OPT_NAME,
	OPT_WIDE,
	OPT_ANALYZE,
};

static const struct opt_def defs[] = {
	{ OPT_NOBATCH, 0, "nobatch", NULL, "a line for each job" },
	{ OPT_BATCH, 0, "batch", NULL, "a line for each batch (default)" },
	{ OPT_RUN, 'r', "run", NULL, "running jobs and their hosts" },
	{ OPT_HOLD, 0, "hold", NULL, "held jobs and why" },
	{ OPT_HOLD, 0, "held", NULL, NULL },
	{ OPT_IDLE, 0, "idle", NULL, "idle jobs and what they ask for" },
	{ OPT_ALLUSERS, 0, "allusers", NULL, "jobs of everybody" },
	{ OPT_TOTALS, 0, "totals", NULL, "only the totals" },
	{ OPT_CONSTRAINT, 0, "constraint", "EXPR",
	  "jobs for which the expression is true" },
	{ OPT_ANALYZE, 0, "better-analyze", NULL, "why jobs do not run" },
	{ OPT_ANALYZE, 0, "analyze", NULL, NULL },
	{ OPT_LIMIT, 0, "limit", "N", "at most N jobs" },
	LISTING_OPTIONS("jobs'"),
	{ OPT_USERLOG, 0, "userlog", "FILE", NULL },
	{ OPT_MACHINE, 0, "machine", "NAME", NULL },
	/* There is one scheduler, and jobs of no DAG. */
	{ OPT_IGNORED, 0, "global", NULL, NULL },
	{ OPT_IGNORED, 0, "dag", NULL, NULL },
	{ OPT_WIDE, 'w', "wide", NULL,
	  "do not cut lines at the terminal's edge" },
	{ OPT_NAME, 0, "name", "URL", "another scheduler" },
	{ OPT_NAME, 0, "pool", "URL", NULL },
	{ 0 },
};

struct hq {
	struct jobsel sel;
	struct listing listing;
	enum queue_view view;
	const char *url;
	const char *owner; /* whose jobs where none is named */
	bool totals_only;
	bool groups; /* the scheduler counts the batches */
	enum {
		ANALYZE_NOT,
		ANALYZE_JOBS,
		ANALYZE_SUMMARY,
		ANALYZE_REVERSE
	} analyze;
	json_t *hosts; /* for -better-analyze */
	const char *machine; /* -better-analyze:reverse: this one alone */
	const char *userlog;
	struct ad **jobs; /* -better-analyze:reverse */
	size_t job_count;
	struct client *client;
	long long limit;
	int width; /* columns of the terminal, 0: no limit */
	int64_t now;
	struct queue_batches *batches;
	struct jobs_totals shown;
	struct jobs_totals queue; /* of `owner`, or of all */
};

static int set_option(struct hq *hq, struct opt *opt, int id, struct err *err)
{
	int r = listing_option(&hq->listing, opt, id, err);

	if (r)
		return r < 0 ? r : 0;
	switch (id) {
	case OPT_ARG:
		return jobsel_add(&hq->sel, opt->value, err);
	case OPT_NOBATCH:
		hq->view = QUEUE_JOBS;
		return 0;
	case OPT_BATCH:
		hq->view = QUEUE_BATCH;
		return 0;
	case OPT_RUN:
		hq->view = QUEUE_RUN;
		return jobsel_constrain(
			&hq->sel, "JobStatus == 2 || JobStatus == 7", err);
	case OPT_HOLD:
		hq->view = QUEUE_HOLD;
		return jobsel_constrain(&hq->sel, "JobStatus == 5", err);
	case OPT_IDLE:
		hq->view = QUEUE_IDLE;
		return jobsel_constrain(&hq->sel, "JobStatus == 1", err);
	case OPT_ALLUSERS:
		hq->owner = NULL;
		return 0;
	case OPT_TOTALS:
		hq->totals_only = true;
		return 0;
	case OPT_CONSTRAINT:
		return jobsel_constrain(&hq->sel, opt->value, err);
	case OPT_LIMIT:
		return opt_parse_int(opt->value, "-limit", 0, 1000000000,
				     &hq->limit, err);
	case OPT_USERLOG:
		hq->userlog = opt->value;
		return 0;
	case OPT_MACHINE:
		hq->machine = opt->value;
		return 0;
	case OPT_ANALYZE:
		if (hq->analyze == ANALYZE_NOT)
			hq->analyze = ANALYZE_JOBS;
		return 0;
	case OPT_WIDE:
		hq->width = 0;
		return 0;
	case OPT_NAME:
		hq->url = opt->value;
		return 0;
	}
	return 0;
}

/* What -better-analyze:summary or :reverse says after the colon. */
static int split_analyze(struct hq *hq, int argc, char **argv, struct err *err)
{
	for (int i = 1; i < argc; i++) {
		char *colon = strchr(argv[i], ':');

		if (!colon || (strncmp(argv[i], "-better-analyze:", 16) != 0 &&
			       strncmp(argv[i], "-analyze:", 9) != 0))
			continue;
		if (strcmp(colon + 1, "summary") == 0)
			hq->analyze = ANALYZE_SUMMARY;
		else if (strcmp(colon + 1, "reverse") == 0)
			hq->analyze = ANALYZE_REVERSE;
		else
			return err_set(err, -EINVAL,
				       "'%s': there are :summary and :reverse",
				       argv[i]);
		*colon = '\0';
	}
	return 0;
}

static int analyze_job(struct hq *hq, const struct ad *ad, const char *id,
		       struct err *err)
{
	struct strbuf path = STRBUF_INIT, out = STRBUF_INIT;
	struct analyze_job job = { .id = id, .ad = ad, .hosts = hq->hosts };
	json_t *why = NULL;
	int r;

	strbuf_addf(&path, "/api/v1/jobs/%s/why", id);
	r = client_get(hq->client, path.data, &why, err);
	job.why = why;
	if (r == 0) {
		if (hq->analyze == ANALYZE_SUMMARY)
			analyze_summary_line(&job, &out);
		else
			analyze_format(&job, &out);
		fwrite(out.data, 1, out.len, stdout);
	}
	json_decref(why);
	strbuf_release(&path);
	strbuf_release(&out);
	/* One that has just left the queue needs no analysis. */
	return r == -ENOENT ? 0 : r;
}

/* Jobs that one -better-analyze:reverse looks at. */
#define REVERSE_MAX 10000

static int keep_job(struct hq *hq, const struct ad *job, struct err *err)
{
	if (hq->job_count == REVERSE_MAX)
		return err_set(err, -E2BIG,
			       "more than %d jobs: choose some of them",
			       REVERSE_MAX);
	hq->jobs =
		xreallocarray(hq->jobs, hq->job_count + 1, sizeof(struct ad *));
	hq->jobs[hq->job_count++] = ad_copy(job);
	return 0;
}

static int reverse_slot(struct hq *hq, const json_t *json, struct err *err)
{
	struct strbuf out = STRBUF_INIT;
	struct ad *slot;
	const char *name, *host;
	int r = ad_from_json(json, &slot, err);

	if (r < 0)
		return r;
	name = ad_str(slot, "Name");
	host = name ? strchr(name, '@') : NULL;
	if (!hq->machine || (name && strcmp(name, hq->machine) == 0) ||
	    (host && strcmp(host + 1, hq->machine) == 0)) {
		analyze_reverse(slot, hq->jobs, hq->job_count, &out);
		fwrite(out.data, 1, out.len, stdout);
	}
	strbuf_release(&out);
	ad_free(slot);
	return 0;
}

static int reverse_all(struct hq *hq, struct err *err)
{
	const json_t *host, *slot;
	size_t i, k;
	int r = 0;

	json_array_foreach(hq->hosts, i, host)
		json_array_foreach(json_object_get(host, "slots"), k, slot)
			if (r == 0)
				r = reverse_slot(hq, slot, err);
	return r;
}

static int on_job(void *arg, const struct ad *job, const char *id,
		  struct err *err)
{
	struct hq *hq = arg;
	struct strbuf line = STRBUF_INIT;

	if (hq->groups) {
		jobs_count_group(&hq->shown, job);
		queue_batches_add_group(hq->batches, job);
		return 0;
	}
	jobs_count(&hq->shown, job);
	if (hq->analyze == ANALYZE_REVERSE)
		return keep_job(hq, job, err);
	if (hq->analyze)
		return analyze_job(hq, job, id, err);
	if (hq->listing.mode != LISTING_TABLE) {
		listing_print(&hq->listing, job, id, stdout);
	} else if (hq->totals_only) {
		return 0;
	} else if (hq->view == QUEUE_BATCH) {
		queue_batches_add(hq->batches, job);
	} else {
		queue_view_line(hq->view, job, hq->now, &line);
		fmt_cut_line(&line, hq->width);
		fwrite(line.data, 1, line.len, stdout);
		strbuf_release(&line);
	}
	return 0;
}

static int ignore_job(void *arg, const struct ad *job, const char *id,
		      struct err *err)
{
	(void)arg;
	(void)job;
	(void)id;
	(void)err;
	return 0;
}

/* A user whom nobody knows may be another one, misspelt. */
static void hint_users(const struct hq *hq, const json_t *users)
{
	for (size_t i = 0; i < hq->sel.count; i++) {
		const struct jobsel_item *item = &hq->sel.items[i];
		const char *near = NULL;

		if (item->kind == JOBSEL_USER)
			near = nearest_member(users, "user", item->text);
		if (near)
			fprintf(stderr,
				"hq: note: no user '%s' has jobs here: did you "
				"mean '%s'?\n",
				item->text, near);
	}
}

/* "-- Schedd: ann@pc : <unix:/path> @ 11/22/26 23:00:00" */
static int print_heading(struct hq *hq, struct client *c,
			 struct jobs_totals *all, struct err *err)
{
	json_t *pool = NULL;
	const char *name = "?";
	const json_t *jobs;
	char when[24];
	int r = client_get(c, "/api/v1/pool", &pool, err);

	if (r < 0)
		return r;
	json_opt_str(pool, "name", &name, NULL);
	jobs = json_object_get(pool, "jobs");
	json_opt_int(jobs, "jobs", &all->jobs, NULL);
	json_opt_int(jobs, "completed", &all->completed, NULL);
	json_opt_int(jobs, "removed", &all->removed, NULL);
	json_opt_int(jobs, "idle", &all->idle, NULL);
	json_opt_int(jobs, "running", &all->running, NULL);
	json_opt_int(jobs, "held", &all->held, NULL);
	json_opt_int(jobs, "suspended", &all->suspended, NULL);
	hint_users(hq, json_object_get(pool, "users"));
	fmt_heading_time(when, hq->now);
	printf("\n\n-- Schedd: %s : <%s> @ %s\n", name, client_where(c), when);
	json_decref(pool);
	return 0;
}

static void print_totals(const char *of, const struct jobs_totals *t)
{
	struct strbuf text = STRBUF_INIT;

	jobs_format_totals(t, &text);
	printf("Total for %s: %s \n", of, text.data);
	strbuf_release(&text);
}

static void print_end(struct hq *hq, const struct jobs_totals *all)
{
	struct strbuf table = STRBUF_INIT;

	if (hq->view == QUEUE_BATCH && !hq->totals_only) {
		queue_batches_format(hq->batches, &table);
		fmt_cut_line(&table, hq->width);
		fwrite(table.data, 1, table.len, stdout);
		strbuf_release(&table);
	}
	putchar('\n');
	print_totals("query", &hq->shown);
	if (hq->owner)
		print_totals(hq->owner, &hq->queue);
	print_totals("all users", all);
	putchar('\n');
}

static size_t count_slots(const json_t *hosts)
{
	const json_t *host;
	size_t i, n = 0;

	json_array_foreach(hosts, i, host)
		n += json_array_size(json_object_get(host, "slots"));
	return n;
}

/* Why each of the jobs does not run. */
static int analyze(struct hq *hq, struct err *err)
{
	struct jobs_query q = { .sel = &hq->sel,
				.owner = hq->owner,
				.limit = hq->limit };
	struct jobs_totals all = { 0 };
	struct strbuf head = STRBUF_INIT;
	json_t *json = NULL;
	int r = client_get(hq->client, "/api/v1/hosts", &json, err);

	hq->hosts = json_object_get(json, "hosts");
	if (r == 0)
		r = print_heading(hq, hq->client, &all, err);
	if (r == 0 && hq->analyze == ANALYZE_SUMMARY) {
		analyze_summary_head(count_slots(hq->hosts), &head);
		fwrite(head.data, 1, head.len, stdout);
		strbuf_release(&head);
	}
	if (r == 0)
		r = jobs_each(hq->client, &q, on_job, hq, NULL, err);
	if (r == 0 && hq->analyze == ANALYZE_REVERSE)
		r = reverse_all(hq, err);
	json_decref(json);
	return r;
}

/*
 * The totals of one user's queue, or of all, come with any page: one of a job
 * is enough, however long the queue.
 */
static int count_all(struct hq *hq, const struct jobs_query *q, struct err *err)
{
	struct jobs_query one = *q;
	int r;

	one.groups = false;
	one.limit = 1;
	r = jobs_each(hq->client, &one, ignore_job, NULL, &hq->queue, err);
	hq->shown = hq->queue;
	return r;
}

static int show(struct hq *hq, struct client *c, struct err *err)
{
	bool table = hq->listing.mode == LISTING_TABLE;
	char *needs = listing_needs(&hq->listing);
	char *attrs = !needs ? NULL
			     : xasprintf("ClusterId,ProcId,JobStatus%s%s",
					 *needs ? "," : "", needs);
	bool groups = table && hq->limit < 0 && !hq->sel.constraint &&
		      (hq->view == QUEUE_BATCH || hq->totals_only) &&
		      jobsel_is_plain(&hq->sel);
	struct jobs_query q = { .sel = &hq->sel,
				.owner = hq->owner,
				.groups = groups,
				.attrs = table ? queue_view_attrs(hq->view)
					       : attrs,
				.limit = hq->limit };
	struct jobs_totals all = { 0 };
	struct strbuf head = STRBUF_INIT;
	int r;

	hq->groups = groups;
	r = table ? print_heading(hq, c, &all, err) : 0;

	if (r == 0 && table && hq->view != QUEUE_BATCH && !hq->totals_only) {
		queue_view_head(hq->view, &head);
		fwrite(head.data, 1, head.len, stdout);
		strbuf_release(&head);
	}
	if (r == 0)
		r = groups && hq->totals_only && jobsel_is_queue(&hq->sel)
			    ? count_all(hq, &q, err)
			    : jobs_each(c, &q, on_job, hq, &hq->queue, err);
	if (r == 0 && table)
		print_end(hq, &all);
	else if (r == 0)
		listing_end(&hq->listing, stdout);
	free(needs);
	free(attrs);
	return r;
}

static int run(struct hq *hq, struct opt *opt, struct err *err)
{
	struct client *c = NULL;
	int id, code, r;

	while ((id = opt_next(opt, err)) != OPT_END) {
		if (cli_common(opt, id, err, &code))
			return code;
		if (set_option(hq, opt, id, err) < 0)
			return cli_fail(err);
	}
	r = hq->userlog ? jobsel_add_log(&hq->sel, hq->userlog, err) : 0;
	if (r == 0)
		r = client_new(hq->url, &c, err);
	hq->client = c;
	if (r == 0)
		r = hq->analyze ? analyze(hq, err) : show(hq, c, err);
	if (r < 0)
		cli_fail(err);
	client_free(c);
	return cli_end(r < 0);
}

int main(int argc, char **argv)
{
	struct hq hq = { .limit = -1 };
	struct err err = ERR_INIT;
	struct opt opt;
	int code;

	cli_init(argv);
	hq.now = clock_real_ms() / 1000;
	/* The superuser sees everybody's jobs, as HTCondor's does. */
	hq.owner = geteuid() == 0 ? NULL : cli_user();
	hq.width = cli_width();
	hq.batches = queue_batches_new();
	jobsel_init(&hq.sel);
	listing_init(&hq.listing);
	if (listing_split_flags(&hq.listing, argc, argv, &err) < 0 ||
	    split_analyze(&hq, argc, argv, &err) < 0) {
		code = cli_fail(&err);
	} else {
		opt_init(&opt, "[OPTION]... [CLUSTER | CLUSTER.PROC | USER]...",
			 "Shows the jobs in the queue.", defs, argc, argv);
		code = run(&hq, &opt, &err);
	}
	for (size_t i = 0; i < hq.job_count; i++)
		ad_free(hq.jobs[i]);
	free(hq.jobs);
	queue_batches_free(hq.batches);
	jobsel_release(&hq.sel);
	listing_release(&hq.listing);
	return code;
}
