/* SPDX-License-Identifier: MIT */
#include "instrument/ast.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/xalloc.h"
#include "instrument/ast_priv.h"

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

struct ast *ast_new(const char *text, size_t len)
{
	struct ast *a = xcalloc(1, sizeof(*a));
	struct ast_priv *p = xcalloc(1, sizeof(*p));

	a->priv = p;
	p->arena = arena_new();
	a->text = arena_strndup(p->arena, text, len);
	a->len = len;
	toks_init(&p->toks, a->text, len);
	p->lines = linemap_new(a->text, len);
	a->unit = base_name(linemap_main_file(p->lines));
	a->pragmas = p->toks.pragmas;
	a->npragmas = (int)p->toks.npragmas;
	return a;
}

void ast_free(struct ast *a)
{
	if (!a)
		return;
	toks_release(&a->priv->toks);
	free(a->priv->hidden);
	linemap_free(a->priv->lines);
	arena_free(a->priv->arena);
	free(a->priv);
	free(a->decls);
	free(a->types);
	free(a->features);
	free(a);
}

void node_append(struct node *parent, struct node *child)
{
	child->parent = parent;
	if (parent->last)
		parent->last->next = child;
	else
		parent->first = child;
	parent->last = child;
}

struct node *node_new(struct ast *a, enum node_kind kind, struct node *parent,
		      size_t begin, size_t end)
{
	struct node *n = arena_alloc(a->priv->arena, sizeof(*n));

	n->kind = kind;
	n->begin = begin;
	n->end = end;
	n->id = a->nnodes++;
	if (parent)
		node_append(parent, n);
	return n;
}

struct place ast_place(const struct ast *a, size_t offset)
{
	return linemap_place(a->priv->lines, offset);
}

struct node *node_up(struct node *n, enum node_kind kind)
{
	for (n = n->parent; n && n->kind != kind; n = n->parent)
		;
	return n;
}

bool node_is_expr(const struct node *n)
{
	return n->kind >= N_CALL && n->kind <= N_OTHER_EXPR;
}

bool node_is_stmt(const struct node *n)
{
	return n->kind == N_DECL_STMT ||
	       (n->kind >= N_COMPOUND && n->kind <= N_ASM);
}

struct decl *call_target(const struct node *call)
{
	const struct node *n = call->first;

	while (n && (n->kind == N_PAREN ||
		     (n->kind == N_UNARY &&
		      (n->op == '*' || n->op == '&' || n->op == '_'))))
		n = n->last;
	if (n && n->kind == N_REF && n->decl && n->decl->kind == D_FUNCTION)
		return n->decl;
	return NULL;
}
