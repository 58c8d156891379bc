/* SPDX-License-Identifier: MIT */
/* expr_fn: the built-in functions of expressions (private to ad/). */
#ifndef HARRIER_AD_EXPR_FN_H
#define HARRIER_AD_EXPR_FN_H

#include "common/ad/expr_eval.h"
#include "common/ad/expr_lex.h"

/* Limits of one evaluation. */
#define EVAL_STEPS_MAX	1000000
#define EVAL_BYTES_MAX	(16u << 20)
#define EVAL_HEIGHT_MAX 3000 /* nodes above each other, over all references */

/* A call whose arguments are evaluated when the function asks for them. */
struct fn_call {
	struct eval *ev;
	const struct expr *expr;
	const uint32_t *args;
	uint32_t argc;
	const struct expr_env *env;
};

typedef struct value fn_body(const struct fn_call *call);

struct fn {
	const char *name; /* folded */
	uint32_t min_args;
	uint32_t max_args;
	fn_body *body;
};

/* By folded name; NODE_NO_FN if there is none. */
uint32_t expr_fn_find(const char *folded);

/* Tables of the families, each ended by a NULL name. */
extern const struct fn expr_fn_type[];
extern const struct fn expr_fn_number[];
extern const struct fn expr_fn_string[];
extern const struct fn expr_fn_list[];
extern const struct fn expr_fn_pattern[];
extern const struct fn expr_fn_time[];
extern const struct fn expr_fn_env[];
extern const struct fn expr_fn_ad[];

/* The function of an index that expr_fn_find gave. */
const struct fn *expr_fn_at(uint32_t index);

/* ---- what functions use -------------------------------------------------- */

struct value fn_arg(const struct fn_call *call, uint32_t i);

/* Argument i; if it is no string, *ret_other is what the call gives. */
bool fn_string(const struct fn_call *call, uint32_t i, struct value *ret_str,
	       struct value *ret_other);
/* The same for what strcat would write for the argument. */
bool fn_text(const struct fn_call *call, uint32_t i, struct value *ret_str,
	     struct value *ret_other);
/* The same for lists. */
bool fn_list(const struct fn_call *call, uint32_t i, struct value *ret_list,
	     struct value *ret_other);
/* The same for integers (reals are cut) and for any number. */
bool fn_int(const struct fn_call *call, uint32_t i, int64_t *ret,
	    struct value *ret_other);
bool fn_real(const struct fn_call *call, uint32_t i, double *ret,
	     struct value *ret_other);

static inline struct value value_of(enum value_type type)
{
	return (struct value){ .type = type };
}

static inline struct value value_bool(bool b)
{
	return (struct value){ .type = VALUE_BOOL, .u.b = b };
}

static inline struct value value_int(int64_t i)
{
	return (struct value){ .type = VALUE_INT, .u.i = i };
}

static inline struct value value_real(double r)
{
	return (struct value){ .type = VALUE_REAL, .u.r = r };
}

/* UNDEFINED stays, all else that does not fit is ERROR. */
static inline struct value value_misfit(struct value v)
{
	return value_of(v.type == VALUE_UNDEFINED ? VALUE_UNDEFINED
						  : VALUE_ERROR);
}

/* Evaluates a node; the heart of expr_eval.c. */
struct value eval_node(struct eval *ev, const struct expr *x, uint32_t node,
		       const struct expr_env *env);

/* A whole expression in an environment, with the limits of height. */
struct value eval_in(struct eval *ev, const struct expr *x,
		     const struct expr_env *env);

/* Takes steps for work of that size; false when the budget is used up. */
static inline bool eval_charge(struct eval *ev, size_t steps)
{
	if (steps >= ev->steps_left) {
		ev->steps_left = 0;
		return false;
	}
	ev->steps_left -= (uint32_t)steps;
	return true;
}

/* Memory until eval_release; NULL when the budget is used up. */
void *eval_alloc(struct eval *ev, size_t size);

/* Frees the expression at eval_release. */
void eval_keep_expr(struct eval *ev, struct expr *expr);

/* A copy of the bytes as a string value; ERROR if the budget is used up. */
struct value eval_string(struct eval *ev, const char *data, size_t len);

/* A list of count values, copied. */
struct value eval_list(struct eval *ev, const struct value *values,
		       size_t count);

/* One binary operator, by its token, on two values. */
struct value eval_binary(enum tok op, struct value a, struct value b);

/* As a number: 1 for TRUE. False if it is none. */
bool value_number(struct value v, double *ret);

/* strcmp without regard to case, for ASCII. */
int value_casecmp(struct value a, struct value b);

/* The text that string() and strcat() make of a value; false: it has none. */
bool value_text(struct value v, struct strbuf *out);

#endif
