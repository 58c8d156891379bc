/* SPDX-License-Identifier: MIT */
/* Functions on lists, on lists of ads and on lists written as strings. */
#include "common/ad/ad.h"
#include "common/ad/expr_fn.h"
#include "common/ad/expr_node.h"
#include "common/base/xalloc.h"

#include <stdlib.h>
#include <string.h>

#define DELIMITERS " ,"

/* The work of comparing a value with each of a list. */
static bool charge_search(const struct fn_call *call, struct value list,
			  struct value v)
{
	size_t each = v.type == VALUE_STRING ? 1 + v.len / 16 : 1;

	return eval_charge(call->ev, list.len * each);
}

/* UNDEFINED in the list does not count as the value looked for. */
static struct value search(const struct fn_call *call, enum tok op)
{
	struct value v = fn_arg(call, 0);
	struct value list, other;

	if (!fn_list(call, 1, &list, &other))
		return other;
	if (v.type == VALUE_UNDEFINED || v.type == VALUE_ERROR ||
	    v.type == VALUE_LIST || v.type == VALUE_AD)
		return value_misfit(v);
	if (!charge_search(call, list, v))
		return value_of(VALUE_ERROR);
	for (uint32_t i = 0; i < list.len; i++) {
		struct value same = eval_binary(op, list.u.list[i], v);

		if (same.type == VALUE_BOOL && same.u.b)
			return same;
	}
	return value_bool(false);
}

static struct value fn_member(const struct fn_call *call)
{
	return search(call, TOK_EQ);
}

static struct value fn_identical_member(const struct fn_call *call)
{
	return search(call, TOK_IS);
}

static enum tok relation_of(const char *text)
{
	static const struct {
		const char *text;
		enum tok tok;
	} relations[] = {
		{ "<", TOK_LT },      { "<=", TOK_LE }, { ">=", TOK_GE },
		{ ">", TOK_GT },      { "==", TOK_EQ }, { "!=", TOK_NE },
		{ "=?=", TOK_IS },    { "is", TOK_IS }, { "=!=", TOK_ISNT },
		{ "isnt", TOK_ISNT },
	};

	for (size_t i = 0; i < sizeof(relations) / sizeof(relations[0]); i++)
		if (strcmp(relations[i].text, text) == 0)
			return relations[i].tok;
	return TOK_END;
}

/* anyCompare("<", list, v): is there a true one; allCompare: are all true */
static struct value compare_all(const struct fn_call *call, bool want_all)
{
	struct value op, list, v, other;
	enum tok tok;

	if (!fn_string(call, 0, &op, &other) ||
	    !fn_list(call, 1, &list, &other))
		return other;
	tok = relation_of(op.u.s);
	v = fn_arg(call, 2);
	if (tok == TOK_END || !charge_search(call, list, v))
		return value_of(VALUE_ERROR);
	for (uint32_t i = 0; i < list.len; i++) {
		struct value is = eval_binary(tok, list.u.list[i], v);

		if ((is.type == VALUE_BOOL && is.u.b) != want_all)
			return value_bool(!want_all);
	}
	return value_bool(want_all);
}

static struct value fn_any_compare(const struct fn_call *call)
{
	return compare_all(call, false);
}

static struct value fn_all_compare(const struct fn_call *call)
{
	return compare_all(call, true);
}

static uint32_t ad_size(const struct expr_env *env)
{
	return env->expr ? env->expr->nodes[env->node].n
			 : (uint32_t)ad_count(env->ad);
}

static struct value fn_size(const struct fn_call *call)
{
	struct value v = fn_arg(call, 0);

	if (v.type == VALUE_AD)
		return value_int(ad_size(v.u.ad));
	if (v.type == VALUE_STRING || v.type == VALUE_LIST)
		return value_int(v.len);
	return value_misfit(v);
}

/* The sum, by + from 0 on, without those that are UNDEFINED; UNDEFINED if there are no others. */
static struct value add_up(struct value list, uint32_t *ret_count)
{
	struct value sum = value_int(0);
	uint32_t count = 0;
	double r;

	for (uint32_t i = 0; i < list.len; i++) {
		if (list.u.list[i].type == VALUE_UNDEFINED)
			continue;
		if (!value_number(list.u.list[i], &r))
			return value_of(VALUE_ERROR);
		count++;
		sum = eval_binary(TOK_PLUS, sum, list.u.list[i]);
	}
	*ret_count = count;
	return list.len && !count ? value_of(VALUE_UNDEFINED) : sum;
}

static struct value fn_sum(const struct fn_call *call)
{
	struct value list, other;
	uint32_t count;

	return fn_list(call, 0, &list, &other) ? add_up(list, &count) : other;
}

static struct value average(struct value list)
{
	uint32_t count;
	struct value sum = add_up(list, &count);
	double r;

	if (!value_number(sum, &r))
		return sum;
	return value_real(count ? r / count : 0);
}

static struct value fn_avg(const struct fn_call *call)
{
	struct value list, other;

	return fn_list(call, 0, &list, &other) ? average(list) : other;
}

