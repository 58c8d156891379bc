/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "instrument/walk_priv.h"

static enum CXCursorKind kind_of(const struct raw *r)
{
	return clang_getCursorKind(r->cursor);
}

static bool starts_with(const struct walk *w, const struct raw *r,
			const char *word)
{
	return tok_is_word(w->toks, toks_at(w->toks, r->begin), word);
}

static struct node *expr_new(struct walk *w, enum node_kind kind, struct raw *r,
			     struct node *parent)
{
	struct node *n = node_new(w->ast, kind, parent, r->begin, r->end);

	n->type = type_of(w, clang_getCursorType(r->cursor));
	return n;
}

/* Children that are expressions or parts of written types, in order. */
static void walk_children(struct walk *w, struct raw *r, struct node *n)
{
	struct raw *c;

	raw_sort(r);
	for (c = r->first; c; c = c->next) {
		if (kind_of(c) == CXCursor_CompoundStmt)
			walk_compound(w, c, n);
		else if (kind_of(c) != CXCursor_MemberRef &&
			 kind_of(c) != CXCursor_LabelRef)
			walk_type_part(w, c, n);
	}
}

static struct node *walk_plain(struct walk *w, enum node_kind kind,
			       struct raw *r, struct node *parent)
{
	struct node *n = expr_new(w, kind, r, parent);

	walk_children(w, r, n);
	return n;
}

/*
 * libclang gives a parameter's declared type where C has adjusted it, so an
 * array type is believed only of what can be an array: an lvalue.
 */
static void settle_type(struct walk *w, struct node *n)
{
	switch (n->kind) {
	case N_REF:
		if (n->decl && n->decl->kind == D_PARAM)
			n->type = n->decl->type;
		break;
	case N_PAREN:
		if (n->first && n->first->type)
			n->type = n->first->type;
		break;
	case N_MEMBER:
	case N_INDEX:
	case N_STRING:
	case N_FUNC_NAME:
	case N_COMPOUND_LITERAL:
	case N_INIT_LIST:
	case N_GENERIC:
	case N_CHOOSE:
	case N_OTHER_EXPR:
		break;
	case N_ASSIGN:
		n->type = n->first->type;
		break;
	case N_UNARY:
		if (n->op == '*' || n->op == '_')
			break;
		/* fall through */
	default:
		n->type = type_decayed(w, n->type);
	}
}

static struct node *walk_ref(struct walk *w, struct raw *r, struct node *parent)
{
	CXCursor to = clang_getCursorReferenced(r->cursor);
	struct node *n = expr_new(w, N_REF, r, parent);

	if (clang_Cursor_isNull(to) || clang_isInvalid(to.kind)) {
		walk_fail(w, r->begin, "this name refers to nothing known");
		return n;
	}
	n->decl = decl_of(w, to);
	if (n->decl->kind == D_ENUMERATOR)
		const_set(n, clang_getEnumConstantDeclValue(to));
	return n;
}

static struct node *walk_member(struct walk *w, struct raw *r,
				struct node *parent)
{
	struct node *n = walk_plain(w, N_MEMBER, r, parent);
	CXCursor to = clang_getCursorReferenced(r->cursor);

	if (!n->first || clang_Cursor_isNull(to)) {
		walk_fail(w, r->begin, "a member's base is missing");
		return n;
	}
	n->decl = decl_of(w, to);
	n->arrow = tok_is(toks_at(w->toks, n->first->end), TOK_OP2('-', '>'));
	n->lvalue_bitfield = clang_Cursor_isBitField(to) != 0;
	return n;
}

static struct node *walk_binary(struct walk *w, struct raw *r,
				struct node *parent, bool compound)
{
	struct node *n =
		walk_plain(w, compound ? N_ASSIGN : N_BINARY, r, parent);
	const struct tok *tok;

