/* SPDX-License-Identifier: MIT */
#include "instrument/plan_cost.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/xalloc.h"
#include "instrument/facts.h"
#include "instrument/wrapped.h"

/* What a loop is taken to do when nothing tells: counted loops run over
 * arrays, others over lists and strings. */
static const double trips_counted = 1000;
static const double trips_unknown = 30;
static const double foreign_call = 40;
static const double depth_unknown = 30;
static const double indirect_guess = 1000;
/* Of libc's that poll: it may take long, whatever the bound is. */
static const double polling_call = 1e9;

/*
 * Of libc's: what they take, where that is far from the usual and they stand
 * in long loops. Not printf and its like: messages at a program's end would
 * make slow clones of the functions that print them.
 */
static const struct {
	const char *name;
	double cost;
} libc_costs[] = {
	{ "bsearch", 800 },
	{ "pow", 150 },
	{ "regexec", 10000 },
	{ "regcomp", 50000 },
};

static double foreign_cost(const char *name)
{
	for (size_t i = 0; i < sizeof(libc_costs) / sizeof(*libc_costs); i++)
		if (!strcmp(libc_costs[i].name, name))
			return libc_costs[i].cost;
	return foreign_call;
}

/* As many pointers to functions lie on the way to the last one at most. */
enum { MAX_PASSES = 30 };

double cost_trips(long long trip)
{
	if (trip == TRIP_COUNTED)
		return trips_counted;
	if (trip == TRIP_UNKNOWN)
		return trips_unknown;
	return trip > 0 ? (double)trip : 1;
}

/* ---- recursion: strongly connected components (Tarjan 1972) ---- */

struct tarjan {
	struct plan *p;
	struct plan_fn **stack;
	int depth, next;
	struct plan_fn **order; /* callees before callers */
	int norder;
	int ncomponents;
};

static void connect(struct tarjan *t, struct plan_fn *f);

/* A chain of calls ends with its depth; several calls make a tree. */
static void find_explosive(struct plan *p, struct plan_fn *f)
{
	int own = 0;

	for (int i = 0; i < f->facts->ncalls; i++) {
		const struct fact_call *c = &f->facts->calls[i];
		struct plan_fn *g =
			c->callee ? plan_resolve(p, f->unit, c->callee) : NULL;

		if (g != f)
			continue;
		own++;
		if (c->loop >= 0 && f->facts->loops[c->loop].trip != 1)
			f->explosive = true;
	}
	if (own > 1)
		f->explosive = true;
}

static void follow(struct tarjan *t, struct plan_fn *f, struct plan_fn *g)
{
	if (g == f)
		f->recursive = true;
	if (!g->index) {
		connect(t, g);
		if (g->low < f->low)
			f->low = g->low;
	} else if (g->on_stack && g->index < f->low) {
		f->low = g->index;
	}
}

static void pop_component(struct tarjan *t, struct plan_fn *f)
{
	struct plan_fn *g;
	bool several = t->stack[t->depth - 1] != f;

	do {
		g = t->stack[--t->depth];
		g->on_stack = false;
		if (several)
			g->recursive = true;
		g->component = t->ncomponents;
		t->order[t->norder++] = g;
	} while (g != f);
	t->ncomponents++;
}

static void connect(struct tarjan *t, struct plan_fn *f)
{
	f->index = f->low = ++t->next;
	f->on_stack = true;
	t->stack[t->depth++] = f;
	for (int i = 0; i < f->facts->ncalls; i++) {
		const char *callee = f->facts->calls[i].callee;
		struct plan_fn *g = callee ? plan_resolve(t->p, f->unit, callee)
					   : NULL;

		if (g)
			follow(t, f, g);
	}
	if (f->low == f->index)
		pop_component(t, f);
}

/* ---- costs ---- */

bool plan_same_type(const char *a, const char *b)
{
	return !a || !b || !*a || !*b || !strcmp(a, b);
}

static double indirect_cost(const struct plan *p, const char *type, bool first)
{
	double max = indirect_guess;

	for (int i = 0; i < p->ntaken && !first; i++)
		if (plan_same_type(p->taken[i]->facts->type, type) &&
		    p->taken[i]->cost > max)
			max = p->taken[i]->cost;
	return max;
}

