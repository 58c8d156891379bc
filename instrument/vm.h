/* SPDX-License-Identifier: MIT */
/*
 * Declarations of variably modified type: arrays whose length is known at
 * run time, pointers to such arrays, typedefs of them.
 *
 * Each length that such a declaration computes is a variable of its own, a
 * *dimension*: it is saved with the frame, and in a slow clone it stands for
 * the expression, which is evaluated once.
 */
#ifndef INSTRUMENT_VM_H
#define INSTRUMENT_VM_H

#include "instrument/ast.h"
#include <stdbool.h>

struct fn;
struct var;

struct vm_dim {
	size_t begin, end; /* what stands between [ and ] */
	struct var *var;
};

struct vm {
	struct decl *decl; /* D_LOCAL, D_PARAM or D_TYPEDEF */
	struct var *var; /* NULL: a typedef */
	struct node *stmt; /* N_DECL_STMT; NULL: a parameter */
	size_t spec_begin, spec_end;
	size_t begin, end; /* the declarator without its initialiser */
	size_t adjusted; /* offset of the [ of `double a[n][m]`, which makes
			  * a pointer of a parameter; 0: none */
	struct vm_dim *dims; /* in the order of the text, which is the order
			      * from the outermost array inwards */
	int ndims;
};

/* Whether a declaration with this type computes a length. */
bool vm_type(const struct type *t);
/* Whether an object of this type has a length known at run time only. */
bool vm_array(const struct type *t);
/* The type that the runtime is told: elements for an array of variable
 * length, the type itself for all others. */
const struct type *vm_elements(const struct type *t);

/* Notes a parameter, local or typedef if it is variably modified; refuses
 * the function where it cannot be resumed. */
void vm_add(struct fn *fn, struct decl *d);
/* Of a declaration that vm_add noted, else NULL. */
struct vm *vm_of(const struct fn *fn, const struct decl *d);
/* Refuses what measures a variable array and has effects, as sizeof a[i++]. */
void vm_check(struct fn *fn, const struct node *n);
/* Whether a sizeof or typeof may compute a length, and so reads variables. */
bool vm_is_evaluated(const struct node *n);

/* A bound of a parameter, which a slow clone must not compute on its way in:
 * the text between the brackets that open at `at`, or NULL. */
const char *vm_way_in_bound(const struct fn *fn, size_t at);

void vm_free_all(struct fn *fn);

#endif
