/* SPDX-License-Identifier: MIT */
#include "instrument/touch.h"

#include <stdint.h>

static bool visit(struct node *n, void *ctx)
{
	struct var *v = NULL;

	(void)ctx;
	if (n->kind == N_UNEVALUATED)
		return false;
	if (n->kind == N_REF)
		v = fn_var(n->decl);
	else if (n->kind == N_VAR && n->init)
		v = fn_var(n->decl);
	if (v && n->begin < v->touched)
		v->touched = n->begin;
	return true;
}

void touch_find(struct fn *fn)
{
	for (int i = 0; i < fn->nvars; i++) {
		const struct decl *d = fn->vars[i]->decl;

		/* a parameter has its value from the start */
		fn->vars[i]->touched = d && d->kind == D_LOCAL ? SIZE_MAX : 0;
	}
	node_walk(fn->body, visit, NULL);
}

/* Whether n leads back from behind `to` to before `from`, in v's scope. */
static bool leads_back(const struct node *n, const struct var *v, size_t from,
		       size_t to)
{
	return n->begin >= v->scope_begin && n->begin <= from && n->end > to;
}

bool touch_is_fresh(const struct fn *fn, const struct var *v,
		    const struct point *p)
{
	size_t at = p->node->begin;

	/* what runs at the point itself may stand anywhere in it */
	if (!v->decl || v->touched <= p->node->end)
		return false;
	for (int i = 0; i < fn->nloops; i++)
		if (leads_back(fn->loops[i], v, at, v->touched))
			return false;
	for (int i = 0; i < fn->npoints; i++)
		if (fn->points[i]->kind == POINT_GOTO)
			return false;
	return fn->nsites == 0;
}

#define MAX_ZEROS 1024 /* bytes */

static bool has_long(const struct type *t)
{
	if (t->kind == T_LONG || t->kind == T_ULONG)
		return true;
	if (t->kind == T_ARRAY)
		return has_long(t->elem);
	for (int i = 0; t->kind == T_STRUCT && i < t->nfields; i++)
		if (!t->fields[i].fixed_width && has_long(t->fields[i].type))
			return true;
	return false;
}

bool touch_wants_zero(const struct node *var)
{
	const struct var *v = fn_var(var->decl);
	const struct type *t = v ? var->decl->type : NULL;

	return v && v->mem && var->decl->kind == D_LOCAL && !var->init &&
	       t->size > 0 && t->size <= MAX_ZEROS && !t->has_vla &&
	       !t->has_flexible && has_long(t);
}
