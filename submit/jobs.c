/* SPDX-License-Identifier: MIT */
#include "submit/jobs.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/base/xalloc.h"
#include "common/job/jobdesc.h"
#include "common/svc/json.h"

/* The first page is small: its lines are there at once. */
#define PAGE_FIRST 200
#define PAGE_MAX   2000

void jobs_count(struct jobs_totals *t, const struct ad *job)
{
	t->jobs++;
	switch (ad_int(job, "JobStatus", 0)) {
	case JOB_IDLE:
		t->idle++;
		break;
	case JOB_RUNNING:
	case JOB_TRANSFERRING_OUTPUT:
		t->running++;
		break;
	case JOB_REMOVED:
		t->removed++;
		break;
	case JOB_COMPLETED:
		t->completed++;
		break;
	case JOB_HELD:
		t->held++;
		break;
	case JOB_SUSPENDED:
		t->suspended++;
		break;
	}
}

void jobs_count_group(struct jobs_totals *t, const struct ad *group)
{
	t->jobs += ad_int(group, "Jobs", 0);
	t->idle += ad_int(group, "JobsIdle", 0);
	t->running += ad_int(group, "JobsRunning", 0);
	t->held += ad_int(group, "JobsHeld", 0);
	t->removed += ad_int(group, "JobsRemoved", 0);
	t->completed += ad_int(group, "JobsCompleted", 0);
	t->suspended += ad_int(group, "JobsSuspended", 0);
}

void jobs_format_totals(const struct jobs_totals *t, struct strbuf *out)
{
	strbuf_addf(out,
		    "%lld jobs; %lld completed, %lld removed, %lld idle, "
		    "%lld running, %lld held, %lld suspended",
		    (long long)t->jobs, (long long)t->completed,
		    (long long)t->removed, (long long)t->idle,
		    (long long)t->running, (long long)t->held,
		    (long long)t->suspended);
}

static void read_totals(const json_t *json, struct jobs_totals *t)
{
	json_opt_int(json, "jobs", &t->jobs, NULL);
	json_opt_int(json, "completed", &t->completed, NULL);
	json_opt_int(json, "removed", &t->removed, NULL);
	json_opt_int(json, "idle", &t->idle, NULL);
	json_opt_int(json, "running", &t->running, NULL);
	json_opt_int(json, "held", &t->held, NULL);
	json_opt_int(json, "suspended", &t->suspended, NULL);
}

static int each_ad(const json_t *list, jobs_fn *fn, void *arg, struct err *err)
{
	size_t i;
	json_t *one;

	json_array_foreach(list, i, one) {
		struct ad *ad;
		char id[48];
		int r = ad_from_json(one, &ad, err);

		if (r < 0)
			return r;
		snprintf(id, sizeof(id), "%lld.%lld",
			 (long long)ad_int(ad, "ClusterId", 0),
			 (long long)ad_int(ad, "ProcId", 0));
		r = fn(arg, ad, id, err);
		ad_free(ad);
		if (r < 0)
			return r;
	}
	return 0;
}

static void add_number(struct strbuf *path, const char *key, int64_t n)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)n);
	client_add_query(path, key, text);
}

/* A walk through the pages. */
struct walk {
	const struct jobs_query *q;
	char *after; /* or NULL: from the start */
	int64_t left; /* ads that may still come */
	int64_t scan_left; /* jobs that may still be looked at */
	int64_t page;
};

static void page_path(const struct walk *w, struct strbuf *path)
{
	const struct jobs_query *q = w->q;

	strbuf_addstr(path, "/api/v1/jobs");
	jobsel_query(q->sel, q->owner, path);
	if (q->attrs && *q->attrs)
		client_add_query(path, "attrs", q->attrs);
	if (q->groups)
		client_add_query(path, "groups", "1");
	if (q->history)
		client_add_query(path, "history", "1");
	if (q->since)
		client_add_query(path, "since", q->since);
	if (q->ended_since)
		add_number(path, "completedsince", q->ended_since);
	if (q->scan_limit)
		add_number(path, "scanlimit", w->scan_left);
	if (w->after)
		client_add_query(path, "after", w->after);
	add_number(path, "limit", w->left < w->page ? w->left : w->page);
}

static void take_page(struct walk *w, const json_t *json, size_t ads,
		      struct jobs_totals *ret_totals)
{
	const char *next = NULL;
	int64_t scanned = 0;

	json_opt_str(json, "next", &next, NULL);
	json_opt_int(json, "scanned", &scanned, NULL);
	free(w->after);
	w->after = xstrdup(next);
	w->left -= (int64_t)ads;
	w->scan_left -= scanned;
	w->page = PAGE_MAX;
	if (ret_totals)
		read_totals(json_object_get(json, "totals"), ret_totals);
}

static int one_page(struct walk *w, struct client *c, jobs_fn *fn, void *arg,
		    struct jobs_totals *ret_totals, struct err *err)
{
	struct strbuf path = STRBUF_INIT;
	json_t *json = NULL, *list = NULL;
	int r;

	page_path(w, &path);
	r = client_get(c, path.data, &json, err);
	strbuf_release(&path);
	if (r == 0)
		r = json_get_array(json, "jobs", &list, err);
	if (r == 0)
		r = each_ad(list, fn, arg, err);
	if (r == 0)
		take_page(w, json, json_array_size(list), ret_totals);
	json_decref(json);
	return r;
}

int jobs_each(struct client *c, const struct jobs_query *q, jobs_fn *fn,
	      void *arg, struct jobs_totals *ret_totals, struct err *err)
{
	struct walk w = { .q = q,
			  .left = q->limit < 0 ? INT64_MAX : q->limit,
			  .scan_left = q->scan_limit ? q->scan_limit
						     : INT64_MAX,
			  .page = PAGE_FIRST };
	int r;

	if (w.left == 0)
		return 0;
	do
		r = one_page(&w, c, fn, arg, ret_totals, err);
	while (r == 0 && w.after && w.left > 0 && w.scan_left > 0);
	free(w.after);
	return r;
}
