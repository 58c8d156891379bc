/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "instrument/walk_priv.h"

static bool is_array(const struct type *t)
{
	return t && (t->kind == T_ARRAY || t->kind == T_INCOMPLETE_ARRAY ||
		     t->kind == T_VLA);
}

/*
 * Does the address of the object named by `n` escape from the expression it
 * stands in? Climbs over what still names the object or a part of it. An
 * array that is not subscripted on the spot decays.
 */
static bool escapes(const struct node *n)
{
	const struct node *p;

	for (p = n->parent; p; n = p, p = p->parent) {
		switch (p->kind) {
		case N_PAREN:
		case N_GENERIC:
		case N_CHOOSE:
			continue;
		case N_MEMBER:
			if (p->arrow)
				return is_array(n->type);
			continue;
		case N_INDEX:
			if (!is_array(n->type))
				return false;
			continue;
		case N_UNARY:
			if (p->op == '&')
				return true;
			if (p->op == '_')
				continue;
			/* `*array` names its first element */
			if (p->op == '*' && is_array(n->type))
				continue;
			return false;
		case N_UNEVALUATED:
			return false;
		case N_ASM:
			return is_array(n->type);
		case N_VA_ARG:
			return true;
		case N_CALL:
			return is_array(n->type) ||
			       (n->type && n->type->kind == T_VA_LIST);
		default:
			return is_array(n->type);
		}
	}
	return false;
}

/* Is this name of a function only called here? */
static bool is_callee(const struct node *n)
{
	const struct node *p = n->parent;

	while (p && (p->kind == N_PAREN ||
		     (p->kind == N_UNARY && (p->op == '*' || p->op == '&')))) {
		n = p;
		p = p->parent;
	}
	return p && p->kind == N_CALL && p->first == n;
}

static bool is_unevaluated(const struct node *n)
{
	for (; n && node_is_expr(n); n = n->parent)
		if (n->kind == N_UNEVALUATED)
			return true;
	return false;
}

/* Names whose call decides what may be done with the caller. */
static const struct {
	const char *name;
	enum feature feature;
} calls[] = {
	{ "setjmp", F_SETJMP },
	{ "_setjmp", F_SETJMP },
	{ "__setjmp", F_CONTEXT },
	{ "sigsetjmp", F_SETJMP },
	{ "__sigsetjmp", F_SETJMP },
	{ "__builtin_setjmp", F_CONTEXT },
	{ "getcontext", F_CONTEXT },
	{ "longjmp", F_LONGJMP },
	{ "_longjmp", F_LONGJMP },
	{ "siglongjmp", F_LONGJMP },
	{ "__builtin_longjmp", F_LONGJMP },
	{ "__builtin_alloca_with_align", F_ALLOCA },
	{ "__builtin_va_start", F_VA_START },
	{ "__builtin_apply", F_APPLY },
	{ "__builtin_va_arg_pack", F_APPLY },
	{ "__builtin_va_arg_pack_len", F_APPLY },
	{ "__builtin_apply_args", F_APPLY },
	{ "__builtin_return", F_APPLY },
	{ "__builtin_frame_address", F_APPLY },
	{ "__builtin_return_address", F_APPLY },
	{ "vfork", F_VFORK },
};

static void note_call(struct walk *w, const struct node *n)
{
	const char *name = n->decl->name;
	size_t i;

	if (!strncmp(name, "__sync_", 7) || !strncmp(name, "__atomic_", 9))
		walk_feature(w, F_ATOMIC, n->begin);
	for (i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		if (!strcmp(name, calls[i].name))
			walk_feature(w, calls[i].feature, n->begin);
}

static void note_ref(struct walk *w, struct node *n)
{
	struct decl *d = n->decl;

	d->used = true;
	if (d->kind == D_FUNCTION) {
		note_call(w, n);
		if (!is_callee(n) && !is_unevaluated(n))
			d->address_taken = true;
	} else if (d->kind != D_ENUMERATOR) {
		if (d->is_thread)
			walk_feature(w, F_THREAD, n->begin);
		if (!d->address_taken && !is_unevaluated(n) && escapes(n))
			d->address_taken = true;
	}
}

static bool is_atomic(const struct walk *w, const struct node *n)
{
	const struct tok *tok = toks_at(w->toks, n->begin);

	return tok->kind == TOK_IDENT && tok->end - tok->begin > 9 &&
	       (!memcmp(w->ast->text + tok->begin, "__atomic_", 9) ||
		!memcmp(w->ast->text + tok->begin, "__c11_", 6));
}

static void note(struct walk *w, struct node *n)
{
	if (n->kind == N_FUNCTION)
		w->function = n->decl;
	else if (n->kind == N_REF && n->decl)
		note_ref(w, n);
	else if (n->kind == N_OTHER_EXPR && is_atomic(w, n))
		walk_feature(w, F_ATOMIC, n->begin);
}

static void set_c99_inline(const struct ast *a)
{
	int i;

	for (i = 0; i < a->ndecls; i++) {
		struct decl *d = a->decls[i];

		if (d->is_c99_inline)
			d->gnu_inline_only = !d->is_static && !d->is_extern &&
					     !d->has_plain_decl;
	}
}

/* Without recursion: a chain of operators can be deep. */
void walk_uses(struct walk *w)
{
	struct node *n = w->ast->root;

	while (n) {
		note(w, n);
		if (n->first) {
			n = n->first;
			continue;
		}
		while (n && !n->next) {
			n = n->parent;
			if (n && n->kind == N_FUNCTION)
				w->function = NULL;
		}
		if (n)
			n = n->next;
	}
	set_c99_inline(w->ast);
}
