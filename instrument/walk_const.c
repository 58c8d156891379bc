/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "instrument/walk_priv.h"

static bool is_integer(const struct type *t)
{
	return (t->kind >= T_BOOL && t->kind <= T_ULLONG) || t->kind == T_ENUM;
}

void const_set(struct node *n, long long value)
{
	int bits;

	if (!n->type || !is_integer(n->type) || n->type->size < 1)
		return;
	n->is_const_int = true;
	bits = (int)n->type->size * 8;
	if (n->type->kind == T_BOOL) {
		value = value != 0;
	} else if (bits < 64) {
		unsigned long long mask = (1ull << bits) - 1;
		unsigned long long v = (unsigned long long)value & mask;

		if (n->type->is_signed && v >> (bits - 1))
			v |= ~mask;
		value = (long long)v;
	}
	n->value = value;
}

/* A character constant of one plain character; others libclang evaluates. */
static bool plain_char(const char *s, size_t len, long long *ret)
{
	if (len != 3 || s[0] != '\'' || (unsigned char)s[1] >= 0x80 ||
	    s[1] == '\\')
		return false;
	*ret = s[1];
	return true;
}

static bool integer(const char *s, long long *ret)
{
	int base = s[0] == '0' && (s[1] == 'b' || s[1] == 'B') ? 2 : 0;

	*ret = (long long)strtoull(base ? s + 2 : s, NULL, base);
	return true;
}

void const_literal(struct walk *w, struct node *n, CXCursor cursor)
{
	enum CXCursorKind kind = clang_getCursorKind(cursor);
	const char *s = w->ast->text + n->begin;
	CXEvalResult result;
	long long value;

	if (kind != CXCursor_IntegerLiteral &&
	    kind != CXCursor_CharacterLiteral)
		return;
	if (kind == CXCursor_IntegerLiteral
		    ? integer(s, &value)
		    : plain_char(s, n->end - n->begin, &value)) {
		const_set(n, value);
		return;
	}
	result = clang_Cursor_Evaluate(cursor);
	if (!result)
		return;
	if (clang_EvalResult_getKind(result) == CXEval_Int)
		const_set(n, clang_EvalResult_getAsLongLong(result));
	clang_EvalResult_dispose(result);
}

static void fold_unary(struct node *n)
{
	unsigned long long v = (unsigned long long)n->first->value;

	switch (n->op) {
	case '+':
	case '_':
		const_set(n, (long long)v);
		break;
	case '-':
		const_set(n, (long long)(0 - v));
		break;
	case '~':
		const_set(n, (long long)~v);
		break;
	case '!':
		const_set(n, !v);
		break;
	}
}

/* The operands of arithmetic have one type, the wider unsigned one wins. */
static bool compares_unsigned(const struct node *a, const struct node *b)
{
	long long size = a->type->size > b->type->size ? a->type->size
						       : b->type->size;

	if (size < 4)
		return false;
	return (!a->type->is_signed && a->type->size == size) ||
	       (!b->type->is_signed && b->type->size == size);
}

static void fold_compare(struct node *n, const struct node *a,
			 const struct node *b)
{
	bool uns = compares_unsigned(a, b);
	long long x = a->value, y = b->value;
	bool less = uns ? (unsigned long long)x < (unsigned long long)y : x < y;

	switch (n->op) {
	case '<':
		const_set(n, less);
		break;
	case '>':
		const_set(n, !less && x != y);
		break;
	case NODE_OP2('<', '='):
		const_set(n, less || x == y);
		break;
	case NODE_OP2('>', '='):
		const_set(n, !less);
		break;
	case NODE_OP2('=', '='):
		const_set(n, x == y);
		break;
	case NODE_OP2('!', '='):
		const_set(n, x != y);
		break;
	}
}

static void fold_divide(struct node *n, long long x, long long y)
{
	if (!y || (y == -1 && n->type->is_signed))
		return;
	if (n->type->is_signed)
		const_set(n, n->op == '/' ? x / y : x % y);
	else
		const_set(n, n->op == '/' ? (long long)((unsigned long long)x /
							(unsigned long long)y)
					  : (long long)((unsigned long long)x %
							(unsigned long long)y));
}

static void fold_shift(struct node *n, long long x, long long y)
{
	if (y < 0 || y >= n->type->size * 8)
		return;
	if (n->op == NODE_OP2('<', '<'))
		const_set(n, (long long)((unsigned long long)x << y));
	else if (n->type->is_signed)
		const_set(n, x >> y);
	else
		const_set(n, (long long)((unsigned long long)x >> y));
}

static void fold_binary(struct node *n)
{
	const struct node *a = n->first, *b = n->last;
	unsigned long long x = (unsigned long long)a->value;
	unsigned long long y = (unsigned long long)b->value;

	switch (n->op) {
	case '+':
		const_set(n, (long long)(x + y));
		break;
	case '-':
		const_set(n, (long long)(x - y));
		break;
	case '*':
		const_set(n, (long long)(x * y));
		break;
	case '&':
		const_set(n, (long long)(x & y));
		break;
	case '|':
		const_set(n, (long long)(x | y));
		break;
	case '^':
		const_set(n, (long long)(x ^ y));
		break;
	case '/':
	case '%':
		fold_divide(n, a->value, b->value);
		break;
	case NODE_OP2('<', '<'):
	case NODE_OP2('>', '>'):
		fold_shift(n, a->value, b->value);
		break;
	default:
		fold_compare(n, a, b);
	}
}

static bool all_const(const struct node *n)
{
	const struct node *c;

	for (c = n->first; c; c = c->next)
		if (!c->is_const_int)
			return false;
	return n->first != NULL;
}

void const_fold(struct node *n)
{
	const struct node *pick;

	if (n->is_const_int || !n->type || !n->last)
		return;
	if (n->kind == N_CAST && n->last->is_const_int)
		const_set(n, n->last->value);
	if (!all_const(n) || !is_integer(n->type))
		return;
	switch (n->kind) {
	case N_PAREN:
		const_set(n, n->first->value);
		break;
	case N_UNARY:
		fold_unary(n);
		break;
	case N_BINARY:
		fold_binary(n);
		break;
	case N_LOGAND:
		const_set(n, n->first->value && n->last->value);
		break;
	case N_LOGOR:
		const_set(n, n->first->value || n->last->value);
		break;
	case N_COND:
		pick = n->first->value ? n->first->next : n->last;
		if (n->op == '?' && n->first->value)
			pick = n->first;
		const_set(n, pick->value);
		break;
	default:
		break;
	}
}
