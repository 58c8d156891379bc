/* SPDX-License-Identifier: MIT */
/*
 * Loops whose trip counts are known when an iteration around them starts:
 *
 *	int long = n * (3.0 + m * 12.0) > LIMIT;
 *	for (L) {
 *		poll
 *		if (long) { body with polls in its loops }
 *		else body as written
 *	}
 *
 * Where calls that may be stopped, or jumps, keep L from being written twice,
 * and where L is a loop without polls, the loops in it choose for themselves,
 * as a whole:
 *
 *	if ((n - i) * 12.0 > LIMIT) { loop with polls }
 *	else loop as written
 *
 * The estimate that the plan is made of takes a thousand for any count.  Here
 * the count decides, by one comparison: short nests run as the user wrote
 * them, and of long ones no iteration of L keeps a request waiting.
 */
#include "instrument/emit.h"

#include <stdlib.h>

#include "common/base/xalloc.h"
#include "instrument/facts.h"
#include "instrument/plan_cost.h"

/* Instructions, roughly, of an iteration that needs no polls: 3 ms. */
#define LIMIT "1e7"

struct nest {
	struct emit *e;
	struct fn *fn;
	const struct point_set *fast;
	const struct fact_fn *facts;
	int root;
	bool whole; /* the root is repeated as a whole */
	bool *inside; /* the comparison needs what the root's head sets */
};

static struct node *loop_of(const struct nest *t, int k)
{
	return t->fn->loops[k];
}

/* ---- what may be written twice ---- */

static bool find_obstacle(struct node *n, void *ctx)
{
	struct nest *t = ctx;

	switch (n->kind) {
	case N_LABEL:
	case N_CASE:
	case N_DEFAULT:
	case N_STMT_EXPR:
	case N_ASM:
	case N_LABEL_ADDR:
		t->root = -1;
		break;
	case N_COMPOUND_LITERAL:
		if (literal_has_address(n))
			t->root = -1;
		break;
	case N_VAR:
		if (n->decl->type->kind == T_VLA)
			t->root = -1;
		break;
	case N_CALL:
		if (t->fast->call(t->fast->ctx, n))
			t->root = -1;
		break;
	default:
		break;
	}
	return t->root >= 0;
}

static bool can_repeat(const struct nest *t)
{
	struct nest found = *t;

	node_walk(loop_of(t, t->root)->body, find_obstacle, &found);
	return found.root >= 0;
}

/* ---- counts, as text ---- */

enum end { LOW, HIGH };

static bool add_value(const struct nest *t, int k, struct node *n, enum end end,
		      struct strbuf *out);

static struct node *start_of(const struct node *n, const struct decl *d)
{
	struct node *init = node_strip(n->init);

	if (init && init->kind == N_EXPR_STMT)
		init = node_strip(init->first);
	if (init && init->kind == N_ASSIGN && !init->op)
		return init->last;
	for (struct node *v = init ? init->first : NULL; v; v = v->next)
		if (v->kind == N_VAR && v->decl == d)
			return v->init;
	return NULL;
}

/* The least or largest value of a counted loop's counter. */
static bool add_end(const struct nest *t, int k, enum end end,
		    struct strbuf *out)
{
	struct node *n = loop_of(t, k), *c;
	const struct decl *d = strip_counter(n);
	bool up;

	if (!d)
		return false;
	c = node_strip(n->cond);
	up = (c->op & 255) == '<' || c->op >> 8 == '<';
	if (up == (end == HIGH))
		return add_value(t, t->facts->loops[k].parent, c->last, end,
				 out);
	n = start_of(n, d);
	return n && add_value(t, t->facts->loops[k].parent, n, end, out);
}

/* A variable that does not change while the root's body runs, or the end of
 * the counter of a loop around k. */
static bool add_local(const struct nest *t, int k, const struct decl *d,
		      enum end end, struct strbuf *out)
{
	const struct node *root = loop_of(t, t->root);
	const struct var *v = fn_var(d);

	int stop = t->whole ? t->facts->loops[t->root].parent : t->root;
	size_t before = out->len;

	for (; k >= 0 && k != stop; k = t->facts->loops[k].parent)
		if (strip_counter(loop_of(t, k)) == d)
			return add_end(t, k, end, out);
	/* the root's own: its end does not change, so that the comparison
	 * may stand in front of the loop */
	if (!t->whole && strip_counter(root) == d &&
	    add_end(t, t->root, end, out))
		return true;
	strbuf_setlen(out, before);
	if (strip_is_written(root->body, d) ||
	    (v->scope_begin > root->begin &&
	     (t->whole || d != strip_counter(root))))
		return false;
	if (strip_counter(root) == d ||
	    (root->init && strip_is_written(root->init, d)))
		*t->inside = true;
	strbuf_addstr(out, "(double)");
	render_var(t->e, v, out);
	return true;
}

static bool add_value(const struct nest *t, int k, struct node *n, enum end end,
		      struct strbuf *out)
{
	const struct decl *d;

	n = node_strip(n);
	if (n->is_const_int) {
		strbuf_addf(out, "%lld.0", n->value);
		return true;
	}
	if (n->kind == N_BINARY && (n->op == '+' || n->op == '-') &&
	    node_strip(n->last)->is_const_int) {
		if (!add_value(t, k, n->first, end, out))
			return false;
		strbuf_addf(out, " %c %lld.0", n->op,
			    node_strip(n->last)->value);
		return true;
	}
	d = strip_local(n);
	return d && add_local(t, k, d, end, out);
}

