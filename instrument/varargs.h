/* SPDX-License-Identifier: MIT */
/*
 * varargs: where a va_list is in use. Nobody knows the types of the arguments
 * that are left, so such a frame cannot be saved: those points are masked, and
 * what is called there runs with polls off. At all others the function can be
 * stopped like any other: behind its va_end, or on ways that take none.
 */
#ifndef INSTRUMENT_VARARGS_H
#define INSTRUMENT_VARARGS_H

#include "instrument/fn.h"

/* Whether the variable is a va_list: live.c follows it though it is an array
 * on some targets. */
bool varargs_is_list(const struct decl *d);
/* For a function with variable arguments: fn.rest, for live.c. */
void varargs_add_rest(struct fn *fn);
/* Refuses a function that keeps a va_list where it cannot be followed. */
void varargs_refuse(struct fn *fn);
/* Of va_start and va_copy the variable that they set, else NULL. */
struct var *varargs_set_by(const struct node *call);
bool varargs_is_start(const struct node *call);
/* Sets point.masked. */
void varargs_mask(struct fn *fn);

#endif
