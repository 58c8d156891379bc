/* SPDX-License-Identifier: MIT */
#include "instrument/ir.h"
#include "instrument/wrapped.h"

#include <stdlib.h>

#include "common/base/xalloc.h"
#include "instrument/jump.h"
#include "instrument/vm.h"

bool expr_has_effects(const struct node *n)
{
	if (n->kind == N_UNEVALUATED)
		return false;
	if (n->kind == N_CALL || n->kind == N_ASSIGN || n->kind == N_INCDEC ||
	    n->kind == N_STMT_EXPR || n->kind == N_VA_ARG)
		return true;
	for (const struct node *c = n->first; c; c = c->next)
		if (expr_has_effects(c))
			return true;
	return false;
}

static bool ref_reads_memory(const struct node *n)
{
	struct var *v = fn_var(n->decl);

	if (!n->decl || n->decl->kind == D_FUNCTION ||
	    n->decl->kind == D_ENUMERATOR)
		return false;
	if (n->type && (n->type->kind == T_ARRAY || vm_array(n->type)))
		return false;
	return !v || v->mem;
}

bool expr_reads_memory(const struct node *n)
{
	if (n->kind == N_UNEVALUATED)
		return false;
	if (n->kind == N_REF)
		return ref_reads_memory(n);
	if (n->kind == N_INDEX || (n->kind == N_MEMBER && n->arrow) ||
	    (n->kind == N_UNARY && n->op == '*'))
		return true;
	for (const struct node *c = n->first; c; c = c->next)
		if (expr_reads_memory(c))
			return true;
	return false;
}

bool lower_is_point(struct lowered *l, const struct node *n)
{
	const struct point *p = fn_point_of(l->fn, n);

	return p && !p->masked && l->points.call(l->points.ctx, n);
}

/* A call that becomes a statement of its own. */
static bool call_stands_out(struct lowered *l, const struct node *n)
{
	return n->kind == N_CALL &&
	       (lower_is_point(l, n) || jump_site(l->fn, n) >= 0);
}

static bool stmt_expr_has(struct lowered *l, struct node *n)
{
	if (node_is_opaque(n))
		return false;
	if (call_stands_out(l, n))
		return true;
	if (node_is_loop(n) && lower_polls(l, n))
		return true;
	for (struct node *c = n->first; c; c = c->next)
		if (stmt_expr_has(l, c))
			return true;
	return false;
}

static bool compute_has(struct lowered *l, struct node *n)
{
	if (node_is_opaque(n))
		return false;
	if (n->kind == N_STMT_EXPR)
		return stmt_expr_has(l, n->first);
	if (call_stands_out(l, n))
		return true;
	for (struct node *c = n->first; c; c = c->next)
		if (lower_has(l, c))
			return true;
	return false;
}

bool lower_has(struct lowered *l, struct node *n)
{
	if (!l->has[n->id])
		l->has[n->id] = compute_has(l, n) ? 1 : -1;
	return l->has[n->id] > 0;
}

/* ---- spilling ---- */

enum mode { VALUE, LVALUE, ARGUMENT };

static bool is_void(const struct node *n)
{
	return n->type && n->type->kind == T_VOID;
}

static void set_temp(struct lowered *l, struct node *n, struct ir_list *out)
{
	struct ir *ir = ir_add(l, out, IR_SET, n);

	ir->temp = lower_temp(l, n);
	l->subst[n->id].temp = ir->temp;
}

static void spill(struct lowered *l, struct node *n, enum mode mode,
		  struct ir_list *out);

/* Pins down which object n is, without reading it. */
static void spill_lvalue(struct lowered *l, struct node *n, struct ir_list *out)
{
	switch (n->kind) {
	case N_INDEX:
		spill(l, n->first, VALUE, out);
		spill(l, n->last, VALUE, out);
		break;
	case N_MEMBER:
		spill(l, n->first, n->arrow ? VALUE : LVALUE, out);
		break;
	case N_UNARY:
	case N_PAREN:
	case N_CAST:
		spill(l, n->last, n->op == '*' ? VALUE : LVALUE, out);
		break;
	case N_REF:
	case N_STRING:
		break;
	case N_COMPOUND_LITERAL:
		if (fn_literal(l->fn, n)) {
			ir_add(l, out, IR_EXPR, n);
			l->subst[n->id].temp = fn_literal(l->fn, n);
			break;
		}
		/* fall through */
	default:
		if (n->type && (n->type->kind == T_ARRAY || vm_array(n->type)))
			lower_fail(l, n, "an array value that a call needs");
		else
			set_temp(l, n, out);
	}
}

