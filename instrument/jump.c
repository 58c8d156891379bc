/* SPDX-License-Identifier: MIT */
#include "instrument/jump.h"

#include <string.h>

#include "common/base/xalloc.h"
#include "instrument/fn_refuse.h"
#include "instrument/ir.h"

bool jump_is_setjmp(const struct node *n)
{
	static const char *const names[] = { "setjmp", "_setjmp", "sigsetjmp",
					     "__sigsetjmp" };
	const struct decl *d = n->kind == N_CALL ? call_target(n) : NULL;

	for (size_t i = 0; d && i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(d->name, names[i]))
			return true;
	return false;
}

void jump_add_site(struct fn *fn, struct node *n)
{
	fn->sites =
		xreallocarray(fn->sites, fn->nsites + 1, sizeof(*fn->sites));
	fn->sites[fn->nsites++] = n;
}

int jump_site(const struct fn *fn, const struct node *n)
{
	for (int i = 0; i < fn->nsites; i++)
		if (fn->sites[i] == n)
			return i;
	return -1;
}

void jump_add_frame(struct fn *fn)
{
	struct var *v = xcalloc(1, sizeof(*v));

	v->is_frame = true;
	v->name = xstrdup("__ckpt_j");
	v->stable = xstrdup("<activation>");
	v->index = fn->nvars;
	fn->vars = xreallocarray(fn->vars, fn->nvars + 1, sizeof(*fn->vars));
	fn->vars[fn->nvars++] = v;
	fn->frame = v;
}

/* ---- where it stands ---- */

/* Whether a value of this operand may be kept over the call beside it. */
static bool is_kept(const struct node *n, bool argument)
{
	return expr_has_effects(n) ||
	       (argument && !n->is_const_int && expr_reads_memory(n));
}

static bool keeps_others(const struct node *parent, const struct node *child)
{
	if (parent->kind == N_LOGAND || parent->kind == N_LOGOR ||
	    parent->kind == N_COND || parent->kind == N_COMMA)
		return false;
	for (const struct node *c = parent->first; c; c = c->next)
		if (c != child && node_is_expr(c) &&
		    is_kept(c, parent->kind == N_CALL))
			return true;
	return false;
}

/* No value that was computed before the call is used after it. */
static bool stands_alone(const struct node *n)
{
	const struct node *p = n->parent;

	for (; p && p->kind != N_FUNCTION; n = p, p = p->parent)
		if (node_is_expr(p) && node_is_expr(n) && keeps_others(p, n))
			return false;
	return true;
}

static bool is_of(const struct fn *fn, const struct feature_use *u)
{
	return u->feature == F_SETJMP && u->function == fn->decl;
}

void jump_refuse(struct fn *fn)
{
	int n = 0;

	for (int i = 0; i < fn->nsites; i++)
		if (!stands_alone(fn->sites[i]))
			fn_refuse(fn, fn->sites[i]->begin,
				  xstrdup("setjmp stands in an expression that "
					  "keeps other values; give its result "
					  "a variable"));
	for (int i = 0; i < fn->ast->nfeatures; i++) {
		if (!is_of(fn, &fn->ast->features[i]))
			continue;
		if (++n > fn->nsites)
			fn_refuse(fn, fn->ast->features[i].at,
				  xstrdup("it calls setjmp inside _Generic or "
					  "through a pointer"));
	}
}

/* ---- what may follow ---- */

static bool holds(const struct node *n, const struct node *part)
{
	return part->begin >= n->begin && part->end <= n->end;
}

bool jump_may_follow(const struct fn *fn, int site, const struct point *p)
{
	const struct node *s = fn->sites[site];

	if (p->node->begin > s->begin)
		return true;
	for (int i = 0; i < fn->nloops; i++)
		if (holds(fn->loops[i], s) && holds(fn->loops[i], p->node))
			return true;
	for (int i = 0; i < fn->npoints; i++)
		if (fn->points[i]->kind == POINT_GOTO)
			return true;
	return false;
}