/* The element that stands in relation op to all before it. */
static struct value extreme(struct value list, enum tok op)
{
	struct value best = value_of(VALUE_UNDEFINED);
	double r;

	for (uint32_t i = 0; i < list.len; i++) {
		struct value v = list.u.list[i];

		if (v.type == VALUE_UNDEFINED)
			continue;
		if (!value_number(v, &r))
			return value_of(VALUE_ERROR);
		if (v.type == VALUE_BOOL)
			v = value_int(v.u.b);
		if (best.type == VALUE_UNDEFINED ||
		    eval_binary(op, v, best).u.b)
			best = v;
	}
	return best;
}

static struct value fn_min(const struct fn_call *call)
{
	struct value list, other;

	return fn_list(call, 0, &list, &other) ? extreme(list, TOK_LT) : other;
}

static struct value fn_max(const struct fn_call *call)
{
	struct value list, other;

	return fn_list(call, 0, &list, &other) ? extreme(list, TOK_GT) : other;
}

/* ---- an expression in each of several ads -------------------------------------- */

/* Argument 0 as text of an expression that each ad of the list evaluates. */
static struct value in_each(const struct fn_call *call, struct value list,
			    uint32_t i)
{
	if (list.u.list[i].type != VALUE_AD)
		return value_of(VALUE_ERROR);
	return eval_node(call->ev, call->expr, call->args[0],
			 list.u.list[i].u.ad);
}

static struct value fn_eval_in_each(const struct fn_call *call)
{
	struct value list, other;
	struct value *values;

	if (!fn_list(call, 1, &list, &other))
		return value_of(VALUE_ERROR);
	values = eval_alloc(call->ev, list.len * sizeof(*values));
	if (!values)
		return value_of(VALUE_ERROR);
	for (uint32_t i = 0; i < list.len; i++) {
		if (list.u.list[i].type != VALUE_AD)
			return value_of(VALUE_ERROR);
		values[i] = in_each(call, list, i);
	}
	return (struct value){ .type = VALUE_LIST,
			       .len = list.len,
			       .u.list = values };
}

static struct value fn_count_matches(const struct fn_call *call)
{
	struct value list, other;
	int64_t count = 0;

	if (!fn_list(call, 1, &list, &other))
		return other.type == VALUE_UNDEFINED ? value_int(0) : other;
	for (uint32_t i = 0; i < list.len; i++) {
		struct value v = in_each(call, list, i);

		count += value_truth(&v) == 1;
	}
	return value_int(count);
}

/* ---- lists written as strings ---------------------------------------------------- */

/* The string argument i cut at the delimiters of argument i + 1. */
static bool cut_string(const struct fn_call *call, uint32_t i,
		       struct value *ret_list, struct value *ret_other)
{
	struct value s, delims = { .type = VALUE_STRING, .u.s = DELIMITERS };
	struct value *parts = NULL;
	uint32_t count = 0, room = 0;

	if (!fn_string(call, i, &s, ret_other) ||
	    (call->argc > i + 1 && !fn_string(call, i + 1, &delims, ret_other)))
		return false;
	for (const char *p = s.u.s; *(p += strspn(p, delims.u.s));) {
		size_t len = strcspn(p, delims.u.s);
		size_t keep = len;

		while (keep > 0 && (p[keep - 1] == ' ' || p[keep - 1] == '\t'))
			keep--;
		if (count == room) {
			room = room ? 2 * room : 8;
			parts = xreallocarray(parts, room, sizeof(*parts));
		}
		parts[count] = eval_string(call->ev, p, keep);
		if (parts[count++].type == VALUE_ERROR)
			break;
		p += len;
	}
	*ret_list = eval_list(call->ev, parts, count);
	free(parts);
	*ret_other = value_of(VALUE_ERROR);
	return ret_list->type == VALUE_LIST && eval_charge(call->ev, count);
}

static struct value fn_split(const struct fn_call *call)
{
	struct value list, other;

	return cut_string(call, 0, &list, &other) ? list : other;
}

static struct value fn_sl_size(const struct fn_call *call)
{
	struct value list, other;

	return cut_string(call, 0, &list, &other) ? value_int(list.len) : other;
}

/* The same strings as numbers; false: one is none. */
static bool numbers(const struct fn_call *call, struct value *ret_list,
		    struct value *ret_other)
{
	struct value list;
	struct value *values;

	if (!cut_string(call, 0, &list, ret_other))
		return false;
	values = eval_alloc(call->ev, list.len * sizeof(*values));
	*ret_other = value_of(VALUE_ERROR);
	if (!values)
		return false;
	for (uint32_t i = 0; i < list.len; i++) {
		const char *s = list.u.list[i].u.s;
		char *end_int, *end_real;
		long long n = strtoll(s, &end_int, 10);
		double r = strtod(s, &end_real);

		if (end_real == s || *end_real != '\0')
			return false;
		values[i] = end_int == end_real ? value_int(n) : value_real(r);
	}
	list.u.list = values;
	*ret_list = list;
	return true;
}

static struct value fn_sl_sum(const struct fn_call *call)
{
	struct value list, other;
	uint32_t count;

