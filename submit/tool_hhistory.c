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
	OPT_AF,
	OPT_AUTOFORMAT,
	OPT_JSON,
	OPT_LONG,
	OPT_NAME,
};

static const struct opt_def defs[] = {
	{ OPT_CONSTRAINT, 0, "constraint", "EXPR",
	  "jobs for which the expression is true" },
	{ OPT_LIMIT, 0, "limit", "N", "at most N jobs" },
	{ OPT_LIMIT, 0, "match", "N", NULL },
	{ OPT_AF, 0, "af", NULL,
	  "ATTR...: attributes or expressions; letters: -af:jlhVrtng," },
	{ OPT_AUTOFORMAT, 0, "autoformat", NULL, NULL },
	{ OPT_JSON, 0, "json", NULL, "the jobs' ads as JSON" },
	{ OPT_LONG, 'l', "long", NULL, "the jobs' ads as Name = value" },
	{ OPT_NAME, 0, "name", "URL", "another scheduler" },
	{ 0 },
};

struct hhistory {
	struct jobsel sel;
	struct listing listing;
	const char *url;
	long long limit;
	int64_t now;
	int width;
};

static int set_option(struct hhistory *h, struct opt *opt, int id,
		      struct err *err)
{
	switch (id) {
	case OPT_ARG:
		return jobsel_add(&h->sel, opt->value, err);
	case OPT_CONSTRAINT:
		return jobsel_constrain(&h->sel, opt->value, err);
	case OPT_LIMIT:
		return opt_parse_int(opt->value, "-limit", 0, 1000000000,
				     &h->limit, err);
	case OPT_AF:
	case OPT_AUTOFORMAT:
		return listing_take_fields(&h->listing, opt, err);
	case OPT_JSON:
		h->listing.mode = LISTING_JSON;
		return 0;
	case OPT_LONG:
		h->listing.mode = LISTING_LONG;
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
	struct jobs_query q = { .sel = &h->sel,
				.limit = h->limit,
				.history = true };
	struct strbuf head = STRBUF_INIT;
	struct client *c = NULL;
	int r = client_new(h->url, &c, err);

	if (r == 0 && h->listing.mode == LISTING_TABLE) {
		queue_view_head(QUEUE_HISTORY, &head);
		fwrite(head.data, 1, head.len, stdout);
		strbuf_release(&head);
	}
	if (r == 0)
		r = jobs_each(c, &q, on_job, h, NULL, err);
	if (r == 0)
		listing_end(&h->listing, stdout);
	client_free(c);
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
	return code;
}
