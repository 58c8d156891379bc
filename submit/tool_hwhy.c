/* SPDX-License-Identifier: MIT */
/* hwhy: says in plain words why jobs do not run. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/clock.h"
#include "submit/cli.h"
#include "submit/jobs.h"
#include "submit/whytext.h"

enum {
	OPT_CONSTRAINT = 1,
	OPT_LIMIT,
	OPT_JSON,
	OPT_NAME,
};

static const struct opt_def defs[] = {
	{ OPT_CONSTRAINT, 0, "constraint", "EXPR",
	  "jobs for which the expression is true" },
	{ OPT_LIMIT, 0, "limit", "N", "at most N jobs (default 1 a cluster)" },
	{ OPT_JSON, 0, "json", NULL, "the scheduler's answers as JSON" },
	{ OPT_NAME, 0, "name", "URL", "another scheduler" },
	{ OPT_NAME, 0, "pool", "URL", NULL },
	{ 0 },
};

struct hwhy {
	struct jobsel sel;
	const char *url;
	struct client *client;
	long long limit; /* below 0: one job of each cluster */
	bool json;
	size_t hosts;
	int64_t now;
	int64_t last_cluster;
	int64_t shown;
};

static int set_option(struct hwhy *h, const struct opt *opt, int id,
		      struct err *err)
{
	switch (id) {
	case OPT_ARG:
		return jobsel_add(&h->sel, opt->value, err);
	case OPT_CONSTRAINT:
		return jobsel_constrain(&h->sel, opt->value, err);
	case OPT_LIMIT:
		return opt_parse_int(opt->value, "-limit", 1, 1000000000,
				     &h->limit, err);
	case OPT_JSON:
		h->json = true;
		return 0;
	case OPT_NAME:
		h->url = opt->value;
		return 0;
	}
	return 0;
}

static void print_json(const json_t *why)
{
	char *text = json_dumps(why, JSON_INDENT(2));

	puts(text ? text : "{}");
	free(text);
}

static void print_words(struct hwhy *h, const struct ad *job, const char *id,
			const json_t *why)
{
	struct strbuf out = STRBUF_INIT;

	whytext_format(id, job, why, h->hosts, h->now, &out);
	if (h->shown++)
		putchar('\n');
	fwrite(out.data, 1, out.len, stdout);
	strbuf_release(&out);
}

static int on_job(void *arg, const struct ad *job, const char *id,
		  struct err *err)
{
	struct hwhy *h = arg;
	int64_t cluster = ad_int(job, "ClusterId", 0);
	struct strbuf path = STRBUF_INIT;
	struct err why_err = ERR_INIT;
	json_t *why = NULL;
	int r;

	/* Jobs of a cluster wait for the same thing, mostly. */
	if (h->limit < 0 && cluster == h->last_cluster)
		return 0;
	h->last_cluster = cluster;
	strbuf_addf(&path, "/api/v1/jobs/%s/why", id);
	r = client_get(h->client, path.data, &why, &why_err);
	strbuf_release(&path);
	if (r < 0 && r != -ENOENT)
		return err_set(err, r, "%s", err_text(&why_err));
	if (h->json && why)
		print_json(why);
	else
		print_words(h, job, id, why);
	json_decref(why);
	return 0;
}

static int count_hosts(struct hwhy *h, struct err *err)
{
	json_t *pool = NULL;
	int64_t n = 0;
	int r = client_get(h->client, "/api/v1/pool", &pool, err);

	json_opt_int(json_object_get(pool, "hosts"), "online", &n, NULL);
	h->hosts = (size_t)n;
	json_decref(pool);
	return r;
}

/* Jobs that are named one by one are all shown. */
static bool names_jobs(const struct jobsel *sel)
{
	for (size_t i = 0; i < sel->count; i++)
		if (sel->items[i].kind == JOBSEL_JOB)
			return true;
	return false;
}

static int ask(struct hwhy *h, struct err *err)
{
	struct jobs_query q = { .sel = &h->sel, .limit = h->limit };
	int r = client_new(h->url, &h->client, err);

	if (r == 0)
		r = count_hosts(h, err);
	if (r == 0)
		r = jobs_each(h->client, &q, on_job, h, NULL, err);
	/* What has ended has its reason too. */
	q.history = true;
	if (r == 0 && !h->last_cluster)
		r = jobs_each(h->client, &q, on_job, h, NULL, err);
	if (r == 0 && !h->last_cluster)
		r = err_set(err, -ENOENT, "no such job; 'hq' lists them");
	return r;
}

int main(int argc, char **argv)
{
	struct hwhy h = { .limit = -1 };
	struct err err = ERR_INIT;
	struct opt opt;
	int id, code = 0, r = 0;

	cli_init(argv);
	h.now = clock_real_ms() / 1000;
	jobsel_init(&h.sel);
	opt_init(&opt, "[OPTION]... {CLUSTER | CLUSTER.PROC | USER}...",
		 "Says in plain words why jobs do not run, and what would "
		 "help.",
		 defs, argc, argv);
	while ((id = opt_next(&opt, &err)) != OPT_END) {
		if (cli_common(&opt, id, &err, &code))
			goto out;
		r = set_option(&h, &opt, id, &err);
		if (r < 0)
			break;
	}
	if (h.limit < 0 && names_jobs(&h.sel))
		h.limit = INT32_MAX;
	if (r == 0 && jobsel_empty(&h.sel))
		r = err_set(&err, -EINVAL, "You did not specify any jobs");
	if (r == 0)
		r = ask(&h, &err);
	if (r < 0)
		cli_fail(&err);
	code = cli_end(r < 0);
out:
	client_free(h.client);
	jobsel_release(&h.sel);
	return code;
}
