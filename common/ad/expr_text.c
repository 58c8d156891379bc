/* SPDX-License-Identifier: MIT */
/* Expressions back to text, and questions about what they mention. */
#include "common/ad/ad.h"
#include "common/ad/expr_fn.h"
#include "common/ad/expr_node.h"
#include "common/ad/expr_time.h"
#include "common/ad/name.h"
#include "common/base/strbuf.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct expr *expr_ref(const struct expr *expr)
{
	struct expr *x = (struct expr *)expr;

	atomic_fetch_add_explicit(&x->refs, 1, memory_order_relaxed);
	return x;
}

void expr_free(struct expr *expr)
{
	if (expr && atomic_fetch_sub_explicit(&expr->refs, 1,
					      memory_order_acq_rel) == 1)
		free(expr);
}

/* ---- values to text ------------------------------------------------------------ */

static void quote(struct strbuf *out, const char *s, size_t len, char mark)
{
	strbuf_addch(out, mark);
	for (size_t i = 0; i < len; i++) {
		if (s[i] == mark || s[i] == '\\')
			strbuf_addch(out, '\\');
		strbuf_addch(out, s[i]);
	}
	strbuf_addch(out, mark);
}

/* The shortest decimal that reads back as the same number. */
static void unparse_real(double r, struct strbuf *out)
{
	char text[40];

	if (isnan(r)) {
		strbuf_addstr(out, "real(\"NaN\")");
		return;
	}
	if (isinf(r)) {
		strbuf_addstr(out, r < 0 ? "real(\"-INF\")" : "real(\"INF\")");
		return;
	}
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, r);
		if (strtod(text, NULL) == r)
			break;
	}
	strbuf_addstr(out, text);
	if (!strpbrk(text, ".e"))
		strbuf_addstr(out, ".0");
}

static void unparse_node(const struct expr *x, uint32_t at, struct strbuf *out);

static void unparse_list(const struct value *list, struct strbuf *out)
{
	strbuf_addstr(out, "{ ");
	/* a list may name one long string many times */
	for (uint32_t i = 0; i < list->len && out->len <= EVAL_BYTES_MAX; i++) {
		strbuf_addstr(out, i ? ", " : "");
		value_unparse(&list->u.list[i], out);
	}
	strbuf_addstr(out, list->len ? " }" : "}");
}

/* As the calls that make them. */
static void unparse_time(const struct value *value, struct strbuf *out)
{
	char text[TIME_TEXT_SIZE];

	time_text(value, text);
	strbuf_addf(out, "%sTime(\"%s\")",
		    value->type == VALUE_ABSTIME ? "abs" : "rel", text);
}

void value_unparse(const struct value *value, struct strbuf *out)
{
	switch (value->type) {
	case VALUE_UNDEFINED:
		strbuf_addstr(out, "undefined");
		break;
	case VALUE_ERROR:
		strbuf_addstr(out, "error");
		break;
	case VALUE_BOOL:
		strbuf_addstr(out, value->u.b ? "true" : "false");
		break;
	case VALUE_INT:
		strbuf_addf(out, "%" PRId64, value->u.i);
		break;
	case VALUE_REAL:
		unparse_real(value->u.r, out);
		break;
	case VALUE_STRING:
		quote(out, value->u.s, value->len, '"');
		break;
	case VALUE_LIST:
		unparse_list(value, out);
		break;
	case VALUE_AD:
		if (value->u.ad->expr)
			unparse_node(value->u.ad->expr, value->u.ad->node, out);
		else
			strbuf_addstr(out, "MY");
		break;
	case VALUE_ABSTIME:
	case VALUE_RELTIME:
		unparse_time(value, out);
		break;
	}
}

