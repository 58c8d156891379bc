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
	OPT_AF,
	OPT_AUTOFORMAT,
	OPT_JSON,
	OPT_LONG,
	OPT_ATTRIBUTES,
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
	{ OPT_AF, 0, "af", NULL,
	  "ATTR...: attributes or expressions; letters: -af:jlhVrtng," },
	{ OPT_AUTOFORMAT, 0, "autoformat", NULL, NULL },
	{ OPT_JSON, 0, "json", NULL, "the jobs' ads as JSON" },
	{ OPT_LONG, 'l', "long", NULL, "the jobs' ads as Name = value" },
	{ OPT_ATTRIBUTES, 0, "attributes", "A,B",
	  "only these, for -json and -long" },
	{ OPT_WIDE, 'w', "wide", NULL,
	  "do not cut lines at the terminal's edge" },
	{ OPT_NAME, 0, "name", "URL", "another scheduler" },
	{ 0 },
};

struct hq {
	struct jobsel sel;
	struct listing listing;
	enum queue_view view;
	const char *url;
	const char *owner; /* whose jobs where none is named */
	bool totals_only, analyze;
	size_t hosts; /* for -better-analyze */
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
	case OPT_AF:
	case OPT_AUTOFORMAT:
		return listing_take_fields(&hq->listing, opt, err);
	case OPT_JSON:
		hq->listing.mode = LISTING_JSON;
		return 0;
	case OPT_LONG:
		hq->listing.mode = LISTING_LONG;
		return 0;
	case OPT_ATTRIBUTES:
		free(hq->listing.attributes);
		hq->listing.attributes = xstrdup(opt->value);
		return 0;
	case OPT_ANALYZE:
		hq->analyze = true;
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

static int analyze_job(struct hq *hq, const char *id, struct err *err)
{
	struct strbuf path = STRBUF_INIT, out = STRBUF_INIT;
	json_t *why = NULL;
	int r;

	strbuf_addf(&path, "/api/v1/jobs/%s/why", id);
	r = client_get(hq->client, path.data, &why, err);
	if (r == 0) {
		analyze_format(id, why, hq->hosts, &out);
		fwrite(out.data, 1, out.len, stdout);
	}
	json_decref(why);
	strbuf_release(&path);
	strbuf_release(&out);
	/* One that has just left the queue needs no analysis. */
	return r == -ENOENT ? 0 : r;
}

static int on_job(void *arg, const struct ad *job, const char *id,
		  struct err *err)
{
	struct hq *hq = arg;
	struct strbuf line = STRBUF_INIT;

	jobs_count(&hq->shown, job);
	if (hq->analyze)
		return analyze_job(hq, id, err);
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

/* Why each of the jobs does not run. */
static int analyze(struct hq *hq, struct err *err)
{
	struct jobs_query q = { .sel = &hq->sel,
				.owner = hq->owner,
				.attrs = "ClusterId,ProcId,JobStatus",
				.limit = hq->limit };
	json_t *json = NULL;
	int r = client_get(hq->client, "/api/v1/hosts", &json, err);

	hq->hosts = json_array_size(json_object_get(json, "hosts"));
	json_decref(json);
	return r < 0 ? r : jobs_each(hq->client, &q, on_job, hq, NULL, err);
}

static int show(struct hq *hq, struct client *c, struct err *err)
{
	bool table = hq->listing.mode == LISTING_TABLE;
	char *needs = listing_needs(&hq->listing);
	char *attrs = !needs ? NULL
			     : xasprintf("ClusterId,ProcId,JobStatus%s%s",
					 *needs ? "," : "", needs);
	struct jobs_query q = { .sel = &hq->sel,
				.owner = hq->owner,
				.attrs = table ? queue_view_attrs(hq->view)
					       : attrs,
				.limit = hq->limit };
	struct jobs_totals all = { 0 };
	struct strbuf head = STRBUF_INIT;
	int r = table ? print_heading(hq, c, &all, err) : 0;

	if (r == 0 && table && hq->view != QUEUE_BATCH && !hq->totals_only) {
		queue_view_head(hq->view, &head);
		fwrite(head.data, 1, head.len, stdout);
		strbuf_release(&head);
	}
	if (r == 0)
		r = jobs_each(c, &q, on_job, hq, &hq->queue, err);
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
	if (listing_split_flags(&hq.listing, argc, argv, &err) < 0) {
		code = cli_fail(&err);
	} else {
		opt_init(&opt, "[OPTION]... [CLUSTER | CLUSTER.PROC | USER]...",
			 "Shows the jobs in the queue.", defs, argc, argv);
		code = run(&hq, &opt, &err);
	}
	queue_batches_free(hq.batches);
	jobsel_release(&hq.sel);
	listing_release(&hq.listing);
	return code;
}
