/* SPDX-License-Identifier: MIT */
/* link_items: what a program is linked of, units told from the rest. */
#ifndef INSTRUMENT_LINK_ITEMS_H
#define INSTRUMENT_LINK_ITEMS_H

#include <stdint.h>

#include "instrument/diag.h"
#include "instrument/job.h"
#include "instrument/trace.h"
#include "instrument/unit.h"

/* An argument of the final link, or a unit that gives one. */
struct item {
	char *arg; /* as it stands, where unit is NULL */
	struct unit *unit; /* owned */
	char *name; /* of the unit, for messages */
	const struct option *source; /* it comes from this input, or NULL */
	char *plain; /* its object as the compiler built it; NULL where the
		      * archive behind it gives it */
	char *object; /* the instrumented one */
	uint64_t text_hash; /* of the C it was compiled from, and flags */
	bool dropped; /* cannot be instrumented: plain is linked */
};

struct items {
	struct item *v;
	size_t n, alloc;
};

/*
 * Goes through the job's options in order. Sources become units (their plain
 * objects are made only if needed); objects and the archive members that
 * `trace` names become units where hcc has built them; all else is passed
 * on. Members are put in front of their archive, which then gives only the
 * others.
 */
int items_collect(struct items *items, struct job *job,
		  const struct trace *trace, struct diags *diags,
		  struct err *err);
void items_release(struct items *items);

/* Makes the plain object of a dropped source. */
int item_make_plain(struct job *job, struct item *item, struct err *err);

#endif
