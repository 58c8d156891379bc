/* SPDX-License-Identifier: MIT */
#include "instrument/plan_profile.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/hash.h"
#include "common/base/xalloc.h"
#include "instrument/facts.h"

/* Windows that may go without a poll. */
static const double left_out = 0.005;
/* With more of them lost, the profile is of another program. */
static const double foreign_share = 0.05;
/* Fewer windows say nothing. */
static const double min_windows = 10;
/* Polls a second that nobody notices. */
static const double free_polls = 1e4;
/* Of a test behind a call, against a poll. */
static const double test_cost = 2;
/* A counted loop without calls is strip-mined: some polls are saved. */
static const double strip_share = 1.0 / 64;
enum { MAX_TOLD = 5 };

struct candidate {
	struct plan_fn **fns; /* one, or a header's in several units */
	int nfns;
	int loop; /* PROFILE_LOOP */
	enum profile_kind kind;
	double visits;
	bool chosen;
};

/* What is known of a function, by its index in the plan. */
struct seen {
	double entries, gotos;
	bool visited, above;
	int *callers; /* that waited for it */
	int ncallers;
};

struct cover {
	struct plan *p;
	const struct profile *profile;
	struct strbuf *told;
	struct candidate *candidates; /* by the profile's point */
	struct seen *seen;
	struct hash *by_place; /* "name x.c:12": struct list */
	double *covered; /* per window: chosen points in it */
	double total, done;
	bool *mark;
};

/* ---- the profile's names and the program's -------------------------------------- */

struct list {
	struct plan_fn **v;
	int n;
};

static void list_free(void *value)
{
	struct list *l = value;

	free(l->v);
	free(l);
}

static const char *base_of(const char *file)
{
	const char *slash = strrchr(file, '/');

	return slash ? slash + 1 : file;
}

static void index_functions(struct cover *c)
{
	c->by_place = hash_new(list_free);
	for (int i = 0; i < c->p->nfns; i++) {
		struct plan_fn *f = &c->p->fns[i];
		char *key = xasprintf("%s %s", f->facts->name,
				      base_of(f->facts->file));
		struct list *l = hash_get(c->by_place, key);

		if (!l) {
			l = xcalloc(1, sizeof(*l));
			hash_set(c->by_place, key, l);
		}
		l->v = xreallocarray(l->v, l->n + 1, sizeof(*l->v));
		l->v[l->n++] = f;
		free(key);
	}
}

/* The line may have moved; name and file are the function. */
static const struct list *find(const struct cover *c,
			       const struct profile_fn *fn)
{
	char *key = xasprintf("%s %.*s", fn->name, (int)strcspn(fn->where, ":"),
			      fn->where);
	const struct list *l = hash_get(c->by_place, key);

	free(key);
	return l;
}

static int find_loop(const struct plan_fn *f, const char *where)
{
	for (int i = 0; i < f->facts->nloops; i++) {
		const struct fact_loop *l = &f->facts->loops[i];
		char *at = xasprintf(":%u:%u", l->line, l->col);
		const char *colon = strchr(where, ':');
		bool same = colon && !strcmp(colon, at);

		free(at);
		if (same)
			return i;
	}
	return -1;
}

static struct seen *seen_of(const struct cover *c, const struct plan_fn *f)
{
	return &c->seen[f - c->p->fns];
}

static void note_visits(struct cover *c, const struct profile_point *pt,
			const struct list *l)
{
	for (int i = 0; i < l->n; i++) {
		struct seen *s = seen_of(c, l->v[i]);

		s->visited |= pt->visits > 0;
		if (pt->kind == PROFILE_ENTRY)
			s->entries += pt->visits;
		if (pt->kind == PROFILE_GOTO)
			s->gotos += pt->visits;
	}
}

/* Whether the point is in the program. */
static bool match(struct cover *c, int i)
{
	const struct profile_point *pt = &c->profile->points[i];
	struct candidate *x = &c->candidates[i];
	const struct list *l = find(c, &pt->fn);

	if (!l)
		return false;
	x->kind = pt->kind;
	x->visits = pt->visits;
	x->loop = -1;
	if (pt->kind == PROFILE_LOOP) {
		x->loop = find_loop(l->v[0], pt->where);
		if (x->loop < 0)
			return false;
	}
	x->fns = l->v;
	x->nfns = l->n;
	note_visits(c, pt, l);
	return true;
}