static bool needs_spill(const struct node *n, enum mode mode)
{
	if (expr_has_effects(n))
		return true;
	return mode == ARGUMENT && !n->is_const_int && expr_reads_memory(n);
}

static void spill(struct lowered *l, struct node *n, enum mode mode,
		  struct ir_list *out)
{
	struct subst *s = &l->subst[n->id];
	bool is_memory;

	if (s->temp || s->gone || !needs_spill(n, mode))
		return;
	is_memory = n->type && (n->type->kind == T_ARRAY || vm_array(n->type) ||
				n->type->kind == T_INCOMPLETE_ARRAY ||
				n->type->kind == T_FUNCTION);
	if (is_void(n)) {
		ir_add(l, out, IR_EXPR, n);
		/* what is left of n was just emitted; further text: nothing */
		s->gone = true;
	} else if (n->kind == N_INIT_LIST) {
		for (struct node *c = n->first; c; c = c->next)
			spill(l, c, mode, out);
	} else if (mode == LVALUE || is_memory) {
		spill_lvalue(l, n, out);
	} else {
		set_temp(l, n, out);
	}
}

/* ---- operands in order ---- */

struct operand {
	struct node *n;
	enum mode mode;
};

/* The operands before the last with a point are pinned down; all, if asked. */
static void in_order(struct lowered *l, struct operand *op, int count,
		     bool pin_all, struct ir_list *out)
{
	int last = pin_all ? count : -1;

	for (int i = 0; i < count && !pin_all; i++)
		if (lower_has(l, op[i].n))
			last = i;
	for (int i = 0; i <= last && i < count; i++) {
		lower_expr(l, op[i].n, out);
		if (i < last)
			spill(l, op[i].n, op[i].mode, out);
	}
}

static int count_children(const struct node *n)
{
	int count = 0;

	for (struct node *c = n->first; c; c = c->next)
		count++;
	return count;
}

static void lower_operands(struct lowered *l, struct node *e,
			   struct ir_list *out)
{
	int count = 0, all = count_children(e);
	struct operand *op = xcalloc(all + 1, sizeof(*op));
	bool lvalue = e->kind == N_INCDEC || e->kind == N_PAREN ||
		      (e->kind == N_UNARY && e->op == '&') ||
		      (e->kind == N_MEMBER && !e->arrow);

	for (struct node *c = e->first; c; c = c->next)
		if (node_is_expr(c) && c->kind != N_TYPE_REF)
			op[count++] =
				(struct operand){ c, lvalue ? LVALUE : VALUE };
	in_order(l, op, count, false, out);
	free(op);
}

static void lower_assign(struct lowered *l, struct node *e, struct ir_list *out)
{
	struct operand left = { e->first, LVALUE };
	struct operand right = { e->last, VALUE };
	struct operand plain[] = { left, right }, compound[] = { right, left };

	in_order(l, e->op ? compound : plain, 2, false, out);
}

static bool takes_token(const struct node *call)
{
	const struct decl *d = call_target(call);

	return !d || wrapped_polls(d->name);
}

static void lower_call(struct lowered *l, struct node *e, struct ir_list *out)
{
	int count = count_children(e);
	struct operand *op = xcalloc(count + 1, sizeof(*op));
	struct node *c = e->first;
	struct ir *ir;

	op[0] = (struct operand){ c, VALUE };
	for (int i = count - 1; i > 0; i--) {
		c = c->next;
		op[i] = (struct operand){ c, ARGUMENT };
	}
	/* between a token and the call that it is for nothing runs */
	in_order(l, op, count, takes_token(e) && lower_is_point(l, e), out);
	free(op);
	if (!call_stands_out(l, e))
		return;
	ir = ir_add(l, out, jump_site(l->fn, e) < 0 ? IR_CALL : IR_SETJMP, e);
	ir->point = fn_point_of(l->fn, e);
	if (is_void(e)) {
		l->subst[e->id].gone = true;
		return;
	}
	ir->temp = lower_temp(l, e);
	l->subst[e->id].temp = ir->temp;
}

