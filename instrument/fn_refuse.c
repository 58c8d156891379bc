/* SPDX-License-Identifier: MIT */
#include "instrument/fn_refuse.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "instrument/asm_text.h"
#include "instrument/fn.h"
#include "instrument/fn_bytes.h"
#include "instrument/jump.h"
#include "instrument/varargs.h"

void fn_refuse(struct fn *fn, size_t at, char *why)
{
	if (fn->refused) {
		free(why);
		return;
	}
	fn->refused = true;
	fn->why = why;
	fn->why_at = at;
}

static const char *feature_words(enum feature f)
{
	switch (f) {
	case F_CONTEXT:
		return "it calls getcontext or __builtin_setjmp";
	case F_ALLOCA:
		return "it calls __builtin_alloca_with_align";
	case F_CLEANUP:
		return "it has a variable with a cleanup function";
	case F_NESTED_FUNCTION:
		return "it has a nested function";
	case F_APPLY:
		return "it uses __builtin_apply";
	case F_VFORK:
		return "it calls vfork";
	default:
		return NULL;
	}
}

static void refuse_features(struct fn *fn)
{
	for (int i = 0; i < fn->ast->nfeatures; i++) {
		struct feature_use *u = &fn->ast->features[i];
		const char *why = feature_words(u->feature);

		if (u->function == fn->decl && why)
			fn_refuse(fn, u->at, xstrdup(why));
	}
}

static void refuse_types(struct fn *fn)
{
	for (int i = 0; i < fn->nvars; i++) {
		struct decl *d = fn->vars[i]->decl;
		enum type_kind k = d ? d->type->kind : T_INT;

		if (d && d->has_asm_label)
			fn_refuse(fn, d->name_at,
				  xasprintf("'%s' is bound to a register",
					    d->name));
		if (k == T_OTHER || (d && d->has_cleanup))
			fn_refuse(
				fn, d->name_at,
				xasprintf("'%s' has a type that cannot be saved",
					  d->name));
	}
}

static bool refuse_asm(struct node *n, void *ctx)
{
	struct fn *fn = ctx;
	char *why;

	if (n->kind != N_ASM)
		return true;
	why = asm_text_trouble(fn->ast->text + n->begin, n->end - n->begin);
	if (why)
		fn_refuse(fn, n->begin, why);
	return false;
}

static void refuse_kind(struct fn *fn)
{
	struct decl *d = fn->decl;

	if (d->gnu_inline_only || (d->is_inline && !d->is_static))
		fn_refuse(fn, d->name_at,
			  xstrdup("it is an inline function with external "
				  "linkage"));
	if (d->is_constructor)
		fn_refuse(fn, d->name_at,
			  xstrdup("it runs outside main (constructor)"));
}

void fn_refuse_all(struct fn *fn)
{
	refuse_kind(fn);
	refuse_features(fn);
	refuse_types(fn);
	node_walk(fn->body, refuse_asm, fn);
	jump_refuse(fn);
	varargs_refuse(fn);
	if (fn_fills_bytes(fn))
		fn_refuse(fn, fn->decl->name_at, xstrdup(fn_fills_bytes_why));
}