bool value_text(struct value v, struct strbuf *out)
{
	char text[TIME_TEXT_SIZE];

	switch (v.type) {
	case VALUE_UNDEFINED:
	case VALUE_ERROR:
		return false;
	case VALUE_STRING:
		strbuf_add(out, v.u.s, v.len);
		return true;
	case VALUE_REAL:
		if (isfinite(v.u.r) && v.u.r != 0) {
			strbuf_addf(out, "%.15E", v.u.r);
			return true;
		}
		unparse_real(v.u.r, out);
		return true;
	case VALUE_ABSTIME:
	case VALUE_RELTIME:
		time_text(&v, text);
		strbuf_addstr(out, text);
		return true;
	default:
		value_unparse(&v, out);
		return out->len <= EVAL_BYTES_MAX;
	}
}

bool value_same(const struct value *a, const struct value *b)
{
	if (a->type != b->type)
		return false;
	switch (a->type) {
	case VALUE_BOOL:
		return a->u.b == b->u.b;
	case VALUE_INT:
		return a->u.i == b->u.i;
	case VALUE_REAL:
		return a->u.r == b->u.r || (isnan(a->u.r) && isnan(b->u.r));
	case VALUE_STRING:
		return a->len == b->len && memcmp(a->u.s, b->u.s, a->len) == 0;
	case VALUE_LIST:
		if (a->len != b->len)
			return false;
		for (uint32_t i = 0; i < a->len; i++)
			if (!value_same(&a->u.list[i], &b->u.list[i]))
				return false;
		return true;
	case VALUE_AD:
		return a->u.ad == b->u.ad;
	case VALUE_ABSTIME:
		return a->u.i == b->u.i && a->len == b->len;
	case VALUE_RELTIME:
		return a->u.r == b->u.r;
	default:
		return true;
	}
}

/* ---- expressions to text --------------------------------------------------------- */

static const char *operator_text(enum tok tok)
{
	static const char *const texts[] = {
		[TOK_NOT] = "!",    [TOK_BITNOT] = "~", [TOK_MUL] = "*",
		[TOK_DIV] = "/",    [TOK_MOD] = "%",	[TOK_PLUS] = "+",
		[TOK_MINUS] = "-",  [TOK_SHL] = "<<",	[TOK_SHR] = ">>",
		[TOK_USHR] = ">>>", [TOK_LT] = "<",	[TOK_LE] = "<=",
		[TOK_GE] = ">=",    [TOK_GT] = ">",	[TOK_EQ] = "==",
		[TOK_NE] = "!=",    [TOK_IS] = "=?=",	[TOK_ISNT] = "=!=",
		[TOK_BITAND] = "&", [TOK_BITXOR] = "^", [TOK_BITOR] = "|",
	};

	return texts[tok];
}

/* Would the bare name be read as something else? */
static bool needs_quotes(const char *folded, size_t len)
{
	static const char *const words[] = { "true",  "false",	"undefined",
					     "error", "is",	"isnt",
					     "my",    "target", "parent" };

	if (!name_first(folded[0]))
		return true;
	for (size_t i = 0; i < len; i++)
		if (!name_char(folded[i]))
			return true;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i], folded) == 0)
			return true;
	return false;
}

static void unparse_name(const struct expr *x, const struct node *node,
			 struct strbuf *out)
{
	if (needs_quotes(node_text(x, node), node->n))
		quote(out, node_spelling(x, node), node->n, '\'');
	else
		strbuf_add(out, node_spelling(x, node), node->n);
}

static void unparse_scope(const struct node *node, struct strbuf *out)
{
	static const char *const words[] = {
		[SCOPE_NONE] = "",	   [SCOPE_MY] = "MY",
		[SCOPE_TARGET] = "TARGET", [SCOPE_ROOT] = "",
		[SCOPE_PARENT] = "parent",
	};

	strbuf_addstr(out, words[node->op]);
	if (node->kind == NODE_ATTR && node->op != SCOPE_NONE)
		strbuf_addch(out, '.');
}

static void unparse_row(const struct expr *x, uint32_t first, uint32_t count,
			const char *sep, struct strbuf *out)
{
	for (uint32_t i = 0; i < count; i++) {
		strbuf_addstr(out, i ? sep : "");
		unparse_node(x, x->kids[first + i], out);
	}
}

