/* SPDX-License-Identifier: MIT */
#include "instrument/plan.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/hash.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "instrument/facts.h"
#include "instrument/hand.h"
#include "instrument/plan_bridge.h"
#include "instrument/plan_cost.h"
#include "instrument/plan_profile.h"
#include "instrument/taint.h"
#include "instrument/wrapped.h"

/*
 * Units are instructions, roughly.  10 ms are some 3e7; the bound leaves
 * room for estimates that are a few times too low.
 */
static const double bound = 2e7;
/* From here on a call below the cut is worth a test of the request. */
static const double boundary = 2000;
/* Up to here a function without open loops is not worth a slow clone. */
static const double trivial = 1000;

/* Operations of all that a small function may add to its callers. */
static const long long small = 250;

static struct plan_fn *find_static(const struct plan *p, int unit,
				   const char *name)
{
	struct plan_fn *f = hash_get(p->by_unit[unit], name);

	return f;
}

struct plan_fn *plan_resolve(const struct plan *p, int unit, const char *name)
{
	struct plan_fn *f = find_static(p, unit, name);

	return f ? f : hash_get(p->externs, name);
}

bool is_allocator(const char *name)
{
	static const char *const names[] = {
		"malloc",	"calloc",	 "realloc",
		"reallocarray", "aligned_alloc", "memalign",
		"valloc",	"mmap",		 "mmap64",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

/* ---- the cut ---- */

static void visit_region(struct plan *p, struct plan_fn *f, int loop,
			 bool covered);

static void visit_fn(struct plan *p, struct plan_fn *f, bool covered)
{
	if (f->facts->refused || f->class == FN_TRIVIAL)
		return;
	if (f->class == FN_ABOVE && (f->uncovered || covered))
		return;
	f->class = FN_ABOVE;
	if (!covered)
		f->uncovered = true;
	if (f->explosive || (f->recursive && !covered))
		f->poll_entry = true;
	visit_region(p, f, -1, covered || f->recursive);
}

static void visit_targets(struct plan *p, const char *type, bool covered)
{
	for (int i = 0; i < p->ntaken; i++)
		if (plan_same_type(p->taken[i]->facts->type, type) &&
		    p->taken[i]->cost > bound)
			visit_fn(p, p->taken[i], covered);
}

static void visit_call(struct plan *p, struct plan_fn *f, struct fact_call *c,
		       bool covered)
{
	struct plan_fn *g;

	if (!c->callee) {
		visit_targets(p, c->type, covered);
		return;
	}
	g = plan_resolve(p, f->unit, c->callee);
	if (g && (g->cost > bound || (!covered && g->has_open_loop)))
		visit_fn(p, g, covered);
}

/* The recursion in the loop polls, and what is beside it ends soon. */
static bool calls_poll_enough(const struct plan *p, const struct plan_fn *f,
			      int i)
{
	return cost_between_entries(p, f, i) *
		       cost_trips(f->facts->loops[i].trip) <=
	       bound;
}

static void visit_loop(struct plan *p, struct plan_fn *f, int i, bool covered)
{
	double each = f->iteration[i];
	double total = each * cost_trips(f->facts->loops[i].trip);
	bool known = f->facts->loops[i].trip >= 0;

	if (total <= bound && covered)
		return;
	if (known && (total <= bound || f->facts->loops[i].trip == 1)) {
		/* it ends soon but for what is in it; do {} while (0) */
		visit_region(p, f, i, covered);
		return;
	}
	if (covered && calls_poll_enough(p, f, i)) {
		visit_region(p, f, i, covered);
		return;
	}
	f->poll_loop[i] = true;
	if (each > bound)
		visit_region(p, f, i, true);
}

static void visit_region(struct plan *p, struct plan_fn *f, int loop,
			 bool covered)
{
	for (int i = 0; i < f->facts->nloops; i++)
		if (f->facts->loops[i].parent == loop)
			visit_loop(p, f, i, covered);
	for (int i = 0; i < f->facts->ncalls; i++)
		if (f->facts->calls[i].loop == loop)
			visit_call(p, f, &f->facts->calls[i], covered);
}

/* ---- classes before the cut ---- */

static bool may_be_trivial(const struct plan_fn *f)
{
	return f->class == FN_BELOW && !f->has_open_loop && f->cost < trivial &&
	       strcmp(f->facts->name, "main");
}

static bool calls_only_trivial(const struct plan *p, const struct plan_fn *f)
{
	for (int i = 0; i < f->facts->ncalls; i++) {
		const char *callee = f->facts->calls[i].callee;
		struct plan_fn *g;

		if (!callee) {
			if (p->ntaken)
				return false;
			continue;
		}
		g = plan_resolve(p, f->unit, callee);
		if (g && g->class != FN_TRIVIAL && g->class != FN_REFUSED)
			return false;
	}
	return true;
}

/*
 * Trivial: no loop without a known, small end, and only calls of such.  From
 * the leaves upwards, until nothing changes.
 */
static void classify(struct plan *p)
{
	bool changed = true;

	for (int i = 0; i < p->nfns; i++)
		p->fns[i].class = p->fns[i].facts->refused ? FN_REFUSED
							   : FN_BELOW;
	while (changed) {
		changed = false;
		for (int i = 0; i < p->nfns; i++) {
			struct plan_fn *f = &p->fns[i];

			if (!may_be_trivial(f) || !calls_only_trivial(p, f))
				continue;
			f->class = FN_TRIVIAL;
			changed = true;
		}
	}
}

static void cut(struct plan *p)
{
	struct plan_fn *m = hash_get(p->externs, "main");

	if (m)
		visit_fn(p, m, false);
	for (int i = 0; i < p->nfns && !m; i++)
		if (!p->fns[i].facts->is_static)
			visit_fn(p, &p->fns[i], false);
	if (m && m->class == FN_BELOW)
		m->class = FN_ABOVE;
}

static void poll_everywhere(struct plan *p)
{
	for (int i = 0; i < p->nfns; i++) {
		struct plan_fn *f = &p->fns[i];

		if (f->class != FN_BELOW)
			continue;
		f->class = FN_ABOVE;
		f->poll_entry = true;
		for (int k = 0; k < f->facts->nloops; k++)
			f->poll_loop[k] = true;
	}
}

/* ---- making it ---- */

static void count_callers(struct plan *p)
{
	for (int i = 0; i < p->nfns; i++)
		for (int k = 0; k < p->fns[i].facts->ncalls; k++) {
			const char *callee = p->fns[i].facts->calls[k].callee;
			struct plan_fn *g =
				callee ? plan_resolve(p, p->fns[i].unit, callee)
				       : NULL;

			if (g)
				g->callers++;
		}
}

static bool calls_allocator(const struct plan *p, const struct plan_fn *f)
{
	for (int i = 0; i < f->facts->ncalls; i++) {
		const char *callee = f->facts->calls[i].callee;
		struct plan_fn *g = callee ? plan_resolve(p, f->unit, callee)
					   : NULL;

		if (callee && (g ? g->allocates : is_allocator(callee)))
			return true;
	}
	return false;
}

static void find_allocators(struct plan *p)
{
	bool changed = true;

	while (changed) {
		changed = false;
		for (int i = 0; i < p->nfns; i++) {
			struct plan_fn *f = &p->fns[i];

			if (f->allocates || !calls_allocator(p, f))
				continue;
			f->allocates = true;
			changed = true;
		}
	}
}

static void collect_taken(struct plan *p, struct facts *const *units)
{
	for (int u = 0; u < p->nunits; u++)
		for (int i = 0; i < units[u]->ntaken; i++) {
			struct plan_fn *f =
				plan_resolve(p, u, units[u]->taken[i]);

			if (!f || f->taken)
				continue;
			f->taken = true;
			p->taken[p->ntaken++] = f;
		}
}

static void add_unit(struct plan *p, int u, struct facts *facts)
{
	p->by_unit[u] = hash_new(NULL);
	for (int i = 0; i < facts->nfns; i++) {
		struct plan_fn *f = &p->fns[p->nfns++];

		f->facts = &facts->fns[i];
		f->unit = u;
		f->poll_loop = xcalloc(f->facts->nloops + 1, sizeof(bool));
		f->iteration = xcalloc(f->facts->nloops + 1, sizeof(double));
		hash_set(p->by_unit[u], f->facts->name, f);
		if (!f->facts->is_static &&
		    !hash_get(p->externs, f->facts->name))
			hash_set(p->externs, f->facts->name, f);
	}
}

struct plan *plan_make(struct facts *const *units, int nunits,
		       const struct plan_options *options)
{
	struct plan *p = xcalloc(1, sizeof(*p));
	int total = 0;

	for (int u = 0; u < nunits; u++)
		total += units[u]->nfns;
	p->nunits = nunits;
	p->units = xcalloc(nunits + 1, sizeof(*p->units));
	p->by_unit = xcalloc(nunits + 1, sizeof(*p->by_unit));
	p->externs = hash_new(NULL);
	p->fns = xcalloc(total + 1, sizeof(*p->fns));
	p->taken = xcalloc(total + 1, sizeof(*p->taken));
	p->assume_width_safe = options && options->assume_width_safe;
	for (int u = 0; u < nunits; u++) {
		p->units[u] = units[u];
		add_unit(p, u, units[u]);
	}
	taint_reasons(units, nunits);
	collect_taken(p, units);
	count_callers(p);
	find_allocators(p);
	cost_estimate(p);
	classify(p);
	if (options && options->poll && !strcmp(options->poll, "all"))
		poll_everywhere(p);
	else
		cut(p);
	plan_bridge(p);
	if (options && options->profile)
		plan_by_profile(p, options->profile, options->told);
	hand_plan(p);
	return p;
}

void plan_free(struct plan *p)
{
	if (!p)
		return;
	for (int i = 0; i < p->nfns; i++) {
		free(p->fns[i].poll_loop);
		free(p->fns[i].iteration);
	}
	for (int u = 0; u < p->nunits; u++)
		hash_free(p->by_unit[u]);
	hash_free(p->externs);
	free(p->by_unit);
	free(p->units);
	free(p->fns);
	free(p->taken);
	free(p);
}

/* ---- asking it ---- */

enum fn_class plan_class(const struct plan *p, int unit, const char *name)
{
	struct plan_fn *f = plan_resolve(p, unit, name);

	return f ? f->class : FN_FOREIGN;
}

enum call_class plan_call(const struct plan *p, int unit, const char *callee,
			  const char *type)
{
	struct plan_fn *f;

	if (!callee) {
		for (int i = 0; i < p->ntaken; i++)
			if (p->taken[i]->class == FN_ABOVE &&
			    plan_same_type(p->taken[i]->facts->type, type))
				return CALL_ABOVE;
		return CALL_PLAIN;
	}
	f = plan_resolve(p, unit, callee);
	if (!f)
		return wrapped_polls(callee) ? CALL_ABOVE : CALL_PLAIN;
	if (f->class < FN_BELOW)
		return CALL_PLAIN;
	if (f->class == FN_ABOVE)
		return CALL_ABOVE;
	return f->cost >= boundary && !f->measured ? CALL_BOUNDARY : CALL_PLAIN;
}

bool plan_indirect_may_poll(const struct plan *p)
{
	for (int i = 0; i < p->ntaken; i++)
		if (p->taken[i]->class >= FN_BELOW)
			return true;
	return false;
}

bool plan_poll_loop(const struct plan *p, int unit, const char *fn, int loop)
{
	struct plan_fn *f = plan_resolve(p, unit, fn);

	return f && loop >= 0 && loop < f->facts->nloops && f->poll_loop[loop];
}

double plan_iteration(const struct plan *p, int unit, const char *fn, int loop)
{
	struct plan_fn *f = plan_resolve(p, unit, fn);

	return f && loop >= 0 && loop < f->facts->nloops ? f->iteration[loop]
							 : 0;
}

bool plan_poll_entry(const struct plan *p, int unit, const char *fn)
{
	struct plan_fn *f = plan_resolve(p, unit, fn);

	return f && f->poll_entry;
}

bool plan_called_once(const struct plan *p, int unit, const char *fn)
{
	struct plan_fn *f = plan_resolve(p, unit, fn);

	return f && f->facts->is_static && f->callers == 1 && !f->taken &&
	       !f->recursive;
}

static long long text_ops(const struct plan_fn *f)
{
	long long ops = f->facts->ops;

	for (int i = 0; i < f->facts->nloops; i++)
		ops += f->facts->loops[i].ops;
	return ops;
}

bool plan_is_small(const struct plan *p, int unit, const char *fn)
{
	struct plan_fn *f = plan_resolve(p, unit, fn);

	bool polls = false;

	if (!f || !f->facts->is_static || f->taken || f->recursive ||
	    !f->callers || f->facts->ncalls)
		return false;
	for (int i = 0; i < f->facts->nloops; i++)
		polls |= f->poll_loop[i];
	return polls && text_ops(f) * f->callers <= small;
}

bool plan_recursion(const struct plan *p, int unit, const char *fn,
		    struct recursion *ret)
{
	struct plan_fn *f = plan_resolve(p, unit, fn);
	struct recursion r = { 0 };

	if (!f || f->class != FN_ABOVE || !f->recursive)
		return false;
	for (int i = 0; i < f->facts->ncalls; i++) {
		const struct fact_call *c = &f->facts->calls[i];

		if (!c->callee || plan_resolve(p, unit, c->callee) != f)
			continue;
		r.calls++;
		r.in_loop |= c->loop >= 0 && f->facts->loops[c->loop].trip != 1;
	}
	r.ops = text_ops(f);
	*ret = r;
	return r.calls > 0;
}

bool plan_allocates(const struct plan *p, int unit, const char *fn)
{
	struct plan_fn *f = plan_resolve(p, unit, fn);

	return f ? f->allocates : is_allocator(fn);
}

bool plan_assume_width_safe(const struct plan *p)
{
	return p->assume_width_safe;
}

const struct facts *plan_facts(const struct plan *p, int unit)
{
	return p->units[unit];
}

/*
 * Each function has a second caller in the slow clones, so gcc inlines less
 * than it did: picosat executes 10 % more instructions.  These give it back
 * (3 %), and recursion its speed (measured with gcc 12, -O2).
 */
const char *const *plan_cflags(const struct plan *p, int unit)
{
	static const char *const inlining[] = {
		"-finline-functions", "--param=max-inline-insns-auto=60",
		"--param=inline-min-speedup=15", NULL
	};

	(void)p;
	(void)unit;
	return inlining;
}

static void report_loops(const struct plan_fn *f, struct strbuf *out)
{
	for (int i = 0; i < f->facts->nloops; i++)
		if (f->poll_loop[i])
			strbuf_addf(out,
				    "    poll in the loop at line %u: "
				    "about %.2g instructions an "
				    "iteration\n",
				    f->facts->loops[i].line, f->iteration[i]);
}

void plan_report(const struct plan *p, struct strbuf *out)
{
	static const char *const words[] = {
		[FN_FOREIGN] = "foreign",
		[FN_REFUSED] = "as written, polls off while it runs",
		[FN_TRIVIAL] = "as written, returns at once",
		[FN_BELOW] = "as written, below the polls",
		[FN_ABOVE] = "polls or tests",
	};

	if (p->covered > 0)
		strbuf_addf(out,
			    "polls by profile: %.1f %% of the run is near "
			    "one\n",
			    p->covered * 100);
	for (int i = 0; i < p->nfns; i++) {
		const struct plan_fn *f = &p->fns[i];

		strbuf_addf(out, "%s:%u: %s: %s", f->facts->file,
			    f->facts->line, f->facts->name, words[f->class]);
		if (f->facts->refused)
			strbuf_addf(out, " (line %u: %s)", f->facts->why_line,
				    f->facts->why);
		strbuf_addch(out, '\n');
		if (f->poll_entry)
			strbuf_addstr(out, "    poll at its entry: it calls "
					   "itself\n");
		report_loops(f, out);
	}
}
