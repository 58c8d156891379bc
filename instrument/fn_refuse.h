/* SPDX-License-Identifier: MIT */
/*
 * Which functions cannot be resumed and run as written, with polls off.
 */
#ifndef INSTRUMENT_FN_REFUSE_H
#define INSTRUMENT_FN_REFUSE_H

#include <stddef.h>

struct fn;

/* Takes `why`; the first reason stands. */
void fn_refuse(struct fn *fn, size_t at, char *why);
/* Looks at the kind, the constructs and the variables of a collected fn. */
void fn_refuse_all(struct fn *fn);

#endif