	return numbers(call, &list, &other) ? add_up(list, &count) : other;
}

static struct value fn_sl_avg(const struct fn_call *call)
{
	struct value list, other;

	return numbers(call, &list, &other) ? average(list) : other;
}

static struct value fn_sl_min(const struct fn_call *call)
{
	struct value list, other;

	return numbers(call, &list, &other) ? extreme(list, TOK_LT) : other;
}

static struct value fn_sl_max(const struct fn_call *call)
{
	struct value list, other;

	return numbers(call, &list, &other) ? extreme(list, TOK_GT) : other;
}

/* 1, 0, or -1 when the budget is used up. */
static int has(const struct fn_call *call, struct value list, struct value s,
	       enum tok op)
{
	if (!charge_search(call, list, s))
		return -1;
	for (uint32_t i = 0; i < list.len; i++)
		if (eval_binary(op, list.u.list[i], s).u.b)
			return 1;
	return 0;
}

static struct value found(int rc)
{
	return rc < 0 ? value_of(VALUE_ERROR) : value_bool(rc);
}

static struct value sl_member(const struct fn_call *call, enum tok op)
{
	struct value s, list, other;

	if (!fn_string(call, 0, &s, &other) ||
	    !cut_string(call, 1, &list, &other))
		return other;
	return found(has(call, list, s, op));
}

static struct value fn_sl_member(const struct fn_call *call)
{
	return sl_member(call, TOK_IS);
}

static struct value fn_sl_imember(const struct fn_call *call)
{
	return sl_member(call, TOK_EQ);
}

/* Two string lists, cut with the delimiters of argument 2. */
static bool two_lists(const struct fn_call *call, struct value ret_lists[2],
		      struct value *ret_other)
{
	for (uint32_t i = 0; i < 2; i++) {
		uint32_t args[2] = { call->args[i] };
		struct fn_call one = *call;

		one.args = args;
		one.argc = 1;
		if (call->argc > 2)
			args[one.argc++] = call->args[2];
		if (!cut_string(&one, 0, &ret_lists[i], ret_other))
			return false;
	}
	*ret_other = value_of(VALUE_ERROR);
	return eval_charge(call->ev,
			   (size_t)ret_lists[0].len * ret_lists[1].len);
}

static struct value subset(const struct fn_call *call, enum tok op)
{
	struct value lists[2], other;
	bool none[2] = { fn_arg(call, 0).type == VALUE_UNDEFINED,
			 fn_arg(call, 1).type == VALUE_UNDEFINED };
	int rc = 1;

	/* Nothing is a subset of anything, but of nothing known. */
	if (none[0] && !none[1])
		return fn_string(call, 1, &lists[1], &other) ? value_bool(true)
							     : other;
	if (none[1] && !none[0])
		return fn_string(call, 0, &lists[0], &other) ? value_bool(false)
							     : other;
	if (!two_lists(call, lists, &other))
		return other;
	for (uint32_t i = 0; rc == 1 && i < lists[0].len; i++)
		rc = has(call, lists[1], lists[0].u.list[i], op);
	return found(rc);
}

static struct value fn_sl_subset(const struct fn_call *call)
{
	return subset(call, TOK_IS);
}

static struct value fn_sl_isubset(const struct fn_call *call)
{
	return subset(call, TOK_EQ);
}

static struct value fn_sl_intersect(const struct fn_call *call)
{
	struct value lists[2], other;
	int rc = 0;

	if (!two_lists(call, lists, &other))
		return other;
	for (uint32_t i = 0; rc == 0 && i < lists[0].len; i++)
		rc = has(call, lists[1], lists[0].u.list[i], TOK_IS);
	return found(rc);
}

const struct fn expr_fn_list[] = {
	{ "member", 2, 2, fn_member },
	{ "identicalmember", 2, 2, fn_identical_member },
	{ "anycompare", 3, 3, fn_any_compare },
	{ "allcompare", 3, 3, fn_all_compare },
	{ "size", 1, 1, fn_size },
	{ "sum", 1, 1, fn_sum },
	{ "avg", 1, 1, fn_avg },
	{ "min", 1, 1, fn_min },
	{ "max", 1, 1, fn_max },
	{ "evalineachcontext", 2, 2, fn_eval_in_each },
	{ "countmatches", 2, 2, fn_count_matches },
	{ "split", 1, 2, fn_split },
	{ "stringlistsize", 1, 2, fn_sl_size },
	{ "stringlistsum", 1, 2, fn_sl_sum },
	{ "stringlistavg", 1, 2, fn_sl_avg },
	{ "stringlistmin", 1, 2, fn_sl_min },
	{ "stringlistmax", 1, 2, fn_sl_max },
	{ "stringlistmember", 2, 3, fn_sl_member },
	{ "stringlistimember", 2, 3, fn_sl_imember },
	{ "stringlistsubsetmatch", 2, 3, fn_sl_subset },
	{ "stringlistisubsetmatch", 2, 3, fn_sl_isubset },
	{ "stringlistsintersect", 2, 3, fn_sl_intersect },
	{ NULL, 0, 0, NULL },
};
