/* SPDX-License-Identifier: MIT */
/*
 * touch: memory variables that hold nothing yet.  Their bytes are garbage,
 * which may fit no other machine and means nothing.
 */
#ifndef INSTRUMENT_TOUCH_H
#define INSTRUMENT_TOUCH_H

#include "instrument/fn.h"
#include <stdbool.h>

/* Fills ->touched of the function's variables. */
void touch_find(struct fn *fn);

/* Whether nothing can have named v before the point is reached. */
bool touch_is_fresh(const struct fn *fn, const struct var *v,
		    const struct point *p);

/*
 * Whether a declarator without a value should get zeros: a small memory
 * variable with integers that may not fit a narrower machine, whose garbage
 * would be taken for values once the program has named it.
 */
bool touch_wants_zero(const struct node *var);

#endif
