/* SPDX-License-Identifier: MIT */
#include "instrument/stepping.h"

#include <stdlib.h>

#include "common/base/xalloc.h"
#include "instrument/handlers.h"

/* A poll is some code: there may be as many as that. */
enum { MAX_POLLS = 12 };

struct stepping {
	const struct fn *fn;
	int k;
	const struct node *loop, *sw;
	bool *is_counter; /* by variable */
	bool *reads_text; /* by variable: what it leads to has one byte */
	struct handlers handlers;
	struct step_jump *jumps;
	int njumps, npolls;
	bool obstacle, set;
};

static bool is_endless(const struct node *n)
{
	if (n->kind == N_FOR)
		return !n->cond && !n->step;
	return n->kind == N_WHILE && node_strip(n->cond)->is_const_int &&
	       node_strip(n->cond)->value;
}

/* The switch that the loop's body ends in, or NULL. */
static const struct node *last_switch(const struct node *loop)
{
	const struct node *n = loop->body;

	if (n->kind == N_COMPOUND)
		for (n = n->first; n && n->next;)
			n = n->next;
	return n && n->kind == N_SWITCH && n->body->kind == N_COMPOUND ? n
								       : NULL;
}

static const struct node *target_of(const struct node *jump)
{
	const struct node *p = jump->parent;

	while (p && !node_is_loop(p) &&
	       (p->kind != N_SWITCH || jump->kind == N_CONTINUE))
		p = p->parent;
	return p;
}

/* Whether n ends the iteration. */
static bool ends_iteration(const struct stepping *s, const struct node *n)
{
	if (n->kind == N_BREAK)
		return target_of(n) == s->sw;
	return n->kind == N_CONTINUE && target_of(n) == s->loop;
}

static bool leaves(const struct handlers *h, const struct node *n)
{
	return n->kind == N_RETURN || ends_iteration(h->ctx, n);
}

/* ---- counters: what the code that the switch is on is read by ---- */

static bool find_counter(struct node *n, void *ctx)
{
	struct stepping *s = ctx;
	bool read = n->kind == N_INDEX || (n->kind == N_UNARY && n->op == '*');
	struct var *v = NULL;

	if (n->kind == N_INDEX)
		v = handlers_local(n->last);
	else if (read)
		v = handlers_local(n->first);
	if (v && n->type) {
		s->is_counter[v->index] = true;
		s->reads_text[v->index] |= n->type->size <= 1;
	}
	return n->kind != N_UNEVALUATED;
}

static bool find_obstacle(struct node *n, void *ctx)
{
	struct stepping *s = ctx;

	if (n->kind == N_LABEL || n->kind == N_GOTO || n->kind == N_ASM ||
	    n->kind == N_INDIRECT_GOTO || n->kind == N_STMT_EXPR)
		s->obstacle = true;
	return !s->obstacle;
}

/* Anything but `v += 2` and `v++` as a statement of its own. */
static bool find_set(struct node *n, void *ctx)
{
	struct stepping *s = ctx;
	struct var *v = NULL;

	if (n->kind == N_ASSIGN || n->kind == N_INCDEC)
		v = handlers_local(n->first);
	if (v && s->is_counter[v->index] && n->begin < s->sw->begin)
		s->is_counter[v->index] = false;
	else if (v && s->is_counter[v->index] && n->kind == N_ASSIGN && !n->op)
		s->set = true;
	return true;
}

/* ---- the jumps ---- */

static bool find_cases(struct node *n, void *ctx)
{
	struct stepping *s = ctx;

	if (n->kind == N_CASE || n->kind == N_DEFAULT)
		handlers_add(&s->handlers, n->begin);
	return n->kind != N_SWITCH;
}

static bool needs_poll(const struct stepping *s, const struct node *n)
{
	long long step = 0;
	struct var *v = handlers_step_before(n, &step);

	return !v || !s->is_counter[v->index] ||
	       (s->reads_text[v->index] && step == 1) ||
	       handlers_reached(&s->handlers, n->begin);
}

static bool find_jumps(struct node *n, void *ctx)
{
	struct stepping *s = ctx;
	bool polls;

	if ((n->kind != N_BREAK && n->kind != N_CONTINUE) ||
	    !ends_iteration(s, n))
		return true;
	polls = needs_poll(s, n);
	s->jumps = xreallocarray(s->jumps, s->njumps + 1, sizeof(*s->jumps));
	s->jumps[s->njumps++] = (struct step_jump){ n, s->k, polls };
	s->npolls += polls;
	return true;
}

static void find(struct stepping *s)
{
	struct node *sw = (struct node *)s->sw;

	node_walk(s->loop->body, find_obstacle, s);
	for (struct node *c = s->loop->body->first; c && c != sw->body;
	     c = c->next)
		if (c->begin < sw->begin)
			node_walk(c, find_counter, s);
	node_walk(sw->cond, find_counter, s);
	node_walk(s->loop->body, find_set, s);
	if (s->obstacle || !s->set)
		return;
	s->handlers.is_counter = s->is_counter;
	s->handlers.leaves = leaves;
	s->handlers.ctx = s;
	node_walk(sw->body, find_cases, s);
	handlers_find(&s->handlers, sw->body);
	node_walk(sw->body, find_jumps, s);
	handlers_release(&s->handlers);
}

static int take(struct stepping *s, struct step_jump **jumps, int njumps)
{
	if (s->npolls > MAX_POLLS || s->npolls == s->njumps)
		return njumps;
	*jumps = xreallocarray(*jumps, njumps + s->njumps, sizeof(**jumps));
	for (int i = 0; i < s->njumps; i++)
		(*jumps)[njumps++] = s->jumps[i];
	return njumps;
}

int stepping_find(const struct fn *fn, int k, struct step_jump **jumps,
		  int njumps)
{
	struct stepping s = { .fn = fn, .k = k, .loop = fn->loops[k] };

	s.sw = last_switch(s.loop);
	if (!is_endless(s.loop) || !s.sw)
		return njumps;
	s.is_counter = xcalloc(fn->nvars + 1, sizeof(bool));
	s.reads_text = xcalloc(fn->nvars + 1, sizeof(bool));
	find(&s);
	njumps = take(&s, jumps, njumps);
	free(s.jumps);
	free(s.is_counter);
	free(s.reads_text);
	return njumps;
}
