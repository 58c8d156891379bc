/* SPDX-License-Identifier: MIT */
/* analyze: hq -better-analyze: why a job does not run, in HTCondor's form. */
#ifndef HARRIER_SUBMIT_ANALYZE_H
#define HARRIER_SUBMIT_ANALYZE_H

#include "common/ad/ad.h"
#include "common/base/strbuf.h"
#include "common/svc/json.h"

/* A job and what is known of why it waits. All borrowed. */
struct analyze_job {
	const char *id; /* "12.0" */
	const struct ad *ad;
	const json_t *why; /* GET /jobs/ID/why */
	const json_t *hosts; /* the list of GET /hosts */
};

/* Appends the analysis of one job. */
void analyze_format(const struct analyze_job *job, struct strbuf *out);

/* :summary: the heading, and a line for a job. */
void analyze_summary_head(size_t slots, struct strbuf *out);
void analyze_summary_line(const struct analyze_job *job, struct strbuf *out);

/* :reverse: one slot's requirements against jobs. */
void analyze_reverse(const struct ad *slot, struct ad *const *jobs,
		     size_t count, struct strbuf *out);

#endif