static void match_points(struct cover *c)
{
	static const char *const words[] = { "loop", "entry", "goto" };
	int stale = 0;

	for (int i = 0; i < c->profile->npoints; i++) {
		const struct profile_point *pt = &c->profile->points[i];

		if (match(c, i) || stale++ >= MAX_TOLD)
			continue;
		strbuf_addf(c->told,
			    "the %s at %s of '%s' is not in this program: "
			    "ignored\n",
			    words[pt->kind], pt->where, pt->fn.name);
	}
	if (stale > MAX_TOLD)
		strbuf_addf(c->told, "so are %d more; profile it again\n",
			    stale - MAX_TOLD);
}

static void match_edges(struct cover *c)
{
	for (int i = 0; i < c->profile->nedges; i++) {
		const struct list *from = find(c, &c->profile->edges[i].caller);
		const struct list *to = find(c, &c->profile->edges[i].callee);

		for (int k = 0; from && to && k < to->n; k++) {
			struct seen *s = seen_of(c, to->v[k]);

			for (int m = 0; m < from->n; m++) {
				s->callers = xreallocarray(s->callers,
							   s->ncallers + 1,
							   sizeof(int));
				s->callers[s->ncallers++] =
					(int)(from->v[m] - c->p->fns);
			}
		}
	}
}

/* ---- who must be able to leave for a poll in f ----------------------------------- */

static bool may_call(const struct cover *c, const struct plan_fn *g,
		     const struct plan_fn *f)
{
	for (int i = 0; i < g->facts->ncalls; i++) {
		const struct fact_call *x = &g->facts->calls[i];

		if (x->callee ? plan_resolve(c->p, g->unit, x->callee) == f
			      : f->taken &&
					plan_same_type(f->facts->type, x->type))
			return true;
	}
	return false;
}

static void mark_callers(struct cover *c, int f)
{
	const struct seen *s = &c->seen[f];

	if (c->mark[f] || c->p->fns[f].facts->refused)
		return;
	c->mark[f] = true;
	for (int i = 0; i < s->ncallers; i++)
		mark_callers(c, s->callers[i]);
	/* too short to be seen waiting: whoever ran and may call it */
	for (int g = 0; g < c->p->nfns && !s->ncallers; g++)
		if (c->seen[g].visited &&
		    may_call(c, &c->p->fns[g], &c->p->fns[f]))
			mark_callers(c, g);
}

static void mark_way(struct cover *c, const struct candidate *x)
{
	memset(c->mark, 0, c->p->nfns * sizeof(bool));
	for (int i = 0; i < x->nfns; i++)
		mark_callers(c, (int)(x->fns[i] - c->p->fns));
}

/* ---- choosing -------------------------------------------------------------------- */

static bool is_stripped(const struct candidate *x)
{
	const struct fact_fn *f = x->fns[0]->facts;

	if (x->kind != PROFILE_LOOP || f->loops[x->loop].trip == TRIP_UNKNOWN)
		return false;
	for (int i = 0; i < f->nloops; i++)
		if (f->loops[i].parent == x->loop)
			return false;
	for (int i = 0; i < f->ncalls; i++)
		if (f->calls[i].loop == x->loop)
			return false;
	return true;
}

static double cost_of(struct cover *c, const struct candidate *x)
{
	double cost = x->visits * (is_stripped(x) ? strip_share : 1);

	mark_way(c, x);
	for (int i = 0; i < c->p->nfns; i++)
		if (c->mark[i] && !c->seen[i].above)
			cost += c->seen[i].entries * test_cost +
				c->seen[i].gotos;
	return cost + c->profile->seconds * free_polls;
}

static bool holds(const struct profile_window *w, int point)
{
	for (int i = 0; i < w->npoints; i++)
		if (w->points[i] == point)
			return true;
	return false;
}

/* The weight of the windows that only this point would meet. */
static double gain_of(const struct cover *c, int point)
{
	double gain = 0;

	for (int i = 0; i < c->profile->nwindows; i++)
		if (!c->covered[i] && holds(&c->profile->windows[i], point))
			gain += c->profile->windows[i].weight;
	return gain;
}

static void choose(struct cover *c, int point, int sign)
{
	struct candidate *x = &c->candidates[point];

	x->chosen = sign > 0;
	for (int i = 0; i < c->profile->nwindows; i++) {
		const struct profile_window *w = &c->profile->windows[i];

		if (!holds(w, point))
			continue;
		if (sign > 0 && !c->covered[i])
			c->done += w->weight;
		c->covered[i] += sign;
		if (!c->covered[i])
			c->done -= w->weight;
	}
	mark_way(c, x);
	for (int i = 0; i < c->p->nfns && sign > 0; i++)
		c->seen[i].above |= c->mark[i];
}

