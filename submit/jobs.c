/* SPDX-License-Identifier: MIT */
#include "submit/jobs.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/base/xalloc.h"
#include "common/job/jobdesc.h"
#include "common/svc/json.h"

#define PAGE_MAX 2000

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

static void page_path(const struct jobs_query *q, const char *after,
		      int64_t limit, struct strbuf *path)
{
	char number[24];

	strbuf_addstr(path, "/api/v1/jobs");
	jobsel_query(q->sel, q->owner, path);
	if (q->attrs && *q->attrs)
		client_add_query(path, "attrs", q->attrs);
	if (q->history)
		client_add_query(path, "history", "1");
	if (after)
		client_add_query(path, "after", after);
	snprintf(number, sizeof(number), "%lld", (long long)limit);
	client_add_query(path, "limit", number);
}

int jobs_each(struct client *c, const struct jobs_query *q, jobs_fn *fn,
	      void *arg, struct jobs_totals *ret_totals, struct err *err)
{
	int64_t left = q->limit < 0 ? INT64_MAX : q->limit;
	char *after = NULL;
	int r = 0;

	do {
		int64_t page = left < PAGE_MAX ? left : PAGE_MAX;
		struct strbuf path = STRBUF_INIT;
		const char *next = NULL;
		json_t *json = NULL, *list;

		page_path(q, after, page, &path);
		free(after);
		after = NULL;
		r = client_get(c, path.data, &json, err);
		strbuf_release(&path);
		if (r == 0)
			r = json_get_array(json, "jobs", &list, err);
		if (r == 0)
			r = each_ad(list, fn, arg, err);
		if (r == 0) {
			json_opt_str(json, "next", &next, NULL);
			after = xstrdup(next);
			left -= (int64_t)json_array_size(list);
			if (ret_totals)
				read_totals(json_object_get(json, "totals"),
					    ret_totals);
		}
		json_decref(json);
	} while (r == 0 && after && left > 0);
	free(after);
	return r;
}
