/* SPDX-License-Identifier: MIT */
/*
 * Which gotos poll: an interpreter fetches from a counter that only grows
 * (`op = *pc++; goto *table[op];` or `pc += 2; goto *table[code[pc]];`), so it
 * loops for ever only where it sets the counter otherwise. The text from one
 * label to the next is a handler; what follows in one after the counter was
 * set polls before it goes on, and with it the handlers that this leads to.
 * A goto where no such counter is found polls.
 */
#include "instrument/dispatch.h"

#include <stdlib.h>

#include "common/base/xalloc.h"
#include "instrument/fn.h"
#include "instrument/fn_refuse.h"
#include "instrument/handlers.h"

/* ---- what there is ---- */

static bool add_label(struct dispatch *d, struct decl *label)
{
	int i = 0;

	for (; i < d->nlabels && d->labels[i]->name_at <= label->name_at; i++)
		if (d->labels[i] == label)
			return false;
	d->labels =
		xreallocarray(d->labels, d->nlabels + 1, sizeof(*d->labels));
	for (int k = d->nlabels++; k > i; k--)
		d->labels[k] = d->labels[k - 1];
	d->labels[i] = label;
	return true;
}

static bool find_labels(struct node *n, void *ctx)
{
	struct dispatch *d = ctx;

	if (n->kind == N_LABEL_ADDR && n->decl)
		add_label(d, n->decl);
	if (n->kind == N_INDIRECT_GOTO) {
		d->gotos = xreallocarray(d->gotos, d->ngotos + 1,
					 sizeof(*d->gotos));
		d->gotos[d->ngotos++] = n;
	}
	return true;
}

/* The goto whose operand n is a part of, or NULL. */
static struct node *goto_of(const struct node *n)
{
	struct node *p = n->parent;

	while (p && node_is_expr(p))
		p = p->parent;
	return p && p->kind == N_INDIRECT_GOTO ? p : NULL;
}

static struct decl *static_of(const struct node *n)
{
	struct node *p = n->parent;

	while (p && node_is_expr(p))
		p = p->parent;
	return p && p->kind == N_VAR && p->decl->kind == D_STATIC_LOCAL
		       ? p->decl
		       : NULL;
}

static bool has_table(const struct dispatch *d, const struct decl *t)
{
	for (int i = 0; i < d->ntables; i++)
		if (d->tables[i] == t)
			return true;
	return false;
}

/* Tables are what is initialised with labels; no label lies elsewhere. */
static bool find_tables(struct node *n, void *ctx)
{
	struct dispatch *d = ctx;
	struct decl *t;

	if (n->kind != N_LABEL_ADDR || goto_of(n))
		return true;
	t = static_of(n);
	if (!t)
		d->numbered = true;
	else if (!has_table(d, t)) {
		d->tables = xreallocarray(d->tables, d->ntables + 1,
					  sizeof(*d->tables));
		d->tables[d->ntables++] = t;
	}
	return true;
}

/* `table[i]` in the operand of a goto. */
static bool is_looked_up(const struct node *n)
{
	const struct node *p = n->parent;

	while (p && p->kind == N_PAREN) {
		n = p;
		p = p->parent;
	}
	return p && p->kind == N_INDEX && p->first == n && goto_of(p);
}

static bool find_other_uses(struct node *n, void *ctx)
{
	struct dispatch *d = ctx;

	if (n->kind == N_UNEVALUATED)
		return false;
	if (n->kind == N_REF && has_table(d, n->decl) && !is_looked_up(n))
		d->numbered = true;
	return true;
}

/* A table that shares its declaration with a variable would keep that from
 * being one for all clones. */
static bool stands_alone(const struct dispatch *d, const struct decl *t)
{
	const struct node *stmt = node_up(t->node, N_DECL_STMT);

	for (const struct node *n = stmt ? stmt->first : NULL; n; n = n->next)
		if (n->kind == N_VAR && !has_table(d, n->decl))
			return false;
	return stmt != NULL;
}

static bool find_inner_label(struct node *n, void *ctx)
{
	struct fn *fn = ctx;

	if (n->kind == N_LABEL && n->decl->address_taken &&
	    node_up(n, N_STMT_EXPR))
		fn_refuse(fn, n->begin,
			  xasprintf("it takes the address of label '%s' in a "
				    "statement expression",
				    n->decl->name));
	return true;
}

void dispatch_make(struct fn *fn)
{
	struct dispatch *d = xcalloc(1, sizeof(*d));

	node_walk(fn->body, find_labels, d);
	/* libclang refuses gotos where no label has its address taken */
	if (!d->nlabels) {
		free(d->gotos);
		free(d);
		return;
	}
	fn->dispatch = d;
	node_walk(fn->body, find_inner_label, fn);
	node_walk(fn->body, find_tables, d);
	node_walk(fn->body, find_other_uses, d);
	for (int i = 0; i < d->ntables; i++)
		d->numbered |= !stands_alone(d, d->tables[i]);
	if (d->numbered)
		d->ntables = 0;
}

void dispatch_free(struct fn *fn)
{
	if (!fn->dispatch)
		return;
	free(fn->dispatch->labels);
	free(fn->dispatch->tables);
	free(fn->dispatch->gotos);
	free(fn->dispatch->polls);
	free(fn->dispatch);
}

/* ---- the counter ---- */

struct counters {
	struct fn *fn;
	bool *is; /* by variable: what a dispatch fetches from */
	const struct decl *op; /* looked for: how it is assigned */
	bool fetched, other;
};

/* `*pc++`, `code[pc++]` */
static struct var *fetched(const struct node *n)
{
	const struct node *p = n->parent;

