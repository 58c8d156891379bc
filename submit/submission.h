/* SPDX-License-Identifier: MIT */
/* submission: what POST /clusters carries, gathered job by job. */
#ifndef HARRIER_SUBMIT_SUBMISSION_H
#define HARRIER_SUBMIT_SUBMISSION_H

#include <stdint.h>

#include "common/ad/ad.h"
#include "common/base/err.h"
#include "common/base/strbuf.h"

struct submission;

struct submission *submission_new(void);
void submission_free(struct submission *s);

/*
 * Adds so many jobs: what the ad has of its own becomes their row. The columns
 * grow as jobs bring attributes that earlier ones did not have.
 */
void submission_add(struct submission *s, const struct ad *proc, int64_t count);
int64_t submission_count(const struct submission *s);

/*
 * Appends the request's body, as JSON with a new UUID, the cluster's ad being
 * `cluster`. Returns 0, or -EIO where there is no randomness.
 */
int submission_body(const struct submission *s, const struct ad *cluster,
		    struct strbuf *out, struct err *err);

#endif
