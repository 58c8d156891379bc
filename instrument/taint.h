/* SPDX-License-Identifier: MIT */
/*
 * What in the source binds images to a kind of machine: values that depend
 * on the width of types (sizeof, products in long) or on addresses, where
 * they reach stored objects or choose elements of them.
 *
 * taint_find follows values inside each function and notes edges: from a
 * source, a parameter or a result, to a sink, an argument or a result.
 * taint_reasons joins the edges of all units of a program.
 */
#ifndef INSTRUMENT_TAINT_H
#define INSTRUMENT_TAINT_H

struct facts;
struct fns;

/* Appends the edges in the unit's functions to f->edges. */
void taint_find(const struct fns *fns, struct facts *f);

/*
 * Sets ->reached of the edges to sinks that a source reaches, in any unit,
 * and fills ->reasons of the unit they stand in.
 */
void taint_reasons(struct facts *const *units, int nunits);

#endif
