/* SPDX-License-Identifier: MIT */
/* ast_priv: what ast, tu and walk share of a tree's making. */
#ifndef INSTRUMENT_AST_PRIV_H
#define INSTRUMENT_AST_PRIV_H

#include "instrument/arena.h"
#include "instrument/ast.h"
#include "instrument/linemap.h"
#include "instrument/tok.h"

/* A function's body in a system header, from its { to behind its }. */
struct hidden {
	uint32_t begin, end;
};

struct ast_priv {
	struct arena *arena;
	struct toks toks;
	struct linemap *lines;
	int pointer_size; /* bytes on the target */
	struct hidden *hidden; /* bodies that libclang did not see, in order */
	size_t nhidden;
	bool gnu_inline; /* inline means what it did in gnu89 */
};

/* A tree without nodes: the text copied, tokens and lines made. */
struct ast *ast_new(const char *text, size_t len);

/* A new node at the end of the parent's children (parent may be NULL). */
struct node *node_new(struct ast *a, enum node_kind kind, struct node *parent,
		      size_t begin, size_t end);
void node_append(struct node *parent, struct node *child);

#endif
