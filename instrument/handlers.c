/* SPDX-License-Identifier: MIT */
#include "instrument/handlers.h"

#include <stdlib.h>

#include "common/base/xalloc.h"

struct var *handlers_local(const struct node *n)
{
	struct node *s = node_strip((struct node *)n);
	struct var *v = s && s->kind == N_REF ? fn_var(s->decl) : NULL;

	return v && !v->mem ? v : NULL;
}

/* ---- where the counter may be set ---- */

/* Text that is reached with a counter set. */
struct reach {
	size_t begin, end;
};

static int handler_at(const struct handlers *h, size_t at)
{
	int i = 0;

	while (i < h->nstarts && h->starts[i] <= at)
		i++;
	return i;
}

static size_t handler_begin(const struct handlers *h, int i)
{
	return i ? h->starts[i - 1] : h->begin;
}

static size_t handler_end(const struct handlers *h, int i)
{
	return i < h->nstarts ? h->starts[i] : h->end;
}

bool handlers_reached(const struct handlers *h, size_t at)
{
	for (int i = 0; i < h->nreach; i++)
		if (at >= h->reach[i].begin && at < h->reach[i].end)
			return true;
	return false;
}

static void add_reach(struct handlers *h, size_t begin, size_t end)
{
	h->reach = xreallocarray(h->reach, h->nreach + 1, sizeof(*h->reach));
	h->reach[h->nreach++] = (struct reach){ begin, end };
	h->changed = true;
}

static bool is_jump(const struct node *n)
{
	return n->kind == N_GOTO || n->kind == N_INDIRECT_GOTO ||
	       n->kind == N_RETURN || n->kind == N_BREAK ||
	       n->kind == N_CONTINUE;
}

static bool is_leaf(const struct node *n)
{
	return is_jump(n) || n->kind == N_EXPR_STMT || n->kind == N_DECL_STMT ||
	       n->kind == N_ASM;
}

static bool sets_counter(const struct handlers *h, const struct node *n)
{
	struct var *v = NULL;

	if (n->kind == N_ASSIGN || (n->kind == N_INCDEC && n->op == '-'))
		v = handlers_local(n->first);
	if (!v || !h->is_counter[v->index])
		return false;
	return n->kind != N_ASSIGN || n->op != '+' || !n->last->is_const_int ||
	       n->last->value < 0;
}

static bool ends_in_jump(const struct handlers *h, const struct node *block)
{
	const struct node *n = block->first;

	while (n && n->next)
		n = n->next;
	return n && h->leaves(h, n);
}

/* What may be reached from n without leaving handler i. */
static struct reach reach_of(const struct handlers *h, const struct node *n,
			     int i)
{
	struct reach r = { n->begin, handler_end(h, i) };
	const struct node *p = n->parent;

	for (; p && p->begin >= handler_begin(h, i); p = p->parent) {
		if (node_is_loop(p))
			r.begin = p->begin;
		if (p->kind == N_COMPOUND && p->end < r.end &&
		    ends_in_jump(h, p)) {
			r.end = p->end;
			break;
		}
	}
	return r;
}

static bool find_sets(struct node *n, void *ctx)
{
	struct handlers *h = ctx;
	int i = handler_at(h, n->begin);
	struct reach r;

	if (is_leaf(n))
		h->last[i] = n;
	if (i && sets_counter(h, n)) {
		r = reach_of(h, n, i);
		add_reach(h, r.begin, r.end);
	}
	return true;
}

static void reach_handler(struct handlers *h, int i)
{
	if (!handlers_reached(h, handler_begin(h, i)))
		add_reach(h, handler_begin(h, i), handler_end(h, i));
}

/* A backward goto has its own poll. */
static bool find_ways_on(struct node *n, void *ctx)
{
	struct handlers *h = ctx;

	if (n->kind == N_GOTO && n->decl && n->decl->name_at >= n->begin &&
	    handlers_reached(h, n->begin))
		reach_handler(h, handler_at(h, n->decl->name_at));
	return true;
}

static bool falls_through(const struct handlers *h, int i)
{
	size_t from = handler_begin(h, i);
	const struct node *n = h->last[i];

	if (!n || !is_jump(n))
		return true;
	for (n = n->parent; n && n->begin >= from; n = n->parent)
		if (n->kind == N_IF || n->kind == N_SWITCH || node_is_loop(n))
			return true;
	return false;
}

void handlers_find(struct handlers *h, struct node *body)
{
	h->begin = body->begin;
	h->end = body->end;
	h->last = xcalloc(h->nstarts + 1, sizeof(struct node *));
	node_walk(body, find_sets, h);
	do {
		h->changed = false;
		node_walk(body, find_ways_on, h);
		for (int i = 1; i < h->nstarts; i++)
			if (handlers_reached(h, handler_end(h, i) - 1) &&
			    falls_through(h, i))
				reach_handler(h, i + 1);
	} while (h->changed);
}

void handlers_add(struct handlers *h, size_t at)
{
	h->starts =
		xreallocarray(h->starts, h->nstarts + 1, sizeof(*h->starts));
	h->starts[h->nstarts++] = at;
}

void handlers_release(struct handlers *h)
{
	free(h->starts);
	free(h->reach);
	free(h->last);
}

/* ---- steps ---- */

/* `v++;`, `v += 2;`: the variable, or NULL */
static struct var *stepped(const struct node *stmt, long long *ret_step)
{
	const struct node *n = stmt;

	while (n && (n->kind == N_CASE || n->kind == N_DEFAULT ||
		     n->kind == N_LABEL))
		n = n->body;
	n = n && n->kind == N_EXPR_STMT ? node_strip(n->first) : NULL;
	if (!n || (n->kind != N_INCDEC && n->kind != N_ASSIGN) || n->op != '+')
		return NULL;
	if (n->kind == N_ASSIGN &&
	    (!n->last->is_const_int || n->last->value <= 0))
		return NULL;
	if (ret_step)
		*ret_step = n->kind == N_ASSIGN ? n->last->value : 1;
	return handlers_local(n->first);
}

struct var *handlers_step_before(const struct node *jump, long long *ret_step)
{
	const struct node *n = jump->parent ? jump->parent->first : NULL;

	if (!n || n == jump || jump->parent->kind != N_COMPOUND)
		return NULL;
	while (n && n->next != jump)
		n = n->next;
	return stepped(n, ret_step);
}
