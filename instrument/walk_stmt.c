/* SPDX-License-Identifier: MIT */
#include "instrument/walk_priv.h"

/*
 * libclang's extents of statements leave out the final `;` and whatever
 * stands before an attribute, so a statement is taken to begin at the first
 * token behind what precedes it, and to end behind its `;`.
 */

static enum CXCursorKind kind_of(const struct raw *r)
{
	return clang_getCursorKind(r->cursor);
}

static const struct tok *tok_at(const struct walk *w, size_t at)
{
	return toks_at(w->toks, at);
}

/* Behind the punctuator that must be the next token. */
static size_t expect(struct walk *w, size_t at, uint32_t op)
{
	const struct tok *tok = tok_at(w, at);

	if (!tok_is(tok, op)) {
		walk_fail(w, at, "a statement does not go on as expected");
		return at;
	}
	return tok->end;
}

static struct node *stmt_new(struct walk *w, enum node_kind kind, struct raw *r,
			     struct node *parent, size_t from)
{
	size_t begin = tok_at(w, from)->begin;

	if (begin > r->begin) {
		walk_fail(w, r->begin, "a statement begins too early");
		begin = r->begin;
	}
	return node_new(w->ast, kind, parent, begin, r->end);
}

static struct node *missing(struct walk *w, struct raw *r, struct node *n)
{
	walk_fail(w, r->begin, "a part of this statement is missing");
	return node_new(w->ast, N_NULL_STMT, n, r->end, r->end);
}

/* `name ( cond )`: sets n->cond, returns the offset behind. */
static size_t walk_condition(struct walk *w, struct raw *cond, struct node *n,
			     size_t at)
{
	at = expect(w, at, '(');
	n->cond = walk_expr(w, cond, n);
	return expect(w, n->cond->end, ')');
}

static struct node *walk_if(struct walk *w, struct raw *r, struct node *parent,
			    size_t from)
{
	struct node *n = stmt_new(w, N_IF, r, parent, from);
	struct raw *cond = r->first;
	const struct tok *tok;
	size_t at;

	if (!cond || !cond->next)
		return missing(w, r, n);
	at = walk_condition(w, cond, n, tok_at(w, r->begin)->end);
	n->then_ = walk_stmt(w, cond->next, n, at);
	n->end = n->then_->end;
	if (!cond->next->next)
		return n;
	tok = tok_at(w, n->end);
	if (!tok_is_word(w->toks, tok, "else"))
		return missing(w, r, n);
	n->else_ = walk_stmt(w, cond->next->next, n, tok->end);
	n->end = n->else_->end;
	return n;
}

static struct node *walk_while(struct walk *w, enum node_kind kind,
			       struct raw *r, struct node *parent, size_t from)
{
	struct node *n = stmt_new(w, kind, r, parent, from);
	size_t at;

	if (!r->first || !r->first->next)
		return missing(w, r, n);
	at = walk_condition(w, r->first, n, tok_at(w, r->begin)->end);
	n->body = walk_stmt(w, r->first->next, n, at);
	n->end = n->body->end;
	return n;
}

static struct node *walk_do(struct walk *w, struct raw *r, struct node *parent,
			    size_t from)
{
	struct node *n = stmt_new(w, N_DO, r, parent, from);
	const struct tok *tok;

	if (!r->first || !r->first->next)
		return missing(w, r, n);
	n->body = walk_stmt(w, r->first, n, tok_at(w, r->begin)->end);
	tok = tok_at(w, n->body->end);
	if (!tok_is_word(w->toks, tok, "while"))
		return missing(w, r, n);
	n->end = expect(w, walk_condition(w, r->first->next, n, tok->end), ';');
	return n;
}

/* The `;` that ends this part of a for's head, or its closing parenthesis. */
static const struct tok *part_end(const struct tok *tok)
{
	while (tok->kind != TOK_END && !tok_is(tok, ';') && !tok_is(tok, ')')) {
		if (tok_is(tok, '(') || tok_is(tok, '[') || tok_is(tok, '{'))
			tok = tok_skip_group(tok);
		else
			tok++;
	}
	return tok;
}

