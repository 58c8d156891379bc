/* SPDX-License-Identifier: MIT */
/* Evaluates expressions against an ad, or between two of them. */
#ifndef HARRIER_AD_EXPR_EVAL_H
#define HARRIER_AD_EXPR_EVAL_H

#include "common/ad/expr.h"

struct eval_block;
struct eval_ref;

/* Where names are looked up: an ad, or one nested in an expression. */
struct expr_env {
	const struct ad *ad; /* of a root */
	const struct expr_env *other; /* of a root: the other side */
	const struct expr_env *outer; /* of a nested ad: what is around it */
	const struct expr_env *root;
	const struct expr *expr; /* of a nested ad: its text and its node */
	uint32_t node;
};

/*
 * One evaluation or a row of them. Starting one costs nothing; memory is
 * taken only for strings and lists that an expression computes. Embed it on
 * the stack: eval_init, eval_expr..., eval_release. It may not be moved.
 *
 * An evaluation cannot run away: it has a budget of steps and of memory and a
 * limit of depth. When one of them is used up the value is ERROR.
 */
struct eval {
	int64_t now_s; /* what time() says; 0: the clock at first use */
	uint64_t random; /* state of random(); 0: seeded at first use */
	/* private */
	struct expr_env my;
	struct expr_env target;
	struct eval_block *blocks;
	const struct eval_ref *refs;
	uint32_t steps_left;
	uint32_t bytes_left;
	uint32_t height;
};

/* my may be NULL for an expression that needs no ad. */
void eval_init(struct eval *ev, const struct ad *my, const struct ad *target);
void eval_release(struct eval *ev);

/* Values stay valid until eval_release. */
struct value eval_expr(struct eval *ev, const struct expr *expr);
struct value eval_attr(struct eval *ev, const char *name);

/*
 * As a truth: 1, 0, or -1 if the value is undefined, error or has no truth.
 * Numbers other than zero are true.
 */
int value_truth(const struct value *value);

#endif
