/* SPDX-License-Identifier: MIT */
/* expr_node: how a compiled expression lies in memory (private to ad/). */
#ifndef HARRIER_AD_EXPR_NODE_H
#define HARRIER_AD_EXPR_NODE_H

#include "common/ad/expr.h"
#include "common/ad/expr_lex.h"

#include <stdatomic.h>

enum node_kind {
	NODE_UNDEFINED,
	NODE_ERROR,
	NODE_BOOL,
	NODE_INT,
	NODE_REAL,
	NODE_STRING,
	NODE_ATTR,
	NODE_SCOPE, /* MY or TARGET standing alone: the ad as a value */
	NODE_SELECT,
	NODE_PAREN,
	NODE_UNARY,
	NODE_BINARY,
	NODE_AND,
	NODE_OR,
	NODE_TERNARY, /* n == 2: without a middle, a ?: b */
	NODE_SUBSCRIPT,
	NODE_CALL,
	NODE_LIST,
	NODE_AD,
	NODE_FIELD, /* a name in an AD, evaluated by nobody */
};

enum node_scope {
	SCOPE_NONE,
	SCOPE_MY,
	SCOPE_TARGET,
	SCOPE_ROOT, /* .name */
	SCOPE_PARENT, /* parent.name */
};

#define NODE_NO_FN UINT32_MAX

/*
 * Which fields mean what:
 *   BOOL INT REAL       u
 *   STRING              a: its text, n: bytes
 *   ATTR SELECT CALL FIELD: a is the offset of the folded name, n its
 *                       length; the name as written follows the folded one
 *   ATTR                op: scope, u.hash
 *   SELECT              b: the ad's node, u.hash
 *   PAREN UNARY         b: operand (UNARY: op is the token)
 *   BINARY SUBSCRIPT    a, b: operands (BINARY: op is the token)
 *   AND OR TERNARY LIST a: first of n operands in kids
 *   CALL                u.call: arguments in kids; b: function or NODE_NO_FN
 *   AD                  a: first of 2n kids: a FIELD and its value, in turn
 */
struct node {
	uint8_t kind;
	uint8_t op;
	uint16_t height; /* 1 for a leaf */
	uint32_t n;
	uint32_t a;
	uint32_t b;
	union {
		bool truth;
		int64_t i;
		double r;
		uint64_t hash;
		struct {
			uint32_t first;
			uint32_t count;
		} call;
	} u;
};

/* One block: this, the nodes, the kids, the text. */
struct expr {
	atomic_uint refs;
	uint32_t root;
	uint32_t node_count;
	uint32_t kid_count;
	uint32_t text_len;
	const uint32_t *kids;
	const char *text;
	struct node nodes[];
};

static inline const char *node_text(const struct expr *x,
				    const struct node *node)
{
	return x->text + node->a;
}

/* The name as the user wrote it. */
static inline const char *node_spelling(const struct expr *x,
					const struct node *node)
{
	return x->text + node->a + node->n + 1;
}

#endif