static struct node *walk_for(struct walk *w, struct raw *r, struct node *parent,
			     size_t from)
{
	struct node *n = stmt_new(w, N_FOR, r, parent, from);
	const struct tok *open = tok_at(w, r->begin) + 1;
	const struct tok *semi1 = part_end(open + 1), *semi2, *close;
	struct raw *c;

	semi2 = part_end(semi1 + (semi1->kind != TOK_END));
	close = part_end(semi2 + (semi2->kind != TOK_END));
	if (!tok_is(open, '(') || !tok_is(semi1, ';') || !tok_is(semi2, ';') ||
	    !tok_is(close, ')'))
		return missing(w, r, n);
	for (c = r->first; c; c = c->next) {
		if (c->begin > close->begin)
			n->body = walk_stmt(w, c, n, close->end);
		else if (c->begin > semi2->begin)
			n->step = walk_expr(w, c, n);
		else if (c->begin > semi1->begin)
			n->cond = walk_expr(w, c, n);
		else if (kind_of(c) == CXCursor_DeclStmt)
			n->init = walk_stmt(w, c, n, open->end);
		else
			n->init = walk_expr(w, c, n);
	}
	if (!n->body)
		return missing(w, r, n);
	n->end = n->body->end;
	return n;
}

/* What follows the colon of a label; C23 lets it be nothing. */
static void walk_labelled(struct walk *w, struct raw *body, struct node *n,
			  size_t colon)
{
	if (body && kind_of(body) == CXCursor_NullStmt && body->begin < colon) {
		n->body = node_new(w->ast, N_NULL_STMT, n, colon, colon);
	} else if (body) {
		n->body = walk_stmt(w, body, n, colon);
	} else {
		walk_fail(w, n->begin, "a label's statement is missing");
		return;
	}
	n->end = n->body->end;
}

static struct node *walk_case(struct walk *w, struct raw *r,
			      struct node *parent, size_t from)
{
	struct node *n = stmt_new(w, N_CASE, r, parent, from), *value = NULL;
	struct raw *c = r->first;

	for (; c && c->next && raw_is_expr(c); c = c->next) {
		const struct tok *tok;

		value = walk_expr(w, c, n);
		if (!n->cond)
			n->cond = value;
		tok = tok_at(w, value->end);
		if (!tok_is(tok, TOK_OP3('.', '.', '.'))) {
			c = c->next;
			break;
		}
	}
	if (!value)
		return missing(w, r, n);
	walk_labelled(w, c, n, expect(w, value->end, ':'));
	return n;
}

static struct node *walk_label(struct walk *w, enum node_kind kind,
			       struct raw *r, struct node *parent, size_t from)
{
	struct node *n = stmt_new(w, kind, r, parent, from);

	if (kind == N_LABEL) {
		n->decl = label_of(w, r->cursor);
		n->decl->node = n;
		n->decl->defined = true;
	}
	walk_labelled(w, r->first, n, expect(w, tok_at(w, r->begin)->end, ':'));
	return n;
}

static struct node *walk_jump(struct walk *w, enum node_kind kind,
			      struct raw *r, struct node *parent, size_t from)
{
	struct node *n = stmt_new(w, kind, r, parent, from);
	struct raw *c = r->first;

	if (kind == N_GOTO && c) {
		n->decl = label_of(w, clang_getCursorReferenced(c->cursor));
		n->decl->used = true;
	} else if (c) {
		n->cond = walk_expr(w, c, n);
	}
	if (kind == N_INDIRECT_GOTO)
		walk_feature(w, F_COMPUTED_GOTO, n->begin);
	n->end = expect(w, r->end, ';');
	return n;
}

static struct node *walk_asm(struct walk *w, struct raw *r, struct node *parent,
			     size_t from)
{
	struct node *n = stmt_new(w, N_ASM, r, parent, from);
	struct raw *c;

	raw_sort(r);
	for (c = r->first; c; c = c->next)
		if (raw_is_expr(c))
			walk_expr(w, c, n);
	walk_feature(w, F_ASM, n->begin);
	n->end = expect(w, r->end, ';');
	return n;
}

