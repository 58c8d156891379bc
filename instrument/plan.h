/* SPDX-License-Identifier: MIT */
/*
 * The plan: where polls stand, for a whole program.
 *
 * The cost of loops and functions is estimated from the facts; the plan is
 * the highest cut through loops and calls, from main downwards, at which one
 * iteration costs less than the bound.  Functions below the cut stay exactly
 * as written; calls that cross it go to the slow clone while a request is
 * pending, so that the rest of one such call bounds the latency.
 */
#ifndef INSTRUMENT_PLAN_H
#define INSTRUMENT_PLAN_H

#include "instrument/back.h"
#include <stdbool.h>

enum fn_class {
	FN_FOREIGN, /* not built by hcc */
	FN_REFUSED, /* as written; what it calls runs with polls off */
	FN_TRIVIAL, /* as written; no loop and no call that polls */
	FN_BELOW, /* as written, and a slow clone */
	FN_ABOVE, /* entry, fast clone with tests, slow clone */
};

/* malloc and those of its kin that return a new block. */
bool is_allocator(const char *name);

enum call_class {
	CALL_PLAIN, /* as written, no test */
	CALL_BOUNDARY, /* to the slow clone while a request is pending */
	CALL_ABOVE, /* between the clones; test after it */
};

/* The class of what `name` means in unit number `unit`. */
enum fn_class plan_class(const struct plan *p, int unit, const char *name);
/* How the fast clone of `caller` calls `callee` (NULL: through a pointer
 * to a function of that type, as type_describe has it). */
enum call_class plan_call(const struct plan *p, int unit, const char *callee,
			  const char *type);
/* Whether any function can be resumed that a pointer may reach. */
bool plan_indirect_may_poll(const struct plan *p);
/* Loops are numbered in the order of the text, from 0. */
bool plan_poll_loop(const struct plan *p, int unit, const char *fn, int loop);
/* Estimated instructions of one iteration. */
double plan_iteration(const struct plan *p, int unit, const char *fn, int loop);
bool plan_poll_entry(const struct plan *p, int unit, const char *fn);
/* Static functions called in one place only, which the compiler must go on
 * inlining although the slow clone calls them too. */
bool plan_called_once(const struct plan *p, int unit, const char *fn);
/*
 * Static functions of loops that poll and call nothing, so small that the
 * compiler inlines them as written: what it then knows of their pointers is
 * what the loops are vectorised by. With polls they look large, so it must be
 * told.
 */
bool plan_is_small(const struct plan *p, int unit, const char *fn);
/* How a function calls itself by name. */
struct recursion {
	long long ops; /* of its text */
	int calls;
	bool in_loop; /* one of them at least */
};
/* Whether it does, and polls. */
bool plan_recursion(const struct plan *p, int unit, const char *fn,
		    struct recursion *ret);
/* Whether a call of it may end in malloc or its kin. */
bool plan_allocates(const struct plan *p, int unit, const char *fn);
bool plan_assume_width_safe(const struct plan *p);
const struct facts *plan_facts(const struct plan *p, int unit);

#endif
