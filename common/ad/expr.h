/* SPDX-License-Identifier: MIT */
/* ClassAd expressions: parse once, evaluate many times (docs/expr.md). */
#ifndef HARRIER_AD_EXPR_H
#define HARRIER_AD_EXPR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ad;
struct err;
struct expr_env;
struct strbuf;

/*
 * A compiled expression: immutable, in one block of memory, counted. It may
 * be shared between ads and between threads.
 */
struct expr;

enum value_type {
	VALUE_UNDEFINED,
	VALUE_ERROR,
	VALUE_BOOL,
	VALUE_INT,
	VALUE_REAL,
	VALUE_STRING,
	VALUE_LIST,
	VALUE_AD,
	VALUE_ABSTIME,
	VALUE_RELTIME,
};

/*
 * What an evaluation gives. Strings (always ended by NUL), lists and nested
 * ads belong to the ad, the expression or the struct eval they came from, and
 * live until the first of these goes or is changed.
 */
struct value {
	enum value_type type;
	uint32_t len; /* bytes of a string, elements of a list, zone (as
		       * int32_t) of an absolute time */
	union {
		bool b;
		int64_t i; /* also seconds of an absolute time */
		double r; /* also seconds of a relative time */
		const char *s;
		const struct value *list;
		const struct expr_env *ad; /* private to the evaluator */
	} u;
};

/* Longest accepted text, bytes, and deepest accepted nesting. */
#define EXPR_TEXT_MAX  (4u << 20)
#define EXPR_DEPTH_MAX 400

/*
 * Parses all of text. Returns 0, -EINVAL (a syntax error: err says what and
 * in which column) or -E2BIG. The caller owns *ret_expr.
 */
int expr_parse(const char *text, struct expr **ret_expr, struct err *err);
int expr_parse_n(const char *text, size_t len, struct expr **ret_expr,
		 struct err *err);

struct expr *expr_ref(const struct expr *expr);
void expr_free(struct expr *expr); /* drops one reference; NULL is fine */

/* Appends the expression's text; parentheses stay as they were written. */
void expr_unparse(const struct expr *expr, struct strbuf *out);

/* A literal (also a negative number)? Then its value in *ret_value. */
bool expr_literal(const struct expr *expr, struct value *ret_value);

/* The same text, whatever the blanks? */
bool expr_equal(const struct expr *a, const struct expr *b);

/* The first function the expression calls that does not exist, or NULL. */
const char *expr_unknown_fn(const struct expr *expr);

/*
 * Calls each attribute reference: scope is "", "MY" or "TARGET". References
 * inside nested ads are reported as well. Stops when visit returns false.
 */
void expr_each_attr(const struct expr *expr,
		    bool (*visit)(void *ctx, const char *scope,
				  const char *name),
		    void *ctx);

/* Is the attribute mentioned, unscoped or in TARGET (case does not matter)? */
bool expr_mentions(const struct expr *expr, const char *name);

/*
 * The expressions that && joins at the top (one if it is no conjunction,
 * parentheses around it removed): fills at most max and returns how many
 * there are. The caller frees those filled.
 */
size_t expr_conjuncts(const struct expr *expr, struct expr **ret, size_t max);

/* Appends the value as an expression: strings quoted, reals exact. */
void value_unparse(const struct value *value, struct strbuf *out);

/* The same type and the same value? (case-sensitive; lists by element) */
bool value_same(const struct value *a, const struct value *b);

#endif