	if (!n->first || n->first->next != n->last) {
		walk_fail(w, r->begin, "an operand is missing");
		return n;
	}
	tok = toks_at(w->toks, n->first->end);
	if (tok->kind != TOK_PUNCT)
		walk_fail(w, tok->begin, "an operator was expected");
	n->op = (int)tok->op;
	if (compound)
		n->op = (int)(tok->op >> 8);
	else if (tok->op == '=')
		n->kind = N_ASSIGN, n->op = 0;
	else if (tok->op == ',')
		n->kind = N_COMMA;
	else if (tok->op == TOK_OP2('&', '&'))
		n->kind = N_LOGAND;
	else if (tok->op == TOK_OP2('|', '|'))
		n->kind = N_LOGOR;
	return n;
}

static struct node *walk_unary(struct walk *w, struct raw *r,
			       struct node *parent)
{
	struct node *n = walk_plain(w, N_UNARY, r, parent);
	const struct tok *tok = toks_at(w->toks, r->begin);

	if (!n->first) {
		walk_fail(w, r->begin, "an operand is missing");
		return n;
	}
	n->prefix = n->first->begin != r->begin;
	if (!n->prefix)
		tok = toks_at(w->toks, n->first->end);
	n->op = tok->kind == TOK_PUNCT ? (int)tok->op : '_';
	if (n->op == TOK_OP2('+', '+') || n->op == TOK_OP2('-', '-')) {
		n->kind = N_INCDEC;
		n->op &= 0xff;
	}
	return n;
}

static bool is_elvis(struct walk *w, const struct node *n)
{
	const struct tok *tok = toks_at(w->toks, n->first->end);

	return tok_is(tok, '?') && tok_is(tok + 1, ':');
}

static struct node *walk_cond(struct walk *w, struct raw *r,
			      struct node *parent)
{
	struct node *n = walk_plain(w, N_COND, r, parent);

	if (n->first && n->first->next && is_elvis(w, n))
		n->op = '?';
	if (!n->first || !n->first->next ||
	    (n->op != '?' && n->first->next->next != n->last))
		walk_fail(w, r->begin, "an operand of ?: is missing");
	return n;
}

/* sizeof, alignof: libclang evaluates them, VLAs excepted. */
static void evaluate(struct node *n, CXCursor cursor)
{
	CXEvalResult value = clang_Cursor_Evaluate(cursor);

	if (!value)
		return;
	if (clang_EvalResult_getKind(value) == CXEval_Int)
		const_set(n, clang_EvalResult_getAsLongLong(value));
	clang_EvalResult_dispose(value);
}

static struct node *walk_unevaluated(struct walk *w, struct raw *r,
				     struct node *parent, int op)
{
	struct node *n = walk_plain(w, N_UNEVALUATED, r, parent);

	n->op = op;
	evaluate(n, r->cursor);
	return n;
}

/* `.a = x`, `[1] = x`, `a: x`: the element alone. */
static struct node *walk_designated(struct walk *w, struct raw *r,
				    struct node *parent)
{
	struct raw *c, *init = NULL;

	for (c = r->first; c; c = c->next)
		if (raw_is_expr(c) && c->end == r->end &&
		    (!init || c->begin < init->begin))
			init = c;
	if (!init) {
		walk_fail(w, r->begin, "an initialiser is missing");
		return expr_new(w, N_OTHER_EXPR, r, parent);
	}
	return walk_expr(w, init, parent);
}

static bool is_designated(const struct walk *w, const struct raw *r)
{
	const struct tok *tok = toks_at(w->toks, r->begin);

	if (!r->parent || kind_of(r->parent) != CXCursor_InitListExpr)
		return false;
	return tok_is(tok, '.') || tok_is(tok, '[') ||
	       (tok->kind == TOK_IDENT && tok_is(tok + 1, ':'));
}

/* Expressions for which libclang has no name. */
static struct node *walk_unexposed(struct walk *w, struct raw *r,
				   struct node *parent)
{
	struct node *n;

