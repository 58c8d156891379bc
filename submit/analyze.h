/* SPDX-License-Identifier: MIT */
/* analyze: hq -better-analyze: why a job does not run. */
#ifndef HARRIER_SUBMIT_ANALYZE_H
#define HARRIER_SUBMIT_ANALYZE_H

#include "common/base/strbuf.h"
#include "common/svc/json.h"

/*
 * Appends HTCondor's analysis of job `id` ("12.0"), from the answer to GET
 * /jobs/ID/why; `hosts`: how many machines there are.
 */
void analyze_format(const char *id, const json_t *why, size_t hosts,
		    struct strbuf *out);

#endif