/* Greedy: the least cost for a window that is still to be met. */
static bool choose_best(struct cover *c)
{
	int best = -1;
	double least = 0;

	for (int i = 0; i < c->profile->npoints; i++) {
		double gain, each;

		if (!c->candidates[i].nfns || c->candidates[i].chosen)
			continue;
		gain = gain_of(c, i);
		if (gain <= 0)
			continue;
		each = cost_of(c, &c->candidates[i]) / gain;
		if (best < 0 || each < least) {
			best = i;
			least = each;
		}
	}
	if (best >= 0)
		choose(c, best, 1);
	return best >= 0;
}

/* What was chosen early may be met by what was chosen later. */
static void drop_needless(struct cover *c)
{
	for (int i = 0; i < c->profile->npoints; i++) {
		double before = c->done;

		if (!c->candidates[i].chosen)
			continue;
		choose(c, i, -1);
		if (c->done < before)
			choose(c, i, 1);
	}
}

/* ---- the plan -------------------------------------------------------------------- */

static void forget_estimate(struct cover *c)
{
	for (int i = 0; i < c->p->nfns; i++) {
		struct plan_fn *f = &c->p->fns[i];

		if (!c->seen[i].visited || f->class < FN_BELOW)
			continue;
		f->class = strcmp(f->facts->name, "main") ? FN_BELOW : FN_ABOVE;
		f->measured = true;
		f->poll_entry = false;
		memset(f->poll_loop, 0, f->facts->nloops * sizeof(bool));
	}
}

static void apply(struct cover *c, const struct candidate *x)
{
	mark_way(c, x);
	for (int i = 0; i < c->p->nfns; i++)
		if (c->mark[i] && c->p->fns[i].class == FN_BELOW)
			c->p->fns[i].class = FN_ABOVE;
	for (int i = 0; i < x->nfns; i++) {
		struct plan_fn *f = x->fns[i];

		if (x->kind == PROFILE_ENTRY)
			f->poll_entry = true;
		else if (x->kind == PROFILE_LOOP && x->loop < f->facts->nloops)
			f->poll_loop[x->loop] = true;
	}
}

static double known_weight(const struct cover *c)
{
	double known = 0;

	for (int i = 0; i < c->profile->nwindows; i++) {
		const struct profile_window *w = &c->profile->windows[i];

		for (int k = 0; k < w->npoints; k++)
			if (c->candidates[w->points[k]].nfns) {
				known += w->weight;
				break;
			}
	}
	return known;
}

static bool is_of_use(const struct cover *c)
{
	if (c->total < min_windows) {
		strbuf_addf(c->told,
			    "a run of %.3g seconds tells too little: polls are "
			    "placed by estimate\n",
			    c->profile->seconds);
		return false;
	}
	if (known_weight(c) < c->total * (1 - foreign_share)) {
		strbuf_addstr(c->told, "it is of another program: polls are "
				       "placed by estimate\n");
		return false;
	}
	return true;
}

static void cover_init(struct cover *c)
{
	c->candidates =
		xcalloc(c->profile->npoints + 1, sizeof(*c->candidates));
	c->seen = xcalloc(c->p->nfns + 1, sizeof(*c->seen));
	c->mark = xcalloc(c->p->nfns + 1, sizeof(bool));
	c->covered = xcalloc(c->profile->nwindows + 1, sizeof(double));
	for (int i = 0; i < c->profile->nwindows; i++)
		c->total += c->profile->windows[i].weight;
}

static void cover_release(struct cover *c)
{
	for (int i = 0; i < c->p->nfns; i++)
		free(c->seen[i].callers);
	hash_free(c->by_place);
	free(c->candidates);
	free(c->seen);
	free(c->mark);
	free(c->covered);
}

void plan_by_profile(struct plan *p, const struct profile *profile,
		     struct strbuf *told)
{
	struct cover c = { .p = p, .profile = profile, .told = told };

	cover_init(&c);
	index_functions(&c);
	match_points(&c);
	match_edges(&c);
	if (is_of_use(&c)) {
		while (c.done < c.total * (1 - left_out))
			if (!choose_best(&c))
				break;
		drop_needless(&c);
		forget_estimate(&c);
		for (int i = 0; i < profile->npoints; i++)
			if (c.candidates[i].chosen)
				apply(&c, &c.candidates[i]);
		p->covered = c.done / c.total;
	}
	cover_release(&c);
}
