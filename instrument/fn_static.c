/* SPDX-License-Identifier: MIT */
#include "instrument/fn_static.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "instrument/dispatch.h"
#include "instrument/fn.h"
#include "instrument/fn_refuse.h"
#include "instrument/vm.h"

/* Of the statics before: with the same name, and in the same line too. */
static void count_statics(const struct fn *fn, const struct decl *d,
			  unsigned *ret_same, unsigned *ret_line)
{
	*ret_same = *ret_line = 0;
	for (int i = 0; i < fn->nstatics; i++) {
		const struct decl *o = fn->statics[i]->decl;

		if (strcmp(o->name, d->name))
			continue;
		++*ret_same;
		*ret_line += o->line == d->line;
	}
}

static void add_static(struct fn *fn, struct decl *d)
{
	struct var *v = xcalloc(1, sizeof(*v));
	const char *f = fn->decl->name;
	unsigned same, line;

	count_statics(fn, d, &same, &line);
	v->decl = d;
	v->name = line ? xasprintf("__ckpt_l_%s_%u_%s_%u", f, d->line, d->name,
				   line)
		       : xasprintf("__ckpt_l_%s_%u_%s", f, d->line, d->name);
	v->stable = same ? xasprintf("%s.%s#%u", f, d->name, same)
			 : xasprintf("%s.%s", f, d->name);
	d->user = v;
	fn->statics = xreallocarray(fn->statics, fn->nstatics + 1,
				    sizeof(*fn->statics));
	fn->statics[fn->nstatics++] = v;
}

static bool find_label_addr(struct node *n, void *ctx)
{
	bool *found = ctx;

	*found |= n->kind == N_LABEL_ADDR;
	return !*found;
}

/* Names of the function that a declaration in it needs. */
struct local_names {
	const struct fn *fn;
	const struct node *stmt;
	bool found;
};

static bool find_local_name(struct node *n, void *ctx)
{
	struct local_names *l = ctx;
	const struct node *body = l->fn->body;
	size_t at = n->decl ? n->decl->name_at : 0;

	if ((n->kind == N_TYPE_REF ||
	     (n->kind == N_REF && n->decl->kind == D_ENUMERATOR)) &&
	    n->decl && at > body->begin && at < body->end &&
	    (at < l->stmt->begin || at >= l->stmt->end))
		l->found = true;
	return !l->found;
}

/*
 * A static local moves in front of its function, one for all clones, unless
 * it needs names of the function: labels, types, enumerators.  Then it stays,
 * and the function is as written.
 */
static bool can_move(struct fn *fn, struct node *var)
{
	struct node *stmt = node_up(var, N_DECL_STMT);
	struct local_names l = { fn, stmt, false };
	bool labels = false;

	node_walk(stmt, find_label_addr, &labels);
	node_walk(stmt, find_local_name, &l);
	if (vm_type(var->decl->type))
		l.found = true;
	if (l.found)
		fn_refuse(fn, var->decl->name_at,
			  xasprintf("static '%s' has a type of its block",
				    var->decl->name));
	if (l.found && !var->decl->is_const && !fn->unsaved)
		fn->unsaved = var->decl;
	/* a number is the same everywhere */
	if (fn->dispatch && fn->dispatch->numbered)
		labels = false;
	return !labels && !l.found;
}

void fn_static_add(struct fn *fn, struct node *var)
{
	if (can_move(fn, var))
		add_static(fn, var->decl);
}
