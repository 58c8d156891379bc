/* SPDX-License-Identifier: MIT */
/*
 * handlers: what an interpreter's text does to its counter. It is cut at
 * labels or cases; what follows in a handler after the counter was set, and
 * the handlers that this leads to, are reached with a counter that need not
 * have grown.
 */
#ifndef INSTRUMENT_HANDLERS_H
#define INSTRUMENT_HANDLERS_H

#include "instrument/fn.h"
#include <stdbool.h>

struct reach;

struct handlers {
	const bool *is_counter; /* by variable */
	/* a jump behind which the text of its block does not go on */
	bool (*leaves)(const struct handlers *h, const struct node *jump);
	const void *ctx; /* for that */
	/* private */
	size_t *starts; /* handler 0 stands before the first */
	int nstarts;
	size_t begin, end;
	struct reach *reach;
	int nreach;
	struct node **last; /* by handler: its last statement */
	bool changed;
};

/* The next handler begins at `at`; in the order of the text. */
void handlers_add(struct handlers *h, size_t at);
void handlers_find(struct handlers *h, struct node *body);
bool handlers_reached(const struct handlers *h, size_t at);
void handlers_release(struct handlers *h);

/* The variable that n names, if only the function's own text changes it. */
struct var *handlers_local(const struct node *n);
/*
 * The variable that the statement before `jump` adds a constant to, in the
 * same block; or NULL. ret_step may be NULL.
 */
struct var *handlers_step_before(const struct node *jump, long long *ret_step);

#endif