struct node *walk_compound(struct walk *w, struct raw *r, struct node *parent)
{
	struct node *n = node_new(w->ast, N_COMPOUND, parent, r->begin, r->end);
	size_t from = r->begin + 1;
	struct raw *c;

	for (c = r->first; c; c = c->next)
		from = walk_stmt(w, c, n, from)->end;
	if (!tok_is(tok_at(w, from), '}') || tok_at(w, from)->end != r->end)
		walk_fail(w, from, "a block does not end here");
	return n;
}

/* `__attribute__((fallthrough));` and the like. */
static struct node *walk_attributed(struct walk *w, struct raw *r,
				    struct node *parent, size_t from)
{
	struct node *n;

	if (!r->first || r->first->next)
		return missing(w, r, parent);
	/* The attributes belong to the statement behind them. */
	n = walk_stmt(w, r->first, parent,
		      kind_of(r->first) == CXCursor_UnexposedStmt ||
				      raw_is_expr(r->first)
			      ? from
			      : attributes_end(w->toks,
					       tok_at(w, from)->begin));
	n->begin = tok_at(w, from)->begin;
	return n;
}

static struct node *walk_expr_stmt(struct walk *w, struct raw *r,
				   struct node *parent, size_t from)
{
	struct node *n = stmt_new(w, N_EXPR_STMT, r, parent, from);

	n->cond = walk_expr(w, r, n);
	n->end = expect(w, r->end, ';');
	return n;
}

static struct node *walk_decl_stmt(struct walk *w, struct raw *r,
				   struct node *parent, size_t from)
{
	size_t begin = tok_at(w, from)->begin;

	return walk_declaration(w, N_DECL_STMT, r->first, NULL, parent, begin,
				r->end);
}

struct node *walk_stmt(struct walk *w, struct raw *r, struct node *parent,
		       size_t from)
{
	switch (kind_of(r)) {
	case CXCursor_CompoundStmt:
		return walk_compound(w, r, parent);
	case CXCursor_DeclStmt:
		return walk_decl_stmt(w, r, parent, from);
	case CXCursor_NullStmt:
		return stmt_new(w, N_NULL_STMT, r, parent, from);
	case CXCursor_IfStmt:
		return walk_if(w, r, parent, from);
	case CXCursor_WhileStmt:
		return walk_while(w, N_WHILE, r, parent, from);
	case CXCursor_SwitchStmt:
		return walk_while(w, N_SWITCH, r, parent, from);
	case CXCursor_DoStmt:
		return walk_do(w, r, parent, from);
	case CXCursor_ForStmt:
		return walk_for(w, r, parent, from);
	case CXCursor_CaseStmt:
		return walk_case(w, r, parent, from);
	case CXCursor_DefaultStmt:
		return walk_label(w, N_DEFAULT, r, parent, from);
	case CXCursor_LabelStmt:
		return walk_label(w, N_LABEL, r, parent, from);
	case CXCursor_GotoStmt:
		return walk_jump(w, N_GOTO, r, parent, from);
	case CXCursor_IndirectGotoStmt:
		return walk_jump(w, N_INDIRECT_GOTO, r, parent, from);
	case CXCursor_BreakStmt:
		return walk_jump(w, N_BREAK, r, parent, from);
	case CXCursor_ContinueStmt:
		return walk_jump(w, N_CONTINUE, r, parent, from);
	case CXCursor_ReturnStmt:
		return walk_jump(w, N_RETURN, r, parent, from);
	case CXCursor_GCCAsmStmt:
		return walk_asm(w, r, parent, from);
	case CXCursor_UnexposedStmt:
		return walk_attributed(w, r, parent, from);
	default:
		break;
	}
	if (!raw_is_expr(r))
		walk_fail(w, r->begin, "hcc does not know this statement");
	return walk_expr_stmt(w, r, parent, from);
}