	if (is_designated(w, r))
		return walk_designated(w, r, parent);
	if (starts_with(w, r, "__builtin_offsetof"))
		return walk_unevaluated(w, r, parent, 'o');
	if (starts_with(w, r, "__builtin_types_compatible_p"))
		return walk_unevaluated(w, r, parent, 't');
	if (starts_with(w, r, "__builtin_va_arg"))
		return walk_plain(w, N_VA_ARG, r, parent);
	if (starts_with(w, r, "__builtin_choose_expr"))
		return walk_plain(w, N_CHOOSE, r, parent);
	if (r->first && r->first->next && !r->first->next->next &&
	    raw_is_expr(r->first)) {
		n = walk_plain(w, N_OTHER_EXPR, r, parent);
		if (is_elvis(w, n)) {
			n->kind = N_COND;
			n->op = '?';
		}
		return n;
	}
	return walk_plain(w, N_OTHER_EXPR, r, parent);
}

static struct node *walk_string(struct walk *w, struct raw *r,
				struct node *parent)
{
	const struct tok *tok = toks_at(w->toks, r->begin);

	return expr_new(w, tok->kind == TOK_STRING ? N_STRING : N_FUNC_NAME, r,
			parent);
}

static struct node *walk_literal(struct walk *w, struct raw *r,
				 struct node *parent)
{
	struct node *n = expr_new(w, N_LITERAL, r, parent);

	const_literal(w, n, r->cursor);
	return n;
}

static struct node *walk_label_addr(struct walk *w, struct raw *r,
				    struct node *parent)
{
	struct node *n = expr_new(w, N_LABEL_ADDR, r, parent);

	if (!r->first || kind_of(r->first) != CXCursor_LabelRef) {
		walk_fail(w, r->begin, "this label is unknown");
		return n;
	}
	n->decl = label_of(w, clang_getCursorReferenced(r->first->cursor));
	n->decl->used = n->decl->address_taken = true;
	walk_feature(w, F_LABEL_ADDR, n->begin);
	return n;
}

static struct node *dispatch(struct walk *w, struct raw *r, struct node *parent)
{
	switch (kind_of(r)) {
	case CXCursor_DeclRefExpr:
		return walk_ref(w, r, parent);
	case CXCursor_MemberRefExpr:
		return walk_member(w, r, parent);
	case CXCursor_CallExpr:
		return walk_plain(w, N_CALL, r, parent);
	case CXCursor_IntegerLiteral:
	case CXCursor_FloatingLiteral:
	case CXCursor_ImaginaryLiteral:
	case CXCursor_CharacterLiteral:
		return walk_literal(w, r, parent);
	case CXCursor_StringLiteral:
		return walk_string(w, r, parent);
	case CXCursor_ParenExpr:
		return walk_plain(w, N_PAREN, r, parent);
	case CXCursor_UnaryOperator:
		return walk_unary(w, r, parent);
	case CXCursor_ArraySubscriptExpr:
		return walk_plain(w, N_INDEX, r, parent);
	case CXCursor_BinaryOperator:
		return walk_binary(w, r, parent, false);
	case CXCursor_CompoundAssignOperator:
		return walk_binary(w, r, parent, true);
	case CXCursor_ConditionalOperator:
		return walk_cond(w, r, parent);
	case CXCursor_CStyleCastExpr:
		return walk_plain(w, N_CAST, r, parent);
	case CXCursor_CompoundLiteralExpr:
		return walk_plain(w, N_COMPOUND_LITERAL, r, parent);
	case CXCursor_InitListExpr:
		return walk_plain(w, N_INIT_LIST, r, parent);
	case CXCursor_AddrLabelExpr:
		return walk_label_addr(w, r, parent);
	case CXCursor_StmtExpr:
		return walk_plain(w, N_STMT_EXPR, r, parent);
	case CXCursor_GenericSelectionExpr:
		return walk_plain(w, N_GENERIC, r, parent);
	case CXCursor_UnaryExpr:
		return walk_unevaluated(
			w, r, parent, starts_with(w, r, "sizeof") ? 's' : 'a');
	default:
		return walk_unexposed(w, r, parent);
	}
}

struct node *walk_expr(struct walk *w, struct raw *r, struct node *parent)
{
	struct node *n = dispatch(w, raw_skip_implicit(r), parent);

	settle_type(w, n);
	if (n->kind == N_UNEVALUATED && n->op == 's')
		n->operand_type = walk_measured(w, n);
	if (n->type->kind == T_VECTOR)
		walk_feature(w, F_VECTOR, n->begin);
	const_fold(n);
	return n;
}
