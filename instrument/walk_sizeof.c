/* SPDX-License-Identifier: MIT */
/*
 * What sizeof measures.  libclang does not say it for a type in parentheses:
 * it is read from the tokens, as far as named types, the words of C and
 * pointers to any of them go.
 */
#include "instrument/walk_priv.h"

#include <string.h>

static struct type *pointer_to(struct walk *w, const struct type *elem)
{
	struct type *any = NULL;

	for (int i = 0; i < w->ast->ntypes; i++) {
		struct type *t = w->ast->types[i];

		if (t->kind != T_POINTER)
			continue;
		if (elem && t->elem == elem)
			return t;
		any = t;
	}
	return any;
}

static struct type *of_kind(struct walk *w, enum type_kind kind)
{
	for (int i = 0; i < w->ast->ntypes; i++)
		if (w->ast->types[i]->kind == kind)
			return w->ast->types[i];
	return NULL;
}

/* The words of C's own types, counted. */
struct words {
	int longs, is_unsigned, is_char, is_short, is_double, is_float;
	int is_signed;
};

static void count_word(struct walk *w, const struct tok *t, struct words *c)
{
	c->longs += tok_is_word(w->toks, t, "long");
	c->is_unsigned += tok_is_word(w->toks, t, "unsigned");
	c->is_signed += tok_is_word(w->toks, t, "signed");
	c->is_char += tok_is_word(w->toks, t, "char");
	c->is_short += tok_is_word(w->toks, t, "short");
	c->is_double += tok_is_word(w->toks, t, "double");
	c->is_float += tok_is_word(w->toks, t, "float");
}

static enum type_kind kind_of_words(const struct words *c)
{
	bool u = c->is_unsigned;

	if (c->is_float)
		return T_FLOAT;
	if (c->is_double)
		return c->longs ? T_LDOUBLE : T_DOUBLE;
	if (c->is_char)
		return u ? T_UCHAR : c->is_signed ? T_SCHAR : T_CHAR;
	if (c->is_short)
		return u ? T_USHORT : T_SHORT;
	if (c->longs > 1)
		return u ? T_ULLONG : T_LLONG;
	if (c->longs)
		return u ? T_ULONG : T_LONG;
	return u ? T_UINT : T_INT;
}

static struct type *named_part(const struct node *n)
{
	for (const struct node *c = n->first; c; c = c->next)
		if ((c->kind == N_TYPE_REF || c->kind == N_TYPE_DECL) &&
		    c->decl)
			return c->decl->type;
	return NULL;
}

struct type *walk_measured(struct walk *w, const struct node *n)
{
	const struct tok *t = toks_at(w->toks, n->begin);
	struct words words = { 0 };
	struct type *base;
	int stars = 0;

	for (const struct node *c = n->first; c; c = c->next)
		if (node_is_expr(c) && c->kind != N_TYPE_REF)
			return c->type;
	for (t++; t->kind != TOK_END && t->end <= n->end; t++) {
		if (tok_is(t, '['))
			return NULL;
		stars += tok_is(t, '*');
		count_word(w, t, &words);
	}
	base = named_part(n);
	if (!base)
		base = of_kind(w, kind_of_words(&words));
	return stars ? pointer_to(w, stars == 1 ? base : NULL) : base;
}
