/* SPDX-License-Identifier: MIT */
/* status_view: the tables of hstatus. */
#ifndef HARRIER_SUBMIT_STATUS_VIEW_H
#define HARRIER_SUBMIT_STATUS_VIEW_H

#include <stdint.h>

#include "common/ad/ad.h"
#include "common/base/strbuf.h"
#include "common/svc/json.h"

enum status_view {
	STATUS_SLOTS,
	STATUS_RUN, /* claimed slots and whose jobs are there */
	STATUS_STATE, /* how long slots are in their state */
	STATUS_OWNERS, /* a line for each host: is its owner there? */
	STATUS_COMPACT, /* a line for each host: what is free there? */
	STATUS_SCHEDD, /* the scheduler and its jobs */
	STATUS_SUBMITTERS, /* a line for each user: his jobs */
};

/* The heading, with its empty line below. */
void status_view_head(enum status_view view, struct strbuf *out);
/* A slot, for STATUS_SLOTS, STATUS_RUN and STATUS_STATE. */
void status_view_slot(enum status_view view, const struct ad *slot, int64_t now,
		      struct strbuf *out);
/* A host of GET /hosts, for STATUS_OWNERS. */
void status_view_host(const json_t *host, int64_t now, struct strbuf *out);

/* The slots of one host, for STATUS_COMPACT. */
void status_view_compact(const char *host, struct ad *const *slots,
			 size_t count, struct strbuf *out);
/* GET /pool, for STATUS_SCHEDD and STATUS_SUBMITTERS, with totals. */
void status_view_pool(enum status_view view, const json_t *pool,
		      struct strbuf *out);

/* Counts slots by architecture and state, and prints the block of totals. */
struct status_totals;

struct status_totals *status_totals_new(void);
void status_totals_free(struct status_totals *t);
void status_totals_add(struct status_totals *t, const struct ad *slot);
void status_totals_format(const struct status_totals *t, struct strbuf *out);

#endif