/* ---- control flow inside expressions ---- */

/* What is left of e is evaluated, unless its value was all there is. */
static void add_effects(struct lowered *l, struct node *e, struct ir_list *out)
{
	if (!l->subst[e->id].gone && !l->subst[e->id].temp)
		ir_add(l, out, IR_EXPR, e);
}

static void branch_value(struct lowered *l, struct node *part, bool done,
			 struct var *temp, struct ir **to)
{
	struct ir_list list;

	ir_list_init(&list);
	lower_entry(l, part, &list);
	if (!done)
		lower_expr(l, part, &list);
	if (temp)
		ir_add(l, &list, IR_SET, part)->temp = temp;
	else
		add_effects(l, part, &list);
	*to = list.head;
}

/* t = a; if (t) t = b;   or, for ||, if (!t) t = b; */
static void lower_logical(struct lowered *l, struct node *e,
			  struct ir_list *out)
{
	struct var *t;
	struct ir *ir;

	lower_expr(l, e->first, out);
	if (!lower_has(l, e->last))
		return;
	t = lower_temp(l, e);
	ir_add(l, out, IR_SET, e->first)->temp = t;
	ir = ir_add(l, out, IR_BRANCH, NULL);
	ir->temp = t;
	ir->negate = e->kind == N_LOGOR;
	branch_value(l, e->last, false, t, &ir->a);
	l->subst[e->id].temp = t;
}

static void lower_cond(struct lowered *l, struct node *e, struct ir_list *out)
{
	bool elvis = e->op == '?';
	struct node *yes = elvis ? e->first : e->first->next;
	struct var *t = NULL;
	struct ir *ir;

	lower_expr(l, e->first, out);
	if (!lower_has(l, e->last) && (elvis || !lower_has(l, yes)))
		return;
	if (!is_void(e))
		t = lower_temp(l, e);
	/* of a ?: b the first operand is both condition and value */
	if (elvis)
		spill(l, e->first, VALUE, out);
	ir = ir_add(l, out, IR_BRANCH, e->first);
	branch_value(l, yes, elvis, t, &ir->a);
	branch_value(l, e->last, false, t, &ir->b);
	l->subst[e->id].temp = t;
	l->subst[e->id].gone = !t;
}

static void lower_comma(struct lowered *l, struct node *e, struct ir_list *out)
{
	lower_expr(l, e->first, out);
	if (!lower_has(l, e->last) && !l->subst[e->first->id].gone)
		return;
	add_effects(l, e->first, out);
	lower_expr(l, e->last, out);
	l->subst[e->id].alias = e->last;
	l->subst[e->id].temp = l->subst[e->last->id].temp;
	l->subst[e->id].gone = l->subst[e->last->id].gone;
}

static void lower_block_value(struct lowered *l, struct node *e,
			      struct ir_list *out)
{
	struct var *t = is_void(e) ? NULL : lower_temp(l, e);

	lower_stmt_expr(l, e, t, out);
	l->subst[e->id].temp = t;
	l->subst[e->id].gone = !t;
}

void lower_expr(struct lowered *l, struct node *e, struct ir_list *out)
{
	if (!lower_has(l, e))
		return;
	switch (e->kind) {
	case N_CALL:
		lower_call(l, e, out);
		break;
	case N_ASSIGN:
		lower_assign(l, e, out);
		break;
	case N_LOGAND:
	case N_LOGOR:
		lower_logical(l, e, out);
		break;
	case N_COND:
		lower_cond(l, e, out);
		break;
	case N_COMMA:
		lower_comma(l, e, out);
		break;
	case N_STMT_EXPR:
		lower_block_value(l, e, out);
		break;
	case N_PAREN:
	case N_CAST:
		lower_operands(l, e, out);
		if (is_void(e) && l->subst[e->last->id].gone)
			l->subst[e->id].gone = true;
		break;
	default:
		lower_operands(l, e, out);
	}
}
