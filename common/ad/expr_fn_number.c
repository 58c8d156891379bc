/* SPDX-License-Identifier: MIT */
/* Functions on numbers and the conversions to numbers. */
#include "common/ad/expr_fn.h"
#include "common/base/clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The number at the start of a string; ERROR if there is none. */
static struct value parse_number(const char *s)
{
	char *end_int, *end_real;
	double r = strtod(s, &end_real);
	long long i = strtoll(s, &end_int, 10);

	if (end_real == s)
		return value_of(VALUE_ERROR);
	return end_int == end_real ? value_int(i) : value_real(r);
}

/* Argument i as an integer or a real; ERROR and UNDEFINED stay. */
static struct value number_arg(const struct fn_call *call, uint32_t i)
{
	struct value v = fn_arg(call, i);

	switch (v.type) {
	case VALUE_INT:
	case VALUE_REAL:
		return v;
	case VALUE_BOOL:
		return value_int(v.u.b);
	case VALUE_STRING:
		return parse_number(v.u.s);
	default:
		return value_misfit(v);
	}
}

static struct value whole_of(double r)
{
	if (!(fabs(r) < 0x1p63))
		return value_of(VALUE_ERROR);
	return value_int((int64_t)r);
}

static struct value fn_to_int(const struct fn_call *call)
{
	struct value v = number_arg(call, 0);

	return v.type == VALUE_REAL ? whole_of(v.u.r) : v;
}

static struct value fn_to_real(const struct fn_call *call)
{
	struct value v = number_arg(call, 0);

	return v.type == VALUE_INT ? value_real((double)v.u.i) : v;
}

static struct value fn_to_bool(const struct fn_call *call)
{
	struct value v = fn_arg(call, 0);
	int truth = value_truth(&v);

	if (v.type == VALUE_STRING && strcasecmp(v.u.s, "true") == 0)
		return value_bool(true);
	if (v.type == VALUE_STRING && strcasecmp(v.u.s, "false") == 0)
		return value_bool(false);
	return truth < 0 ? value_misfit(v) : value_bool(truth);
}

static struct value rounded(const struct fn_call *call, double (*how)(double))
{
	struct value v = number_arg(call, 0);

	return v.type == VALUE_REAL ? whole_of(how(v.u.r)) : v;
}

static struct value fn_floor(const struct fn_call *call)
{
	return rounded(call, floor);
}

static struct value fn_ceiling(const struct fn_call *call)
{
	return rounded(call, ceil);
}

/* Halves go to the even neighbour. */
static struct value fn_round(const struct fn_call *call)
{
	return rounded(call, rint);
}

static bool int_pow(int64_t base, int64_t exponent, int64_t *ret)
{
	int64_t result = 1;

	while (exponent > 0) {
		if ((exponent & 1) &&
		    __builtin_mul_overflow(result, base, &result))
			return false;
		exponent >>= 1;
		if (exponent > 0 && __builtin_mul_overflow(base, base, &base))
			return false;
	}
	*ret = result;
	return true;
}

static struct value fn_pow(const struct fn_call *call)
{
	struct value a = number_arg(call, 0);
	struct value b = number_arg(call, 1);
	double x, y;
	int64_t i;

	if (a.type == VALUE_INT && b.type == VALUE_INT && b.u.i >= 0 &&
	    int_pow(a.u.i, b.u.i, &i))
		return value_int(i);
	if (a.type == VALUE_ERROR || b.type == VALUE_ERROR)
		return value_of(VALUE_ERROR);
	if (!value_number(a, &x) || !value_number(b, &y))
		return value_of(VALUE_UNDEFINED);
	return value_real(pow(x, y));
}

static struct value fn_log(const struct fn_call *call)
{
	struct value other;
	double x, base;

	if (!fn_real(call, 0, &x, &other))
		return other;
	if (!(x > 0))
		return value_of(VALUE_ERROR);
	if (call->argc == 1)
		return value_real(log(x));
	if (!fn_real(call, 1, &base, &other))
		return other;
	if (!(base > 0) || base == 1)
		return value_of(VALUE_ERROR);
	return value_real(log(x) / log(base));
}

/* The next multiple of step that is not below v. */
static struct value multiple(struct value v, struct value step)
{
	double x, y;
	int64_t up;

	if (v.type == VALUE_INT && step.type == VALUE_INT && step.u.i > 0) {
		int64_t rest = v.u.i % step.u.i;

		if (rest <= 0)
			return value_int(v.u.i - rest);
		if (__builtin_add_overflow(v.u.i, step.u.i - rest, &up))
			return value_of(VALUE_ERROR);
		return value_int(up);
	}
	if (!value_number(v, &x) || !value_number(step, &y))
		return value_misfit(step);
	return y == 0 ? v : value_real(ceil(x / y) * y);
}

/* quantize(v, step) or quantize(v, {steps}): the first step not below v */
static struct value fn_quantize(const struct fn_call *call)
{
	struct value v = number_arg(call, 0);
	struct value step = fn_arg(call, 1);
	double x, y = 0;

	if (!value_number(v, &x))
		return value_misfit(v);
	if (step.type != VALUE_LIST)
		return multiple(v, step);
	if (step.len == 0 || !eval_charge(call->ev, step.len))
		return value_of(VALUE_ERROR);
	for (uint32_t i = 0; i < step.len; i++) {
		if (!value_number(step.u.list[i], &y))
			return value_misfit(step.u.list[i]);
		if (y >= x)
			return step.u.list[i];
	}
	return multiple(v, step.u.list[step.len - 1]);
}

/* splitmix64 (Steele, Lea, Flood, 2014) */
static uint64_t next_random(struct eval *ev)
{
	uint64_t z;

	if (ev->random == 0)
		ev->random = (uint64_t)clock_mono_ns() ^ (uintptr_t)ev;
	z = ev->random += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static struct value fn_random(const struct fn_call *call)
{
	double unit = (double)(next_random(call->ev) >> 11) * 0x1p-53;
	struct value v;

	if (call->argc == 0)
		return value_real(unit);
	v = number_arg(call, 0);
	if (v.type == VALUE_REAL)
		return value_real(unit * v.u.r);
	if (v.type != VALUE_INT)
		return v;
	if (v.u.i <= 0)
		return value_of(VALUE_ERROR);
	return value_int((int64_t)(next_random(call->ev) % (uint64_t)v.u.i));
}

const struct fn expr_fn_number[] = {
	{ "int", 1, 1, fn_to_int },    { "real", 1, 1, fn_to_real },
	{ "bool", 1, 1, fn_to_bool },  { "floor", 1, 1, fn_floor },
	{ "ceil", 1, 1, fn_ceiling },  { "ceiling", 1, 1, fn_ceiling },
	{ "round", 1, 1, fn_round },   { "pow", 2, 2, fn_pow },
	{ "log", 1, 2, fn_log },       { "quantize", 2, 2, fn_quantize },
	{ "random", 0, 1, fn_random }, { NULL, 0, 0, NULL },
};
