/* SPDX-License-Identifier: MIT */
/*
 * Static locals: one for all clones of their function.
 */
#ifndef INSTRUMENT_FN_STATIC_H
#define INSTRUMENT_FN_STATIC_H

struct fn;
struct node;

/* Notes the declarator `var` of a static local in fn->statics, or refuses fn
 * where the declaration cannot leave it. */
void fn_static_add(struct fn *fn, struct node *var);

#endif
