/* SPDX-License-Identifier: MIT */
#include "instrument/plan_bridge.h"

#include <stdlib.h>

#include "common/base/xalloc.h"
#include "instrument/facts.h"

/* Functions between two polled ones, at most. */
enum { MAX_BETWEEN = 3, FAR = 1000 };

struct ways {
	struct plan *p;
	int *from, *to; /* steps from, and to, a polled function; or FAR */
};

static bool is_below(const struct plan_fn *f)
{
	return f->class == FN_BELOW;
}

/* A step of a way: f calls g, and g leads back to f. */
static void step(struct ways *w, struct plan_fn *f, struct plan_fn *g)
{
	int i = (int)(f - w->p->fns), k = (int)(g - w->p->fns);

	if (is_below(g) && w->from[i] + 1 < w->from[k])
		w->from[k] = w->from[i] + 1;
	if (is_below(f) && w->to[k] + 1 < w->to[i])
		w->to[i] = w->to[k] + 1;
}

static void step_all(struct ways *w)
{
	for (int i = 0; i < w->p->nfns; i++) {
		struct plan_fn *f = &w->p->fns[i];

		for (int k = 0; k < f->facts->ncalls; k++) {
			const char *callee = f->facts->calls[k].callee;
			struct plan_fn *g =
				callee ? plan_resolve(w->p, f->unit, callee)
				       : NULL;

			if (g && g->component == f->component)
				step(w, f, g);
		}
	}
}

void plan_bridge(struct plan *p)
{
	struct ways w = { p, xcalloc(p->nfns + 1, sizeof(int)),
			  xcalloc(p->nfns + 1, sizeof(int)) };

	for (int i = 0; i < p->nfns; i++)
		w.from[i] = w.to[i] = p->fns[i].class == FN_ABOVE ? 0 : FAR;
	for (int i = 0; i < MAX_BETWEEN; i++)
		step_all(&w);
	for (int i = 0; i < p->nfns; i++)
		if (is_below(&p->fns[i]) &&
		    w.from[i] + w.to[i] <= MAX_BETWEEN + 1)
			p->fns[i].class = FN_ABOVE;
	free(w.from);
	free(w.to);
}