static void unparse_ternary(const struct expr *x, const struct node *node,
			    struct strbuf *out)
{
	unparse_node(x, x->kids[node->a], out);
	if (node->n == 2) {
		strbuf_addstr(out, " ?: ");
	} else {
		strbuf_addstr(out, " ? ");
		unparse_node(x, x->kids[node->a + 1], out);
		strbuf_addstr(out, " : ");
	}
	unparse_node(x, x->kids[node->a + node->n - 1], out);
}

static void unparse_ad(const struct expr *x, const struct node *node,
		       struct strbuf *out)
{
	strbuf_addstr(out, "[ ");
	for (uint32_t i = 0; i < node->n; i++) {
		strbuf_addstr(out, i ? "; " : "");
		unparse_name(x, &x->nodes[x->kids[node->a + 2 * i]], out);
		strbuf_addstr(out, " = ");
		unparse_node(x, x->kids[node->a + 2 * i + 1], out);
	}
	strbuf_addstr(out, node->n ? " ]" : "]");
}

/* Does the text of the node start with a digit? */
static bool starts_with_number(const struct expr *x, uint32_t at)
{
	const struct node *node = &x->nodes[at];

	while (node->kind == NODE_SELECT || node->kind == NODE_SUBSCRIPT)
		node = &x->nodes[node->kind == NODE_SELECT ? node->b : node->a];
	return node->kind == NODE_INT || node->kind == NODE_REAL;
}

static void unparse_unary(const struct expr *x, const struct node *node,
			  struct strbuf *out)
{
	strbuf_addstr(out, operator_text(node->op));
	/* -5 would be read as one number */
	if (node->op == TOK_MINUS && starts_with_number(x, node->b))
		strbuf_addch(out, ' ');
	unparse_node(x, node->b, out);
}

static void unparse_literal(const struct expr *x, const struct node *node,
			    struct strbuf *out);

static void unparse_node(const struct expr *x, uint32_t at, struct strbuf *out)
{
	const struct node *node = &x->nodes[at];

	switch ((enum node_kind)node->kind) {
	case NODE_ATTR:
		unparse_scope(node, out);
		unparse_name(x, node, out);
		break;
	case NODE_SCOPE:
		unparse_scope(node, out);
		break;
	case NODE_SELECT:
		unparse_node(x, node->b, out);
		/* "5.x" would be a bad number */
		strbuf_addstr(out, starts_with_number(x, node->b) ? " ." : ".");
		unparse_name(x, node, out);
		break;
	case NODE_PAREN:
		strbuf_addch(out, '(');
		unparse_node(x, node->b, out);
		strbuf_addch(out, ')');
		break;
	case NODE_UNARY:
		unparse_unary(x, node, out);
		break;
	case NODE_BINARY:
		unparse_node(x, node->a, out);
		strbuf_addf(out, " %s ", operator_text(node->op));
		unparse_node(x, node->b, out);
		break;
	case NODE_AND:
		unparse_row(x, node->a, node->n, " && ", out);
		break;
	case NODE_OR:
		unparse_row(x, node->a, node->n, " || ", out);
		break;
	case NODE_TERNARY:
		unparse_ternary(x, node, out);
		break;
	case NODE_SUBSCRIPT:
		unparse_node(x, node->a, out);
		strbuf_addch(out, '[');
		unparse_node(x, node->b, out);
		strbuf_addch(out, ']');
		break;
	case NODE_CALL:
		strbuf_add(out, node_spelling(x, node), node->n);
		strbuf_addch(out, '(');
		unparse_row(x, node->u.call.first, node->u.call.count, ", ",
			    out);
		strbuf_addch(out, ')');
		break;
	case NODE_LIST:
		strbuf_addstr(out, "{ ");
		unparse_row(x, node->a, node->n, ", ", out);
		strbuf_addstr(out, node->n ? " }" : "}");
		break;
	case NODE_AD:
		unparse_ad(x, node, out);
		break;
	default:
		unparse_literal(x, node, out);
	}
}

