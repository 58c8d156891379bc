/* SPDX-License-Identifier: MIT */
#include "instrument/alloca.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/xalloc.h"

bool alloca_is_call(const struct node *n)
{
	const struct decl *d = n->kind == N_CALL ? call_target(n) : NULL;

	return d && d->is_system &&
	       (!strcmp(d->name, "alloca") ||
		!strcmp(d->name, "__builtin_alloca"));
}

static bool find_call(struct node *n, void *ctx)
{
	bool *found = ctx;

	*found |= alloca_is_call(n);
	return !*found;
}

void alloca_make(struct fn *fn)
{
	bool found = false;
	struct var *v;

	node_walk(fn->body, find_call, &found);
	if (!found)
		return;
	v = xcalloc(1, sizeof(*v));
	v->is_chain = true;
	v->name = xstrdup("__ckpt_al");
	v->stable = xstrdup("<alloca>");
	v->index = fn->nvars;
	fn->vars = xreallocarray(fn->vars, fn->nvars + 1, sizeof(*fn->vars));
	fn->vars[fn->nvars++] = v;
	fn->alloca = v;
	/* no call of it may take the place of the frame */
	fn->has_mem = true;
}
