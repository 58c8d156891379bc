/* SPDX-License-Identifier: MIT */
/*
 * What must be saved at each resume point: the variables and temporaries
 * passed by value that are live behind it, and the memory variables in scope.
 */
#ifndef INSTRUMENT_LIVE_H
#define INSTRUMENT_LIVE_H

struct lowered;

/* Sets vars, maybe and alive of every point of l->fn; l is the lowering with
 * all points. */
void live_compute(struct lowered *l);

#endif
