/* SPDX-License-Identifier: MIT */
/*
 * Strip mining: for (init; i < n; i++) body   becomes
 *
 *	for (init; i < n; ) {
 *		poll
 *		limit = n - i > CHUNK ? i + CHUNK : n;
 *		for (; i < limit; i++) body
 *	}
 *
 * The poll stands where the loop's own poll does, behind a condition that
 * held, so that the resume point is the same.  Only for a counter and a bound
 * that nothing in the body changes; then the inner loop is as simple as the
 * user's and the compiler may vectorise it.
 */
#include "instrument/emit.h"

#include <stdlib.h>

#include "common/base/xalloc.h"

/* Instructions between two polls, roughly: 0.1 ms. */
static const double strip_cost = 3e5;
/* Above this, one poll an iteration does not show. */
static const double short_iteration = 1000;

struct writes {
	const struct decl *decl;
	bool found;
};

static bool find_write(struct node *n, void *ctx)
{
	struct writes *w = ctx;
	const struct node *to;

	if (n->kind != N_ASSIGN && n->kind != N_INCDEC)
		return n->kind != N_UNEVALUATED;
	to = node_strip(n->first);
	if (to->kind == N_REF && to->decl == w->decl)
		w->found = true;
	return true;
}

bool strip_is_written(struct node *body, const struct decl *d)
{
	struct writes w = { d, false };

	node_walk(body, find_write, &w);
	return w.found;
}

const struct decl *strip_local(const struct node *n)
{
	struct var *v = n->kind == N_REF ? fn_var(n->decl) : NULL;

	if (!v || v->mem || n->decl->is_volatile)
		return NULL;
	return n->decl;
}

static bool is_integer(const struct type *t)
{
	return t && t->kind >= T_CHAR && t->kind <= T_ULLONG;
}

/* i++, i--, i += 3: 1, -1, 3; 0 for anything else. */
static long long step_of(struct node *step, const struct decl *d)
{
	struct node *n = node_strip(step);
	struct node *to = n ? node_strip(n->first) : NULL;

	if (!to || to->kind != N_REF || to->decl != d)
		return 0;
	if (n->kind == N_INCDEC)
		return n->op == '+' ? 1 : -1;
	if (n->kind != N_ASSIGN || (n->op != '+' && n->op != '-') ||
	    !n->last->is_const_int || n->last->value <= 0 ||
	    n->last->value > 64)
		return 0;
	return n->op == '+' ? n->last->value : -n->last->value;
}

/* Whether a value of that type can be `value`: `c < 256` is true of any c. */
static bool fits(const struct type *t, long long value)
{
	int bits = (int)t->size * 8 - t->is_signed;

	if (value < 0 && !t->is_signed)
		return false;
	return bits >= 63 || (value < 0 ? ~value : value) >> bits == 0;
}

/* Labels, and cases of a switch around it. */
static bool has_entry(const struct node *n, bool in_switch)
{
	if (n->kind == N_LABEL)
		return true;
	if ((n->kind == N_CASE || n->kind == N_DEFAULT) && !in_switch)
		return true;
	in_switch |= n->kind == N_SWITCH;
	for (const struct node *c = n->first; c; c = c->next)
		if (has_entry(c, in_switch))
			return true;
	return false;
}

static bool direction_fits(int op, long long step)
{
	if (op == '<' || op == NODE_OP2('<', '='))
		return step > 0;
	return (op == '>' || op == NODE_OP2('>', '=')) && step < 0;
}

/* Computed from locals that the body leaves alone, in the counter's type. */
static bool is_steady(struct node *n, struct node *body,
		      const struct type *type)
{
	const struct decl *d;

	n = node_strip(n);
	if (n->is_const_int)
		return is_integer(n->type) && fits(type, n->value);
	if (n->kind == N_BINARY && (n->op == '+' || n->op == '-'))
		return n->type == type && is_steady(n->first, body, type) &&
		       is_steady(n->last, body, type);
	d = strip_local(n);
	return d && d->type == type && !strip_is_written(body, d);
}

