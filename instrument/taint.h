/*
 * What in the source binds images to a kind of machine: values of sizeof and
 * differences of addresses that reach stored objects.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef INSTRUMENT_TAINT_H
#define INSTRUMENT_TAINT_H

struct facts;
struct fns;

/* Appends the reasons that the unit's functions give to f->reasons. */
void taint_find(const struct fns *fns, struct facts *f);

#endif
