/* SPDX-License-Identifier: MIT */
/* queue_view: the tables of hq and hhistory, made line by line. */
#ifndef HARRIER_SUBMIT_QUEUE_VIEW_H
#define HARRIER_SUBMIT_QUEUE_VIEW_H

#include <stdint.h>

#include "common/ad/ad.h"
#include "common/base/strbuf.h"

enum queue_view {
	QUEUE_BATCH,
	QUEUE_JOBS, /* -nobatch */
	QUEUE_RUN,
	QUEUE_HOLD,
	QUEUE_IDLE,
	QUEUE_HISTORY,
};

/* The attributes that a view reads, comma separated. */
const char *queue_view_attrs(enum queue_view view);

/* Heading and line of a view of single jobs, each with its line end. */
void queue_view_head(enum queue_view view, struct strbuf *out);
void queue_view_line(enum queue_view view, const struct ad *job, int64_t now,
		     struct strbuf *out);

/* The batch view: jobs are added, then the table is made. */
struct queue_batches;

struct queue_batches *queue_batches_new(void);
void queue_batches_free(struct queue_batches *b);
void queue_batches_add(struct queue_batches *b, const struct ad *job);
/* An ad of GET /jobs?groups=1: many jobs at once. */
void queue_batches_add_group(struct queue_batches *b, const struct ad *group);
void queue_batches_format(const struct queue_batches *b, struct strbuf *out);

#endif