const struct decl *strip_counter(const struct node *n)
{
	struct node *c = n->kind == N_FOR ? node_strip(n->cond) : NULL;
	const struct decl *i;

	if (!c || c->kind != N_BINARY)
		return NULL;
	i = strip_local(c->first);
	return i && is_integer(i->type) &&
			       direction_fits(c->op, step_of(n->step, i)) &&
			       !strip_is_written(n->body, i)
		       ? i
		       : NULL;
}

bool strip_fits(struct emit *e, const struct node *n, int k)
{
	double each = plan_iteration(e->plan, e->unit, e->fn->decl->name, k);
	const struct decl *i = strip_counter(n);

	return i && each <= short_iteration &&
	       is_steady(node_strip(n->cond)->last, n->body, i->type) &&
	       /* who jumps in does not come by the limit */
	       !has_entry(n->body, false);
}

bool strip_is_possible(struct emit *e, const struct ir *ir, int k)
{
	if (!ir->poll || ir->pre)
		return false;
	for (const struct ir *b = ir->a; b; b = b->next)
		if (b->active)
			return false;
	for (const struct ir *b = ir->step; b; b = b->next)
		if (b->active)
			return false;
	return strip_fits(e, ir->n, k);
}

static void add_limit(struct emit *e, struct node *c, long long chunk)
{
	struct strbuf i = STRBUF_INIT, bound = STRBUF_INIT;
	bool up = c->op == '<' || c->op == NODE_OP2('<', '=');

	render(e, c->first, &i);
	render(e, c->last, &bound);
	strbuf_addf(&e->out,
		    "__typeof__(((void)0, (%s))) __ckpt_limit = (unsigned "
		    "long long)(%s) - (unsigned long long)(%s) > %lldull ? "
		    "(%s) %c %lld : (%s); ",
		    i.data, up ? bound.data : i.data, up ? i.data : bound.data,
		    chunk, i.data, up ? '+' : '-', chunk, bound.data);
	strbuf_release(&i);
	strbuf_release(&bound);
}

static void add_operator(struct emit *e, int op)
{
	if (op > 255)
		strbuf_addch(&e->out, op >> 8);
	strbuf_addch(&e->out, op & 255);
}

static void add_inner(struct emit *e, struct ir *ir)
{
	struct node *n = ir->n, *c = node_strip(n->cond);

	strbuf_addstr(&e->out, "for (; ");
	render(e, c->first, &e->out);
	strbuf_addch(&e->out, ' ');
	add_operator(e, c->op);
	strbuf_addstr(&e->out, " __ckpt_limit; ");
	render(e, n->step, &e->out);
	strbuf_addstr(&e->out, ") { ");
	emit_list(e, ir->a);
	strbuf_addstr(&e->out, " }");
}

void emit_stripped(struct emit *e, struct ir *ir, int k, bool with_init)
{
	struct node *c = node_strip(ir->n->cond);
	double each = plan_iteration(e->plan, e->unit, e->fn->decl->name, k);
	long long step = step_of(ir->n->step, strip_local(c->first));
	long long chunk = (long long)(strip_cost / (each + 1)) + 1;
	char *outer = e->on_break[k];

	if (chunk > 16384)
		chunk = 16384;
	chunk *= step < 0 ? -step : step;
	strbuf_addstr(&e->out, "{ ");
	emit_for_init(e, ir, with_init);
	render(e, ir->n->cond, &e->out);
	strbuf_addstr(&e->out, "; ) { ");
	emit_poll(e, ir->point);
	strbuf_addch(&e->out, ' ');
	add_limit(e, c, chunk);
	e->on_break[k] = xasprintf("__ckpt_X%d_%d", k, e->copy);
	add_inner(e, ir);
	strbuf_addf(&e->out, " } %s:; }", e->on_break[k]);
	free(e->on_break[k]);
	e->on_break[k] = outer;
}