static double call_cost(const struct plan *p, const struct plan_fn *f,
			const struct fact_call *c, bool first)
{
	struct plan_fn *g;

	if (!c->callee)
		return indirect_cost(p, c->type, first);
	g = plan_resolve(p, f->unit, c->callee);
	/* counted by the component's depth, unless that is a tree */
	if (g && g->component == f->component && isfinite(g->cost))
		return foreign_call;
	if (g)
		return g->cost;
	return wrapped_polls(c->callee) ? polling_call
					: foreign_cost(c->callee);
}

static double region_cost(struct plan *p, struct plan_fn *f, int loop,
			  bool first)
{
	double cost = loop < 0 ? f->facts->ops : f->facts->loops[loop].ops;

	for (int i = 0; i < f->facts->ncalls; i++)
		if (f->facts->calls[i].loop == loop)
			cost += call_cost(p, f, &f->facts->calls[i], first);
	for (int i = 0; i < f->facts->nloops; i++) {
		if (f->facts->loops[i].parent != loop)
			continue;
		f->iteration[i] = region_cost(p, f, i, first);
		cost += f->iteration[i] * cost_trips(f->facts->loops[i].trip);
	}
	return cost;
}

double cost_between_entries(const struct plan *p, const struct plan_fn *f,
			    int loop)
{
	double cost = f->facts->loops[loop].ops;

	for (int i = 0; i < f->facts->ncalls; i++) {
		const struct fact_call *c = &f->facts->calls[i];
		const struct plan_fn *g =
			c->callee ? plan_resolve(p, f->unit, c->callee) : NULL;

		if (c->loop == loop)
			cost += g && g->poll_entry ? foreign_call
						   : call_cost(p, f, c, false);
	}
	for (int i = 0; i < f->facts->nloops; i++)
		if (f->facts->loops[i].parent == loop)
			cost += cost_between_entries(p, f, i) *
				cost_trips(f->facts->loops[i].trip);
	return cost;
}

static void open_loops(struct plan *p, struct plan_fn *f)
{
	f->has_open_loop = f->facts->backward_goto || f->recursive;
	for (int i = 0; i < f->facts->nloops; i++)
		if (f->facts->loops[i].trip < 0)
			f->has_open_loop = true;
	for (int i = 0; i < f->facts->ncalls; i++) {
		const char *callee = f->facts->calls[i].callee;
		struct plan_fn *g = callee ? plan_resolve(p, f->unit, callee)
					   : NULL;

		if (g && g->has_open_loop)
			f->has_open_loop = true;
	}
}

/* Whether a function was found to be endless that was not before. */
static bool estimate_pass(struct plan *p, const struct tarjan *t, bool first)
{
	bool changed = false;

	for (int i = 0; i < t->norder; i++) {
		struct plan_fn *f = t->order[i];
		double cost = region_cost(p, f, -1, first);
		bool was = isinf(f->cost);

		if (f->recursive)
			cost *= depth_unknown;
		if (f->facts->indirect_goto)
			cost *= trips_unknown;
		f->cost = f->explosive ? INFINITY : cost;
		changed |= isinf(f->cost) && !was;
		open_loops(p, f);
	}
	return changed;
}

void cost_estimate(struct plan *p)
{
	struct tarjan t = { .p = p };
	bool changed = true;

	t.stack = xcalloc(p->nfns + 1, sizeof(*t.stack));
	t.order = xcalloc(p->nfns + 1, sizeof(*t.order));
	for (int i = 0; i < p->nfns; i++)
		if (!p->fns[i].index)
			connect(&t, &p->fns[i]);
	for (int i = 0; i < p->nfns; i++)
		find_explosive(p, &p->fns[i]);
	/*
	 * Indirect calls need the costs of all that they may reach: again and
	 * again until no function turns out to be endless any more.
	 */
	for (int i = 0; i < 2 || (changed && i < MAX_PASSES); i++)
		changed = estimate_pass(p, &t, i == 0);
	free(t.stack);
	free(t.order);
}
