/* SPDX-License-Identifier: MIT */
/* hhistory: shows jobs that have ended, the latest first. */
#include <stdio.h>
#include <stdlib.h>

#include "common/base/clock.h"
#include "common/base/xalloc.h"
#include "submit/cli.h"
#include "submit/fmt.h"
#include "submit/jobs.h"
#include "submit/listing.h"
#include "submit/queue_view.h"

enum {
	OPT_CONSTRAINT = 1,
	OPT_LIMIT,
	OPT_SINCE,
	OPT_COMPLETED,
	OPT_SCAN,
	OPT_USERLOG,
	OPT_WIDE,
	OPT_IGNORED,
	OPT_NAME,
};

static const struct opt_def defs[] = {
	{ OPT_CONSTRAINT, 0, "constraint", "EXPR",
	  "jobs for which the expression is true" },
	{ OPT_LIMIT, 0, "limit", "N", "at most N jobs" },
	{ OPT_LIMIT, 0, "match", "N", NULL },
	{ OPT_SINCE, 0, "since", "JOB | EXPR",
	  "stop at this job, or where the expression is true" },
	{ OPT_COMPLETED, 0, "completedsince", "TIME",
	  "that ended at this time (seconds since 1970) or later" },
	{ OPT_SCAN, 0, "scanlimit", "N", "look at N jobs at most" },
	LISTING_OPTIONS("jobs\'"),
	{ OPT_USERLOG, 0, "userlog", "FILE", "the jobs of a job event log" },
	{ OPT_WIDE, 'w', "wide", NULL,
	  "do not cut lines at the terminal's edge" },
	{ OPT_IGNORED, 0, "backwards", NULL, NULL },
	{ OPT_NAME, 0, "name", "URL", "another scheduler" },
	{ OPT_NAME, 0, "pool", "URL", NULL },
	{ 0 },
};

struct hhistory {
	struct jobsel sel;
	struct listing listing;
	const char *url, *userlog;
	char *since;
	long long limit, completed, scan;
	int64_t now;
	int width;
};

/* "12", "12.3", or an expression. */
static int set_since(struct hhistory *h, const char *text, struct err *err)
{
	struct jobsel sel;
	int cluster, proc, r;

	free(h->since);
	if (jobsel_parse_id(text, &cluster, &proc) == 0) {
		h->since = proc < 0 ? xasprintf("ClusterId == %d", cluster)
				    : xasprintf("ClusterId == %d && "
						"ProcId == %d",
						cluster, proc);
		return 0;
	}
	h->since = xstrdup(text);
	jobsel_init(&sel);
	r = jobsel_constrain(&sel, text, err);
	jobsel_release(&sel);
	return r;
}

static int set_option(struct hhistory *h, struct opt *opt, int id,
		      struct err *err)
{
	int r = listing_option(&h->listing, opt, id, err);

	if (r)
		return r < 0 ? r : 0;
	switch (id) {
	case OPT_ARG:
		return jobsel_add(&h->sel, opt->value, err);
	case OPT_CONSTRAINT:
		return jobsel_constrain(&h->sel, opt->value, err);
	case OPT_LIMIT:
		return opt_parse_int(opt->value, "-limit", 0, 1000000000,
				     &h->limit, err);
	case OPT_SINCE:
		return set_since(h, opt->value, err);
	case OPT_COMPLETED:
		return opt_parse_int(opt->value, "-completedsince", 1,
				     INT32_MAX, &h->completed, err);
	case OPT_SCAN:
		return opt_parse_int(opt->value, "-scanlimit", 1, 1000000000,
				     &h->scan, err);
	case OPT_USERLOG:
		h->userlog = opt->value;
		return 0;
	case OPT_WIDE:
		h->width = 0;
		return 0;
	case OPT_NAME:
		h->url = opt->value;
		return 0;
	}
	return 0;
}

static int on_job(void *arg, const struct ad *job, const char *id,
		  struct err *err)
{
	struct hhistory *h = arg;
	struct strbuf line = STRBUF_INIT;

	(void)err;
	if (h->listing.mode != LISTING_TABLE) {
		listing_print(&h->listing, job, id, stdout);
		return 0;
	}
	queue_view_line(QUEUE_HISTORY, job, h->now, &line);
	fmt_cut_line(&line, h->width);
	fwrite(line.data, 1, line.len, stdout);
	strbuf_release(&line);
	return 0;
}

static int show(struct hhistory *h, struct err *err)
{
	bool table = h->listing.mode == LISTING_TABLE;
	char *needs = listing_needs(&h->listing);
	struct jobs_query q = { .sel = &h->sel,
				.attrs = table ? queue_view_attrs(QUEUE_HISTORY)
					       : needs,
				.limit = h->limit,
				.history = true,
				.since = h->since,
				.ended_since = h->completed,
				.scan_limit = h->scan };
	struct strbuf head = STRBUF_INIT;
	struct client *c = NULL;
	int r = h->userlog ? jobsel_add_log(&h->sel, h->userlog, err) : 0;

	if (r == 0)
		r = client_new(h->url, &c, err);

	if (r == 0 && table) {
		queue_view_head(QUEUE_HISTORY, &head);
		fwrite(head.data, 1, head.len, stdout);
		strbuf_release(&head);
	}
	if (r == 0)
		r = jobs_each(c, &q, on_job, h, NULL, err);
	if (r == 0)
		listing_end(&h->listing, stdout);
	client_free(c);
	free(needs);
	return r;
}

static int run(struct hhistory *h, struct opt *opt, struct err *err)
{
	int id, code;

	while ((id = opt_next(opt, err)) != OPT_END) {
		if (cli_common(opt, id, err, &code))
			return code;
		if (set_option(h, opt, id, err) < 0)
			return cli_fail(err);
	}
	if (show(h, err) < 0) {
		cli_fail(err);
		return cli_end(1);
	}
	return cli_end(0);
}

int main(int argc, char **argv)
{
	struct hhistory h = { .limit = -1 };
	struct err err = ERR_INIT;
	struct opt opt;
	int code;

	cli_init(argv);
	h.now = clock_real_ms() / 1000;
	h.width = cli_width();
	jobsel_init(&h.sel);
	listing_init(&h.listing);
	if (listing_split_flags(&h.listing, argc, argv, &err) < 0) {
		code = cli_fail(&err);
	} else {
		opt_init(&opt, "[OPTION]... [CLUSTER | CLUSTER.PROC | USER]...",
			 "Shows jobs that have ended, the latest first.", defs,
			 argc, argv);
		code = run(&h, &opt, &err);
	}
	jobsel_release(&h.sel);
	listing_release(&h.listing);
	free(h.since);
	return code;
}
