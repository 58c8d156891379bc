/* SPDX-License-Identifier: MIT */
/* link_build: plans a program's units and compiles their instrumented C. */
#ifndef INSTRUMENT_LINK_BUILD_H
#define INSTRUMENT_LINK_BUILD_H

#include "instrument/link_items.h"

/*
 * Plans over all units of `items` and sets the object of each. A unit that
 * cannot be written or compiled is dropped with a warning, and the others
 * are planned again without it. `report`, unless NULL, gets the plan's.
 */
int link_build(struct job *job, struct items *items, struct diags *diags,
	       struct strbuf *report, struct err *err);

/* The instrumented C of all units, one after the other. */
int link_emit(struct job *job, struct items *items, struct diags *diags,
	      struct strbuf *out, struct err *err);

/* The units that are not dropped. */
size_t link_units(const struct items *items);

#endif
