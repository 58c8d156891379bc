/* SPDX-License-Identifier: MIT */
#include "instrument/fn_bytes.h"

const char fn_fills_bytes_why[] = "it fills objects byte by byte";

struct look {
	bool taken; /* a pointer to bytes is made of another parameter */
	bool stored; /* something is stored through a pointer to bytes */
	bool calls;
};

static bool points_to_bytes(const struct type *t)
{
	return t && t->kind == T_POINTER && t->elem &&
	       (t->elem->kind == T_CHAR || t->elem->kind == T_SCHAR ||
		t->elem->kind == T_UCHAR);
}

/* A parameter that is some other pointer: the object may be of any type. */
static bool is_any_object(struct node *n)
{
	n = node_strip(n);
	while (n && n->kind == N_CAST)
		n = node_strip(n->last);
	return n && n->kind == N_REF && n->decl && n->decl->kind == D_PARAM &&
	       n->decl->type->kind == T_POINTER &&
	       !points_to_bytes(n->decl->type);
}

static bool stores_byte(struct node *left)
{
	struct node *n = node_strip(left);

	if (n->kind == N_UNARY && n->op == '*')
		return points_to_bytes(node_strip(n->last)->type);
	return n->kind == N_INDEX && n->first->next &&
	       points_to_bytes(node_strip(n->first)->type);
}

/* Carried on as it is, not computed: a pixel is complete, these are not. */
static bool is_plain_byte(struct node *n)
{
	n = node_strip(n);
	while (n && n->kind == N_CAST)
		n = node_strip(n->last);
	if (!n || n->is_const_int || stores_byte(n))
		return true;
	return n->kind == N_REF && n->decl &&
	       (n->decl->kind == D_PARAM || n->type->size == 1);
}

static bool visit(struct node *n, void *ctx)
{
	struct look *l = ctx;

	if (n->kind == N_UNEVALUATED)
		return false;
	if (n->kind == N_VAR && n->init && n->decl &&
	    points_to_bytes(n->decl->type))
		l->taken |= is_any_object(n->init);
	if (n->kind == N_ASSIGN) {
		l->taken |= !n->op && points_to_bytes(n->first->type) &&
			    is_any_object(n->last);
		l->stored |= stores_byte(n->first) && !n->op &&
			     is_plain_byte(n->last);
	}
	if (n->kind == N_CALL && fn_call_is_candidate(n))
		l->calls = true;
	return true;
}

bool fn_fills_bytes(struct fn *fn)
{
	struct look l = { false, false, false };

	if (!fn->nloops)
		return false;
	node_walk(fn->body, visit, &l);
	return l.taken && l.stored && !l.calls;
}