	if (n->kind != N_INCDEC || n->op != '+')
		return NULL;
	while (p && p->kind == N_PAREN) {
		n = p;
		p = p->parent;
	}
	if (!p || !((p->kind == N_UNARY && p->op == '*') ||
		    (p->kind == N_INDEX && p->last == n)))
		return NULL;
	while (n->kind == N_PAREN)
		n = n->first;
	return handlers_local(n->first);
}

static bool find_fetch(struct node *n, void *ctx)
{
	struct counters *c = ctx;
	struct var *v = fetched(n);

	if (v) {
		c->is[v->index] = true;
		c->fetched = true;
	}
	return n->kind != N_UNEVALUATED;
}

static bool fetches(struct counters *c, struct node *n)
{
	bool before = c->fetched, found;

	c->fetched = false;
	if (n)
		node_walk(n, find_fetch, c);
	found = c->fetched;
	c->fetched = before;
	return found;
}

/* Every value that the operation c->op gets must be fetched. */
static bool find_values(struct node *n, void *ctx)
{
	struct counters *c = ctx;
	struct node *value = NULL;

	if (n->kind == N_VAR && n->decl == c->op)
		value = n->init;
	else if (n->kind == N_ASSIGN && node_strip(n->first)->kind == N_REF &&
		 node_strip(n->first)->decl == c->op)
		value = n->last;
	else if (n->kind == N_INCDEC && node_strip(n->first)->kind == N_REF &&
		 node_strip(n->first)->decl == c->op)
		c->other = true;
	if (!value)
		return true;
	if (fetches(c, value))
		c->fetched = true;
	else
		c->other = true;
	return true;
}

static bool find_op(struct node *n, void *ctx)
{
	struct counters *c = ctx;
	struct var *v = n->kind == N_REF ? handlers_local(n) : NULL;
	struct counters sub = *c;

	if (!v || c->is[v->index])
		return n->kind != N_UNEVALUATED;
	sub.op = n->decl;
	sub.fetched = sub.other = false;
	node_walk(c->fn->body, find_values, &sub);
	c->fetched |= sub.fetched && !sub.other;
	return true;
}

static bool find_ref(struct node *n, void *ctx)
{
	struct counters *c = ctx;

	c->fetched |= n->kind == N_REF && n->decl == c->op;
	return n->kind != N_UNEVALUATED;
}

static bool names(struct counters *c, struct node *n, const struct var *v)
{
	struct counters sub = *c;

	sub.op = v->decl;
	sub.fetched = false;
	node_walk(n, find_ref, &sub);
	return sub.fetched;
}

/* Whether the statement before the goto moves what its operand names. */
static bool goes_behind_step(struct counters *c, const struct node *go)
{
	struct var *v = handlers_step_before(go, NULL);

	if (!v || !v->decl || !names(c, go->cond, v))
		return false;
	c->is[v->index] = true;
	return true;
}

/* Whether the goto goes where something says that it fetched. */
static bool goes_by_counter(struct counters *c, struct node *go)
{
	if (goes_behind_step(c, go))
		return true;
	c->fetched = false;
	node_walk(go->cond, find_fetch, c);
	if (!c->fetched)
		node_walk(go->cond, find_op, c);
	return c->fetched;
}

/* ---- which poll ---- */

/* Nothing behind the block is reached from it but by that jump. */
static bool leaves(const struct handlers *h, const struct node *n)
{
	(void)h;
	return n->kind == N_GOTO || n->kind == N_INDIRECT_GOTO ||
	       n->kind == N_RETURN;
}

static void plan_by_counter(struct fn *fn, const bool *is_counter)
{
	struct dispatch *d = fn->dispatch;
	struct handlers h = { .is_counter = is_counter, .leaves = leaves };

	for (int i = 0; i < d->nlabels; i++)
		handlers_add(&h, d->labels[i]->name_at);
	handlers_find(&h, fn->body);
	for (int i = 0; i < d->ngotos; i++)
		d->polls[i] |= handlers_reached(&h, d->gotos[i]->begin);
	handlers_release(&h);
}

void dispatch_plan(struct fn *fn)
{
	struct dispatch *d = fn->dispatch;
	struct counters c = { .fn = fn };

	if (!d)
		return;
	c.is = xcalloc(fn->nvars + 1, sizeof(bool));
	d->polls = xcalloc(d->ngotos + 1, sizeof(bool));
	for (int i = 0; i < d->ngotos; i++)
		d->polls[i] = !goes_by_counter(&c, d->gotos[i]);
	plan_by_counter(fn, c.is);
	free(c.is);
}

/* ---- questions ---- */

bool dispatch_polls(const struct fn *fn, const struct node *go)
{
	for (int i = 0; i < fn->dispatch->ngotos; i++)
		if (fn->dispatch->gotos[i] == go)
			return fn->dispatch->polls[i];
	return true;
}

int dispatch_number(const struct fn *fn, const struct decl *label)
{
	const struct dispatch *d = fn->dispatch;

	for (int i = 0; d && i < d->nlabels; i++)
		if (d->labels[i] == label)
			return i + 1;
	return 0;
}

bool dispatch_is_table(const struct fn *fn, const struct decl *d)
{
	return fn && fn->dispatch && has_table(fn->dispatch, d);
}

bool dispatch_leads_into(const struct fn *fn, const struct node *loop)
{
	const struct dispatch *d = fn->dispatch;

	for (int i = 0; d && i < d->nlabels; i++)
		if (d->labels[i]->name_at >= loop->begin &&
		    d->labels[i]->name_at < loop->end)
			return true;
	return false;
}
