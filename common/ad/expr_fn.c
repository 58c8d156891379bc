/* SPDX-License-Identifier: MIT */
/* Finds functions by name, reads their arguments; the functions on types. */
#include "common/ad/expr_fn.h"

#include "common/ad/expr_node.h"
#include "common/base/strbuf.h"

#include <math.h>
#include <string.h>

#define FAMILY_BITS 8

static const struct fn *const families[] = {
	expr_fn_type,	 expr_fn_number, expr_fn_string, expr_fn_list,
	expr_fn_pattern, expr_fn_time,	 expr_fn_env,	 expr_fn_ad,
};

uint32_t expr_fn_find(const char *folded)
{
	for (uint32_t f = 0; f < sizeof(families) / sizeof(families[0]); f++)
		for (uint32_t i = 0; families[f][i].name; i++)
			if (strcmp(families[f][i].name, folded) == 0)
				return f << FAMILY_BITS | i;
	return NODE_NO_FN;
}

const struct fn *expr_fn_at(uint32_t index)
{
	return &families[index >> FAMILY_BITS]
			[index & ((1u << FAMILY_BITS) - 1)];
}

struct value fn_arg(const struct fn_call *call, uint32_t i)
{
	return eval_node(call->ev, call->expr, call->args[i], call->env);
}

bool fn_string(const struct fn_call *call, uint32_t i, struct value *ret_str,
	       struct value *ret_other)
{
	struct value v = fn_arg(call, i);

	if (v.type != VALUE_STRING || !eval_charge(call->ev, v.len / 8)) {
		*ret_other = value_misfit(v);
		return false;
	}
	*ret_str = v;
	return true;
}

bool fn_text(const struct fn_call *call, uint32_t i, struct value *ret_str,
	     struct value *ret_other)
{
	struct value v = fn_arg(call, i);
	struct strbuf text = STRBUF_INIT;
	bool ok;

	if (v.type == VALUE_STRING) {
		*ret_str = v;
		*ret_other = value_of(VALUE_ERROR);
		return eval_charge(call->ev, v.len / 8);
	}
	ok = value_text(v, &text);
	if (ok)
		*ret_str = eval_string(call->ev, text.data, text.len);
	strbuf_release(&text);
	if (!ok || ret_str->type == VALUE_ERROR) {
		*ret_other = value_misfit(ok ? *ret_str : v);
		return false;
	}
	return true;
}

bool fn_list(const struct fn_call *call, uint32_t i, struct value *ret_list,
	     struct value *ret_other)
{
	struct value v = fn_arg(call, i);

	if (v.type != VALUE_LIST || !eval_charge(call->ev, v.len)) {
		*ret_other = value_misfit(v);
		return false;
	}
	*ret_list = v;
	return true;
}

bool fn_int(const struct fn_call *call, uint32_t i, int64_t *ret,
	    struct value *ret_other)
{
	struct value v = fn_arg(call, i);

	if (v.type == VALUE_INT) {
		*ret = v.u.i;
		return true;
	}
	if (v.type == VALUE_BOOL) {
		*ret = v.u.b;
		return true;
	}
	if (v.type == VALUE_REAL && fabs(v.u.r) < 0x1p63) {
		*ret = (int64_t)v.u.r;
		return true;
	}
	*ret_other = value_misfit(v);
	return false;
}

bool fn_real(const struct fn_call *call, uint32_t i, double *ret,
	     struct value *ret_other)
{
	struct value v = fn_arg(call, i);

	if (value_number(v, ret))
		return true;
	*ret_other = value_misfit(v);
	return false;
}

/* ---- functions on types ------------------------------------------------------ */

static struct value is_type(const struct fn_call *call, enum value_type type)
{
	return value_bool(fn_arg(call, 0).type == type);
}

static struct value fn_is_undefined(const struct fn_call *call)
{
	return is_type(call, VALUE_UNDEFINED);
}

static struct value fn_is_error(const struct fn_call *call)
{
	return is_type(call, VALUE_ERROR);
}

static struct value fn_is_string(const struct fn_call *call)
{
	return is_type(call, VALUE_STRING);
}

static struct value fn_is_integer(const struct fn_call *call)
{
	return is_type(call, VALUE_INT);
}

static struct value fn_is_real(const struct fn_call *call)
{
	return is_type(call, VALUE_REAL);
}

static struct value fn_is_list(const struct fn_call *call)
{
	return is_type(call, VALUE_LIST);
}

static struct value fn_is_ad(const struct fn_call *call)
{
	return is_type(call, VALUE_AD);
}

static struct value fn_is_boolean(const struct fn_call *call)
{
	return is_type(call, VALUE_BOOL);
}

static struct value fn_is_abstime(const struct fn_call *call)
{
	return is_type(call, VALUE_ABSTIME);
}

static struct value fn_is_reltime(const struct fn_call *call)
{
	return is_type(call, VALUE_RELTIME);
}

static struct value fn_if_then_else(const struct fn_call *call)
{
	struct value v = fn_arg(call, 0);
	int truth = value_truth(&v);

	if (truth < 0)
		return value_misfit(v);
	return fn_arg(call, truth ? 1 : 2);
}

/* eval("text"): parsed and evaluated where the call stands */
static struct value fn_eval(const struct fn_call *call)
{
	struct value text = fn_arg(call, 0);
	struct expr *expr;

	if (text.type != VALUE_STRING)
		return text;
	if (!eval_charge(call->ev, text.len) ||
	    expr_parse_n(text.u.s, text.len, &expr, NULL) < 0)
		return value_of(VALUE_ERROR);
	eval_keep_expr(call->ev, expr);
	return eval_in(call->ev, expr, call->env);
}

static struct value fn_debug(const struct fn_call *call)
{
	return fn_arg(call, 0);
}

const struct fn expr_fn_type[] = {
	{ "isundefined", 1, 1, fn_is_undefined },
	{ "iserror", 1, 1, fn_is_error },
	{ "isstring", 1, 1, fn_is_string },
	{ "isinteger", 1, 1, fn_is_integer },
	{ "isreal", 1, 1, fn_is_real },
	{ "islist", 1, 1, fn_is_list },
	{ "isclassad", 1, 1, fn_is_ad },
	{ "isboolean", 1, 1, fn_is_boolean },
	{ "isabstime", 1, 1, fn_is_abstime },
	{ "isreltime", 1, 1, fn_is_reltime },
	{ "ifthenelse", 3, 3, fn_if_then_else },
	{ "eval", 1, 1, fn_eval },
	{ "debug", 1, 1, fn_debug },
	{ NULL, 0, 0, NULL },
};