static bool literal(const struct expr *x, const struct node *node,
		    struct value *ret)
{
	switch ((enum node_kind)node->kind) {
	case NODE_UNDEFINED:
		*ret = value_of(VALUE_UNDEFINED);
		return true;
	case NODE_ERROR:
		*ret = value_of(VALUE_ERROR);
		return true;
	case NODE_BOOL:
		*ret = value_bool(node->u.truth);
		return true;
	case NODE_INT:
		*ret = value_int(node->u.i);
		return true;
	case NODE_REAL:
		*ret = value_real(node->u.r);
		return true;
	case NODE_STRING:
		*ret = (struct value){ .type = VALUE_STRING,
				       .len = node->n,
				       .u.s = node_text(x, node) };
		return true;
	default:
		return false;
	}
}

static void unparse_literal(const struct expr *x, const struct node *node,
			    struct strbuf *out)
{
	struct value v;

	if (literal(x, node, &v))
		value_unparse(&v, out);
}

void expr_unparse(const struct expr *expr, struct strbuf *out)
{
	unparse_node(expr, expr->root, out);
}

bool expr_literal(const struct expr *expr, struct value *ret_value)
{
	return literal(expr, &expr->nodes[expr->root], ret_value);
}

bool expr_equal(const struct expr *a, const struct expr *b)
{
	struct strbuf x = STRBUF_INIT, y = STRBUF_INIT;
	bool same;

	if (a == b)
		return true;
	expr_unparse(a, &x);
	expr_unparse(b, &y);
	same = x.len == y.len && memcmp(x.data, y.data, x.len) == 0;
	strbuf_release(&x);
	strbuf_release(&y);
	return same;
}

/* ---- questions --------------------------------------------------------------------- */

const char *expr_unknown_fn(const struct expr *expr)
{
	for (uint32_t i = 0; i < expr->node_count; i++) {
		const struct node *node = &expr->nodes[i];

		if (node->kind == NODE_CALL && node->b == NODE_NO_FN)
			return node_spelling(expr, node);
	}
	return NULL;
}

void expr_each_attr(const struct expr *expr,
		    bool (*visit)(void *ctx, const char *scope,
				  const char *name),
		    void *ctx)
{
	for (uint32_t i = 0; i < expr->node_count; i++) {
		const struct node *node = &expr->nodes[i];
		const char *scope = "";

		if (node->kind != NODE_ATTR)
			continue;
		if (node->op == SCOPE_MY)
			scope = "MY";
		else if (node->op == SCOPE_TARGET)
			scope = "TARGET";
		if (!visit(ctx, scope, node_spelling(expr, node)))
			return;
	}
}

struct mention {
	const char *name;
	bool found;
};

static bool is_mention(void *ctx, const char *scope, const char *name)
{
	struct mention *m = ctx;

	if (strcmp(scope, "MY") != 0 && strcasecmp(name, m->name) == 0)
		m->found = true;
	return !m->found;
}

bool expr_mentions(const struct expr *expr, const char *name)
{
	struct mention m = { name, false };

	expr_each_attr(expr, is_mention, &m);
	return m.found;
}

/* Appends the conjuncts below a node; count goes on past max. */
static void conjuncts(const struct expr *expr, uint32_t at, struct expr **ret,
		      size_t max, size_t *count)
{
	const struct node *node = &expr->nodes[at];
	struct strbuf text = STRBUF_INIT;

	while (node->kind == NODE_PAREN &&
	       (expr->nodes[node->b].kind == NODE_AND ||
		expr->nodes[node->b].kind == NODE_PAREN))
		node = &expr->nodes[node->b];
	if (node->kind == NODE_AND) {
		for (uint32_t i = 0; i < node->n; i++)
			conjuncts(expr, expr->kids[node->a + i], ret, max,
				  count);
		return;
	}
	if (*count < max) {
		unparse_node(expr, (uint32_t)(node - expr->nodes), &text);
		if (expr_parse_n(text.data, text.len, &ret[*count], NULL) < 0)
			return; /* cannot be: it was parsed before */
		strbuf_release(&text);
	}
	++*count;
}

size_t expr_conjuncts(const struct expr *expr, struct expr **ret, size_t max)
{
	size_t count = 0;

	conjuncts(expr, expr->root, ret, max, &count);
	return count;
}
