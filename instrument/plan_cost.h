/* SPDX-License-Identifier: MIT */
/*
 * Estimated costs of functions and loops, in instructions, for the plan.
 */
#ifndef INSTRUMENT_PLAN_COST_H
#define INSTRUMENT_PLAN_COST_H

#include "instrument/plan.h"
#include <stdbool.h>

struct fact_fn;
struct hash;

struct plan_fn {
	const struct fact_fn *facts;
	int unit;
	enum fn_class class;
	double cost; /* one call; infinite if it calls itself */
	double *iteration; /* per loop: one iteration */
	bool *poll_loop;
	bool poll_entry;
	bool recursive;
	bool explosive; /* it calls itself several times or in a loop:
				 * its cost may be exponential in the depth */
	int component;
	bool has_open_loop; /* it, or what it calls, loops without a known
				 * number of iterations */
	bool uncovered; /* the cut met it with no poll above */
	bool taken;
	bool asks; /* it, or what it calls, calls ckpt_now or ckpt_here */
	bool measured; /* a profile knows what it does */
	bool allocates; /* it, or what it calls, calls malloc */
	int callers;
	int index, low; /* Tarjan */
	bool on_stack;
};

struct plan {
	struct facts **units;
	int nunits;
	struct plan_fn *fns;
	int nfns;
	struct hash **by_unit, *externs;
	struct plan_fn **taken;
	int ntaken;
	bool assume_width_safe;
	double covered; /* by a profile: share of the run near a poll */
};

/* Whether a pointer to one may call the other: equal, or unknown. */
bool plan_same_type(const char *a, const char *b);
struct plan_fn *plan_resolve(const struct plan *p, int unit, const char *name);

/* Fills cost, iteration, recursive and has_open_loop of every function. */
void cost_estimate(struct plan *p);
double cost_trips(long long trip);
/* One iteration, where calls that poll at their entry end at once. */
double cost_between_entries(const struct plan *p, const struct plan_fn *f,
			    int loop);

#endif