static double own_cost(const struct nest *t, int k)
{
	const char *name = t->fn->decl->name;
	double cost = plan_iteration(t->e->plan, t->e->unit, name, k);

	for (int i = 0; i < t->facts->nloops; i++)
		if (t->facts->loops[i].parent == k)
			cost -= plan_iteration(t->e->plan, t->e->unit, name,
					       i) *
				cost_trips(t->facts->loops[i].trip);
	return cost > 1 ? cost : 1;
}

static bool add_cost(const struct nest *t, int k, struct strbuf *out);

static bool add_loop(const struct nest *t, int k, struct strbuf *out)
{
	struct strbuf low = STRBUF_INIT;
	bool ok;

	strbuf_addstr(out, " + (");
	ok = add_end(t, k, HIGH, out);
	if (ok && add_end(t, k, LOW, &low))
		strbuf_addf(out, " - (%s)", low.data);
	strbuf_addstr(out, ") * ");
	strbuf_release(&low);
	return ok && add_cost(t, k, out);
}

static bool add_cost(const struct nest *t, int k, struct strbuf *out)
{
	strbuf_addf(out, "(%.1f", own_cost(t, k));
	for (int i = 0; i < t->facts->nloops; i++)
		if (t->facts->loops[i].parent == k && !add_loop(t, i, out))
			return false;
	strbuf_addch(out, ')');
	return true;
}

/* ---- which ---- */

static bool is_inside(const struct nest *t, int k)
{
	for (k = t->facts->loops[k].parent; k >= 0;
	     k = t->facts->loops[k].parent)
		if (k == t->root)
			return true;
	return false;
}

static bool is_innermost(const struct nest *t, int k)
{
	for (int i = 0; i < t->facts->nloops; i++)
		if (t->facts->loops[i].parent == k)
			return false;
	return true;
}

/* Polls of the long version: not in a loop that cannot be strip-mined, whose
 * iterations are so short that they would show. */
static bool polls_inside(const struct nest *t, int k)
{
	return !is_innermost(t, k) || strip_fits(t->e, loop_of(t, k), k);
}

static bool is_worth_it(const struct nest *t)
{
	bool unknown = false, polls = false;

	for (int i = 0; i < t->facts->nloops; i++) {
		if (!is_inside(t, i))
			continue;
		unknown |= t->facts->loops[i].trip < 0;
		if (t->facts->loops[i].parent == t->root)
			polls |= polls_inside(t, i);
	}
	return unknown && polls;
}

static void guard_inside(const struct nest *t)
{
	for (int i = 0; i < t->facts->nloops; i++)
		if (is_inside(t, i)) {
			t->e->guarded[i] = true;
			t->e->guarded_poll[i] = polls_inside(t, i);
		}
}

/* Whether the iterations of the root can be written in two versions. */
static bool guard(struct nest *t)
{
	struct strbuf cost = STRBUF_INIT;

	if (!is_worth_it(t) || !can_repeat(t) || !add_cost(t, t->root, &cost)) {
		strbuf_release(&cost);
		return false;
	}
	t->e->guard[t->root] = strbuf_detach(&cost);
	guard_inside(t);
	return true;
}

/* The same of all of the root: as a loop in one that is none. */
static bool guard_whole(struct nest *t)
{
	struct strbuf cost = STRBUF_INIT;
	int k = t->root;

	if (t->facts->loops[k].trip >= 0 || !polls_inside(t, k) ||
	    !can_repeat(t) || !add_loop(t, k, &cost)) {
		strbuf_release(&cost);
		return false;
	}
	t->e->guard_whole[k] = strbuf_detach(&cost);
	t->e->guarded[k] = t->e->guarded_poll[k] = true;
	guard_inside(t);
	return true;
}

void guard_loops(struct emit *e, struct fn *fn, const struct point_set *fast)
{
	struct nest t = { .e = e, .fn = fn, .fast = fast };

	t.facts = facts_find(plan_facts(e->plan, e->unit), fn->decl->name);
	if (!t.facts || t.facts->nloops != fn->nloops)
		return;
	for (int k = 0; k < fn->nloops; k++) {
		t.root = k;
		t.inside = &e->guard_inside[k];
		if (e->guarded[k])
			continue;
		t.whole = !plan_poll_loop(e->plan, e->unit, fn->decl->name, k);
		if (!t.whole)
			guard(&t);
		else
			guard_whole(&t);
	}
}

bool guard_is_whole(const struct emit *e, int k)
{
	return e->cur == e->fast && e->guard_whole[k];
}

void guard_choose(struct emit *e, int k)
{
	strbuf_addf(&e->out, "if (__builtin_expect(0%s > " LIMIT ", 0)) { ",
		    e->guard_whole[k]);
}

bool guard_in_front(const struct emit *e, int k)
{
	return e->cur == e->fast && e->guard[k] && !e->guard_inside[k];
}

void guard_front(struct emit *e, int k)
{
	strbuf_addf(&e->out, "const int __ckpt_g%d = %s > " LIMIT "; ", k,
		    e->guard[k]);
}

void guard_body(struct emit *e, struct ir *ir, int k)
{
	if (e->cur != e->fast || !e->guard[k]) {
		emit_list(e, ir->a);
		return;
	}
	if (guard_in_front(e, k))
		strbuf_addf(&e->out, "if (__builtin_expect(__ckpt_g%d, 0)) { ",
			    k);
	else
		strbuf_addf(&e->out,
			    "if (__builtin_expect(%s > " LIMIT ", 0)) { ",
			    e->guard[k]);
	emit_list(e, ir->a);
	strbuf_addstr(&e->out, " } else {");
	render(e, ir->n->body, &e->out);
	strbuf_addstr(&e->out, " }");
}
