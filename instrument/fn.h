/* SPDX-License-Identifier: MIT */
/*
 * The functions of a unit as the instrumenter sees them: which can be
 * resumed, their resume points with stable names, their variables.
 *
 * Invariants:
 * - A point's name (what, file, line, col, copy) depends on the user's text
 *   of its own function only, never on the plan or on other functions.
 * - Every local has one record (decl->user); memory variables (address
 *   taken, or arrays) are passed to the runtime by address, all others by
 *   value.
 */
#ifndef INSTRUMENT_FN_H
#define INSTRUMENT_FN_H

#include "instrument/ast.h"
#include <stdbool.h>

struct hash;
struct node_info;
struct vm;
struct dispatch;

enum point_kind { POINT_CALL, POINT_LOOP, POINT_ENTRY, POINT_GOTO };

struct var {
	struct decl *decl; /* NULL: a temporary or a literal's object */
	struct node *node; /* of a temporary: the expression it holds; of
				 * a compound literal that has an address: it;
				 * declared at the start of its block */
	char *name; /* in the emitted C */
	char *stable; /* in images */
	bool mem;
	bool odd; /* memory variable whose declaration can be
				 * jumped over */
	bool assigned; /* its initialiser became an assignment */
	bool is_bool; /* temporary: the value of a && or || */
	bool is_frame; /* fn.frame: no declaration, no node */
	size_t scope_begin, scope_end; /* of a variable: where it has a name */
	bool is_chain; /* of what alloca gave */
	bool carried; /* live where the address of a label leads */
	bool hoisted; /* in the slow clone declared at its top */
	int index; /* among fn.vars */
	size_t touched; /* memory variable: where the text first gives it a
				 * value or names it */
	struct type *type; /* of a dimension, which has no decl and no node */
	const struct vm *dim_of;
	struct vm *vm; /* of a variable with a variably modified type */
};

struct point {
	enum point_kind kind;
	int id; /* dense, from 0 */
	struct node *node; /* call, loop or goto; entry: the statement the
				 * poll stands before */
	char *what;
	struct place place;
	unsigned copy;
	bool masked; /* a va_list is in use: no point in any lowering */
	/* set by live.c */
	struct var **vars;
	bool *maybe;
	int nvars;
	bool alive; /* reachable: it was met in the lowered form */
};

struct fn {
	struct ast *ast;
	struct decl *decl;
	struct node *node, *body;
	bool refused; /* runs as written, with polls off */
	char *why;
	size_t why_at;
	struct var **vars; /* parameters, locals, frame, then temporaries */
	int nvars, nlocals;
	struct point **points;
	int npoints;
	struct point *entry; /* among points, or NULL */
	struct node **loops; /* in the order of the text */
	int nloops;
	bool has_mem; /* any memory variable */
	struct var **literals; /* of vars, those of compound literals */
	int nliterals;
	struct node_info *info; /* of fn.c, by node id from first_id on */
	int first_id, nids;
	struct hash *names; /* of fn.c: how often each was given */
	int nstatics;
	struct decl *unsaved; /* a static local that no image can hold */
	struct var **statics; /* static locals, in the order of the text */
	struct node **sites; /* calls of setjmp, in the order of the text */
	int nsites;
	struct var *rest; /* the arguments behind `...`: never saved */
	struct var *frame; /* with sites: numbers the activation */
	struct var *alloca; /* owns what alloca gives; NULL: none is called */
	struct dispatch *dispatch; /* NULL: no label has its address taken */
	struct vm **vms; /* of vm.c */
	int nvms;
};

/* One record per function definition of the user's source, in order. */
struct fns {
	struct fn **fn;
	int n;
};

struct fns *fns_make(struct ast *a);
void fns_free(struct fns *f);

/* Whether a call may reach a poll as far as the unit alone can tell. */
bool fn_call_is_candidate(const struct node *call);

/* Whether it says __func__ or one of its other names. */
bool fn_names_itself(struct fn *fn);
struct point *fn_point_of(const struct fn *fn, const struct node *n);
struct point *fn_entry_point(const struct fn *fn);
int fn_loop_index(const struct fn *fn, const struct node *loop);
/* The temporary that holds an expression, made on first use. */
struct var *fn_temp(struct fn *fn, struct node *expr);
struct var *fn_var(const struct decl *d);
/* Whether a compound literal is an object that pointers may lead to. */
bool literal_has_address(const struct node *n);
/* The object of a compound literal whose address is used, or NULL. */
struct var *fn_literal(const struct fn *fn, const struct node *n);

/*
 * What runs in ways that the text does not show (only the chosen branch of
 * _Generic, nothing of sizeof) is left as written and holds no points.
 */
bool node_is_opaque(const struct node *n);
bool node_is_loop(const struct node *n);
/* The expression inside any parentheses; NULL for NULL. */
struct node *node_strip(struct node *n);
/* Calls visit for each node of the tree in the order of the text; visit
 * returns false to skip what is below. */
void node_walk(struct node *n, bool (*visit)(struct node *, void *), void *ctx);

#endif
