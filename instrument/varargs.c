/* SPDX-License-Identifier: MIT */
#include "instrument/varargs.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "instrument/fn_refuse.h"
#include "instrument/ir.h"
#include "instrument/live.h"

bool varargs_is_list(const struct decl *d)
{
	return d->type->kind == T_VA_LIST &&
	       (d->kind == D_LOCAL || d->kind == D_PARAM);
}

static bool calls(const struct node *n, const char *name)
{
	const struct decl *d = n->kind == N_CALL ? call_target(n) : NULL;

	return d && !strcmp(d->name, name);
}

bool varargs_is_start(const struct node *n)
{
	return calls(n, "__builtin_va_start");
}

struct var *varargs_set_by(const struct node *n)
{
	struct node *list;

	if (!varargs_is_start(n) && !calls(n, "__builtin_va_copy"))
		return NULL;
	list = node_strip(n->first->next);
	return list && list->kind == N_REF ? fn_var(list->decl) : NULL;
}

void varargs_add_rest(struct fn *fn)
{
	struct var *v;

	if (fn->decl->type->kind != T_FUNCTION || !fn->decl->type->variadic)
		return;
	v = xcalloc(1, sizeof(*v));
	v->name = xstrdup("...");
	v->stable = xstrdup("...");
	v->index = fn->nvars;
	fn->vars = xreallocarray(fn->vars, fn->nvars + 1, sizeof(*fn->vars));
	fn->vars[fn->nvars++] = v;
	fn->rest = v;
}

/* ---- what cannot be followed ---- */

static bool holds_list(const struct type *t)
{
	while (t->kind == T_ARRAY)
		t = t->elem;
	if (t->kind == T_VA_LIST)
		return true;
	if (t->kind != T_STRUCT && t->kind != T_UNION)
		return false;
	for (int i = 0; i < t->nfields; i++)
		if (holds_list(t->fields[i].type))
			return true;
	return false;
}

/* `&ap` as an argument; any other may outlive the call. */
static bool is_lent(const struct node *n)
{
	const struct node *p = n->parent;

	while (p && p->kind == N_PAREN) {
		n = p;
		p = p->parent;
	}
	return p && p->kind == N_CALL && p->first != n;
}

static const struct decl *list_pointed_to(struct node *n)
{
	struct node *of;

	if (n->kind != N_UNARY || n->op != '&')
		return NULL;
	of = node_strip(n->first);
	return of && of->kind == N_REF && of->decl && fn_var(of->decl) &&
			       varargs_is_list(of->decl)
		       ? of->decl
		       : NULL;
}

static bool find_kept(struct node *n, void *ctx)
{
	struct fn *fn = ctx;

	if (list_pointed_to(n) && !is_lent(n))
		fn_refuse(fn, n->begin,
			  xasprintf("it keeps the address of '%s'",
				    list_pointed_to(n)->name));
	if ((varargs_is_start(n) || calls(n, "__builtin_va_copy")) &&
	    !varargs_set_by(n))
		fn_refuse(fn, n->begin,
			  xstrdup("it keeps a va_list in an object"));
	return true;
}

void varargs_refuse(struct fn *fn)
{
	for (int i = 0; i < fn->nlocals; i++) {
		struct decl *d = fn->vars[i]->decl;

		if (d && !varargs_is_list(d) && holds_list(d->type))
			fn_refuse(fn, d->name_at,
				  xasprintf("'%s' holds a va_list", d->name));
	}
	node_walk(fn->body, find_kept, fn);
}

/* ---- masks ---- */

static bool any_call(void *ctx, const struct node *call)
{
	(void)ctx;
	return fn_call_is_candidate(call);
}

static bool any_loop(void *ctx, int loop)
{
	(void)ctx;
	return loop >= 0;
}

static bool find_lent(struct node *n, void *ctx)
{
	bool *found = ctx;

	*found |= list_pointed_to(n) != NULL;
	return !*found;
}

static bool in_use_at(const struct fn *fn, const struct point *p)
{
	bool lent = false;

	for (int i = 0; i < p->nvars; i++) {
		const struct var *v = p->vars[i];

		if (v == fn->rest || (v->decl && varargs_is_list(v->decl)))
			return true;
	}
	if (p->kind == POINT_CALL)
		node_walk(p->node, find_lent, &lent);
	return lent;
}

static bool has_lists(const struct fn *fn)
{
	for (int i = 0; i < fn->nlocals; i++)
		if (fn->vars[i]->decl && varargs_is_list(fn->vars[i]->decl))
			return true;
	return false;
}

/* What live.c has found is for the lowering that is emitted to find again. */
static void forget_vars(struct point *p)
{
	free(p->vars);
	free(p->maybe);
	p->vars = NULL;
	p->maybe = NULL;
	p->nvars = 0;
	p->alive = false;
}

void varargs_mask(struct fn *fn)
{
	struct point_set all = { any_call, any_loop, true, true, NULL, false };
	struct lowered *l;

	if (fn->refused || !has_lists(fn))
		return;
	l = lower_fn(fn, &all);
	live_compute(l);
	for (int i = 0; i < fn->npoints; i++) {
		fn->points[i]->masked = in_use_at(fn, fn->points[i]);
		forget_vars(fn->points[i]);
	}
	lowered_free(l);
}
