/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "instrument/ast_priv.h"

static int fault(const struct ast *a, const struct node *n, const char *what,
		 struct err *err)
{
	struct place at = ast_place(a, n->begin);

	return err_set(err, -EPROTO, "%s:%u:%u: %s: %s", at.file, at.line,
		       at.col, node_kind_name(n->kind), what);
}

/* Does a token begin (or end) exactly here? */
static bool begins_token(const struct toks *t, size_t at)
{
	return toks_at(t, at)->begin == at;
}

static bool ends_token(const struct toks *t, size_t at)
{
	const struct tok *tok = toks_at(t, at);

	return tok > t->v && tok[-1].end == at;
}

static bool is_balanced(const struct toks *t, const struct node *n)
{
	const struct tok *tok = toks_at(t, n->begin), *next;

	while (tok->kind != TOK_END && tok->begin < n->end) {
		if (tok_is(tok, ')') || tok_is(tok, ']') || tok_is(tok, '}'))
			return false;
		next = tok_is(tok, '(') || tok_is(tok, '[') || tok_is(tok, '{')
			       ? tok_skip_group(tok)
			       : tok + 1;
		tok = next;
	}
	return tok[-1].end <= n->end;
}

static int check_node(const struct ast *a, const struct node *n,
		      struct err *err)
{
	const struct toks *t = &a->priv->toks;
	const struct node *c;
	size_t at = n->begin;

	if (n->begin > n->end || n->end > a->len)
		return fault(a, n, "its range is no range", err);
	if (n->begin < n->end && n->kind != N_TRANSLATION_UNIT &&
	    (!begins_token(t, n->begin) || !ends_token(t, n->end)))
		return fault(a, n, "its range cuts a token", err);
	for (c = n->first; c; c = c->next) {
		if (c->parent != n)
			return fault(a, c, "its parent is another", err);
		if (c->begin < at)
			return fault(a, c, "it overlaps what is before it",
				     err);
		if (c->end > n->end)
			return fault(a, c, "it ends behind its parent", err);
		at = c->end;
	}
	/* Long ranges are covered by their parts. */
	if (node_is_expr(n) && n->end - n->begin < 4096 && !is_balanced(t, n))
		return fault(a, n, "its parentheses do not match", err);
	if (node_is_expr(n) && n->kind != N_UNEVALUATED && !n->type)
		return fault(a, n, "it has no type", err);
	return 0;
}

/* Copies the tree by its ranges; equal to the text if no byte is lost. */
static void render(const struct ast *a, struct strbuf *out)
{
	const struct node *n = a->root;
	size_t at = 0;

	while (n) {
		strbuf_add(out, a->text + at, n->begin - at);
		at = n->begin;
		if (n->first) {
			n = n->first;
			continue;
		}
		while (n && !n->next) {
			strbuf_add(out, a->text + at, n->end - at);
			at = n->end;
			n = n->parent;
		}
		if (n) {
			strbuf_add(out, a->text + at, n->end - at);
			at = n->end;
			n = n->next;
		}
	}
}

static int check_rendering(const struct ast *a, struct err *err)
{
	struct strbuf out = STRBUF_INIT;
	int rc = 0;

	render(a, &out);
	if (out.len != a->len || memcmp(out.data, a->text, a->len) != 0)
		rc = err_set(err, -EPROTO,
			     "the tree of '%s' does not give back its text",
			     a->unit);
	strbuf_release(&out);
	return rc;
}

int ast_check(const struct ast *a, struct err *err)
{
	const struct node *n = a->root;

	while (n) {
		int rc = check_node(a, n, err);

		if (rc)
			return rc;
		if (n->first) {
			n = n->first;
			continue;
		}
		while (n && !n->next)
			n = n->parent;
		if (n)
			n = n->next;
	}
	return check_rendering(a, err);
}
