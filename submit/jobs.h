/* SPDX-License-Identifier: MIT */
/* jobs: GET /jobs, page after page. */
#ifndef HARRIER_SUBMIT_JOBS_H
#define HARRIER_SUBMIT_JOBS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/ad/ad.h"
#include "common/base/err.h"
#include "submit/client.h"
#include "submit/jobsel.h"

/* Counts of a queue, as the answer's "totals" has them. */
struct jobs_totals {
	int64_t jobs, completed, removed, idle, running, held, suspended;
};

struct jobs_query {
	const struct jobsel *sel;
	const char *owner; /* where sel names nobody, or NULL */
	const char *attrs; /* comma list, or NULL: all */
	int64_t limit; /* below 0: all */
	bool groups; /* counts of the queue by cluster and batch */
	bool history; /* ended jobs, newest first; then these count: */
	const char *since; /* the first for which it is true ends it, or NULL */
	int64_t ended_since; /* as does the first that ended earlier; 0: none */
	int64_t scan_limit; /* jobs to look at; 0: all */
};

/* Told of each job; `id` is "12.0". 0, or -errno to stop. */
typedef int jobs_fn(void *arg, const struct ad *job, const char *id,
		    struct err *err);

/* *ret_totals (may be NULL): of the owner's whole queue, or of all. */
int jobs_each(struct client *c, const struct jobs_query *q, jobs_fn *fn,
	      void *arg, struct jobs_totals *ret_totals, struct err *err);

/* Adds the counts of an ad of `groups`. */
void jobs_count_group(struct jobs_totals *t, const struct ad *group);
/* Counts a job by its JobStatus. */
void jobs_count(struct jobs_totals *t, const struct ad *job);

/* "N jobs; N completed, ...", without a line end. */
void jobs_format_totals(const struct jobs_totals *t, struct strbuf *out);

#endif
