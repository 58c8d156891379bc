/* SPDX-License-Identifier: MIT */
/*
 * The lowered form of a function: a tree of statements in which every call
 * that is a resume point is a statement of its own.
 *
 * The order of evaluation is fixed here, the same on every target: gcc's on
 * x86-64.  Operands run from left to right, arguments from right to left
 * behind the callee, the right side of a compound assignment before its
 * left.  What stands before a resume point in that order and has effects is
 * spilled to a temporary; what only reads stays in place and is read last,
 * except arguments that read memory.
 *
 * Invariant: a temporary belongs to its expression.  Whatever the set of
 * points, the temporaries pending at one point are the same, so that a frame
 * saved by the fast clone is restored by the slow one.
 */
#ifndef INSTRUMENT_IR_H
#define INSTRUMENT_IR_H

#include "instrument/fn.h"
#include <stdbool.h>

enum ir_kind {
	IR_BLOCK, /* a: list; n: N_COMPOUND, or NULL: made by lowering */
	IR_TEMPS, /* declares temps[0..ntemps) */
	IR_EXPR, /* n: expression evaluated for its effects */
	IR_SET, /* temp = n */
	IR_CALL, /* [temp =] n, an N_CALL; point */
	IR_SETJMP, /* temp = n, one of fn.sites; a longjmp comes here again */
	IR_TAIL, /* return n, an N_CALL whose frame replaces ours */
	IR_POLL, /* point; n: statement or loop it belongs to */
	IR_DECL, /* n: N_DECL_STMT; declarators from first to last */
	IR_INIT, /* n: N_VAR; the variable = what is left of its
			 * initialiser */
	IR_BRANCH, /* if (n) a else b: from &&, || and ?: */
	IR_IF, /* n: N_IF; a, b */
	IR_LOOP, /* n: loop; init, pre (of the condition), a: body, step */
	IR_SWITCH, /* n: N_SWITCH; a: body */
	IR_LABEL, /* n: N_LABEL, N_CASE, N_DEFAULT; a: what it labels */
	IR_JUMP, /* n: N_GOTO, N_BREAK, N_CONTINUE */
	IR_RETURN, /* n: N_RETURN */
	IR_TEXT, /* n: any other statement, as written */
};

struct ir {
	enum ir_kind kind;
	struct node *n;
	struct ir *next;
	struct ir *a, *b, *init, *pre, *step;
	struct node *first, *last; /* IR_DECL: N_VAR */
	bool bare; /* IR_DECL: without initialisers; IR_INIT follow */
	struct node *whole; /* the source statement that this is all of:
				 * it may be copied as written */
	struct var *temp;
	struct var **temps;
	int ntemps;
	struct point *point; /* IR_CALL, IR_POLL; IR_LOOP: its head's */
	bool poll; /* IR_LOOP, IR_POLL: polls in this lowering */
	bool active; /* it or something in it is a point */
	bool negate; /* IR_BRANCH: if (!n) */
};

/* What the residual text of an expression becomes. */
struct subst {
	struct var *temp;
	struct node *alias; /* only this part of it is left (comma) */
	bool gone; /* void, already evaluated */
};

/* Which calls, loops and gotos are points in one lowering. */
struct point_set {
	bool (*call)(void *ctx, const struct node *call);
	bool (*loop)(void *ctx, int loop);
	bool entry, gotos;
	void *ctx;
	bool every_dispatch; /* of gotos to computed labels those too that
				* dispatch.h finds need none */
};

struct lowered {
	struct fn *fn;
	struct point_set points;
	struct subst *subst; /* by node id */
	signed char *has; /* by node id: 0 unknown, 1 holds a point, -1 */
	struct ir *root; /* IR_BLOCK of the body */
	struct ir **loops; /* by loop number */
	struct var **new_temps; /* of the statement being lowered */
	int nnew;
	struct ir **all;
	int nall;
	char *error; /* what cannot be lowered, or NULL */
	size_t error_at;
};

struct lowered *lower_fn(struct fn *fn, const struct point_set *points);
void lowered_free(struct lowered *l);

/* ---- between lower_stmt.c and lower_expr.c ---- */

struct ir_list {
	struct ir *head, **tail;
};

void ir_list_init(struct ir_list *l);
struct ir *ir_add(struct lowered *l, struct ir_list *to, enum ir_kind kind,
		  struct node *n);
bool lower_has(struct lowered *l, struct node *n);
/* Whether the call is a point here. */
bool lower_is_point(struct lowered *l, const struct node *call);
bool lower_polls(struct lowered *l, const struct node *loop);
/* Emits to `out` all that must run before what is left of e. */
void lower_expr(struct lowered *l, struct node *e, struct ir_list *out);
void lower_stmt(struct lowered *l, struct node *s, struct ir_list *out);
/* The poll of the function's entry, if its place is right before n. */
void lower_entry(struct lowered *l, struct node *n, struct ir_list *out);
/* The statements of a ({ }), its value to temp (may be NULL). */
void lower_stmt_expr(struct lowered *l, struct node *e, struct var *temp,
		     struct ir_list *out);
/* A temporary for e, noted for the statement's declarations. */
struct var *lower_temp(struct lowered *l, struct node *e);
void lower_fail(struct lowered *l, const struct node *n, const char *what);

/* Whether evaluating n may change anything: calls, assignments, ++. */
bool expr_has_effects(const struct node *n);
/* Whether its value depends on memory that a call may change. */
bool expr_reads_memory(const struct node *n);

#endif
