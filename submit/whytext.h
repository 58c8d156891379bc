/* SPDX-License-Identifier: MIT */
/* whytext: in plain words what keeps a job from running. */
#ifndef HARRIER_SUBMIT_WHYTEXT_H
#define HARRIER_SUBMIT_WHYTEXT_H

#include <stdint.h>

#include "common/ad/ad.h"
#include "common/base/strbuf.h"
#include "common/svc/json.h"

/*
 * Appends the answer for job `id` ("12.0"): `job` is its ad, queued or ended,
 * `why` the answer of GET /jobs/ID/why (NULL for an ended one), `hosts` how
 * many there are.
 */
void whytext_format(const char *id, const struct ad *job, const json_t *why,
		    size_t hosts, int64_t now, struct strbuf *out);

#endif
