/* SPDX-License-Identifier: MIT */
/*
 * Binary operators on two values. The order of the rules is the language's:
 * =?= and =!= first (they know no UNDEFINED), then ERROR, then UNDEFINED, then
 * the types.
 */
#include "common/ad/expr_fn.h"
#include "common/ad/expr_time.h"
#include "common/ad/name.h"

#include <math.h>
#include <string.h>

bool value_number(struct value v, double *ret)
{
	switch (v.type) {
	case VALUE_BOOL:
		*ret = v.u.b;
		return true;
	case VALUE_INT:
		*ret = (double)v.u.i;
		return true;
	case VALUE_REAL:
		*ret = v.u.r;
		return true;
	default:
		return false;
	}
}

int value_casecmp(struct value a, struct value b)
{
	uint32_t len = a.len < b.len ? a.len : b.len;

	for (uint32_t i = 0; i < len; i++) {
		unsigned char x = (unsigned char)name_lower(a.u.s[i]);
		unsigned char y = (unsigned char)name_lower(b.u.s[i]);

		if (x != y)
			return x < y ? -1 : 1;
	}
	return a.len == b.len ? 0 : a.len < b.len ? -1 : 1;
}

/* Booleans and integers alike. */
static bool whole(struct value v, int64_t *ret)
{
	if (v.type == VALUE_BOOL)
		*ret = v.u.b;
	else if (v.type == VALUE_INT)
		*ret = v.u.i;
	else
		return false;
	return true;
}

static struct value identical(struct value a, struct value b, bool want)
{
	bool same;

	if (a.type != b.type)
		return value_bool(!want);
	switch (a.type) {
	case VALUE_UNDEFINED:
	case VALUE_ERROR:
		same = true;
		break;
	case VALUE_BOOL:
		same = a.u.b == b.u.b;
		break;
	case VALUE_INT:
		same = a.u.i == b.u.i;
		break;
	case VALUE_REAL:
		same = a.u.r == b.u.r;
		break;
	case VALUE_STRING:
		same = a.len == b.len && memcmp(a.u.s, b.u.s, a.len) == 0;
		break;
	case VALUE_ABSTIME:
		same = a.u.i == b.u.i && a.len == b.len;
		break;
	case VALUE_RELTIME:
		same = a.u.r == b.u.r;
		break;
	default: /* lists and ads have no identity */
		return value_of(VALUE_ERROR);
	}
	return value_bool(same == want);
}

/* order: less than, equal to, greater than 0; unordered: not a number */
static struct value relation(enum tok op, int order, bool unordered)
{
	switch (op) {
	case TOK_LT:
		return value_bool(!unordered && order < 0);
	case TOK_LE:
		return value_bool(!unordered && order <= 0);
	case TOK_GE:
		return value_bool(!unordered && order >= 0);
	case TOK_GT:
		return value_bool(!unordered && order > 0);
	case TOK_EQ:
		return value_bool(!unordered && order == 0);
	default:
		return value_bool(unordered || order != 0);
	}
}

static struct value compare(enum tok op, struct value a, struct value b)
{
	int64_t i, k;
	double x, y;

	if (whole(a, &i) && whole(b, &k))
		return relation(op, (i > k) - (i < k), false);
	if (a.type == VALUE_STRING && b.type == VALUE_STRING)
		return relation(op, value_casecmp(a, b), false);
	if (a.type == VALUE_ABSTIME && b.type == VALUE_ABSTIME)
		return relation(op, (a.u.i > b.u.i) - (a.u.i < b.u.i), false);
	if (a.type == VALUE_RELTIME && b.type == VALUE_RELTIME)
		return relation(op, (a.u.r > b.u.r) - (a.u.r < b.u.r), false);
	if (!value_number(a, &x) || !value_number(b, &y))
		return value_of(VALUE_ERROR);
	return relation(op, (x > y) - (x < y), isnan(x) || isnan(y));
}

/* Wraps around, as the machine does. */
static struct value int_arithmetic(enum tok op, int64_t a, int64_t b)
{
	uint64_t x = (uint64_t)a, y = (uint64_t)b;

	switch (op) {
	case TOK_PLUS:
		return value_int((int64_t)(x + y));
	case TOK_MINUS:
		return value_int((int64_t)(x - y));
	case TOK_MUL:
		return value_int((int64_t)(x * y));
	case TOK_DIV:
		if (b == 0)
			return value_of(VALUE_ERROR);
		return value_int(b == -1 ? (int64_t)(0 - x) : a / b);
	default:
		if (b == 0)
			return value_of(VALUE_ERROR);
		return value_int(b == -1 ? 0 : a % b);
	}
}

static bool is_time(struct value v)
{
	return v.type == VALUE_ABSTIME || v.type == VALUE_RELTIME;
}

/* @time and so many seconds more. */
static struct value later(struct value time, double seconds)
{
	int64_t sum;

	if (time.type == VALUE_RELTIME)
		return value_reltime(time.u.r + seconds);
	if (!(fabs(seconds) < 0x1p62) ||
	    __builtin_add_overflow(time.u.i, (int64_t)seconds, &sum))
		return value_of(VALUE_ERROR);
	return value_abstime(sum, time_zone(&time));
}

/* Intervals may be added, and be multiplied and divided by numbers. */
static struct value time_arithmetic(enum tok op, struct value a, struct value b)
{
	double n;

	if (op == TOK_PLUS && b.type == VALUE_RELTIME && is_time(a))
		return later(a, b.u.r);
	if (op == TOK_PLUS && a.type == VALUE_RELTIME && is_time(b))
		return later(b, a.u.r);
	if (op == TOK_MINUS && b.type == VALUE_RELTIME && is_time(a))
		return later(a, -b.u.r);
	if (op == TOK_MINUS && a.type == VALUE_ABSTIME &&
	    b.type == VALUE_ABSTIME)
		return value_reltime((double)a.u.i - (double)b.u.i);
	if (op == TOK_MUL && a.type == VALUE_RELTIME && value_number(b, &n))
		return value_reltime(a.u.r * n);
	if (op == TOK_MUL && b.type == VALUE_RELTIME && value_number(a, &n))
		return value_reltime(b.u.r * n);
	if (op == TOK_DIV && a.type == VALUE_RELTIME && value_number(b, &n) &&
	    n != 0)
		return value_reltime(a.u.r / n);
	return value_of(VALUE_ERROR);
}

static struct value arithmetic(enum tok op, struct value a, struct value b)
{
	int64_t i, k;
	double x, y;

	if (whole(a, &i) && whole(b, &k))
		return int_arithmetic(op, i, k);
	if (is_time(a) || is_time(b))
		return time_arithmetic(op, a, b);
	if (!value_number(a, &x) || !value_number(b, &y))
		return value_of(VALUE_ERROR);
	switch (op) {
	case TOK_PLUS:
		return value_real(x + y);
	case TOK_MINUS:
		return value_real(x - y);
	case TOK_MUL:
		return value_real(x * y);
	case TOK_DIV:
		return y == 0 ? value_of(VALUE_ERROR) : value_real(x / y);
	default:
		return value_of(VALUE_ERROR);
	}
}

/* Shift counts are taken modulo 64. */
static struct value bitwise(enum tok op, struct value a, struct value b)
{
	int64_t i, k;

	if (!whole(a, &i) || !whole(b, &k))
		return value_of(VALUE_ERROR);
	switch (op) {
	case TOK_BITAND:
		i &= k;
		break;
	case TOK_BITOR:
		i |= k;
		break;
	case TOK_BITXOR:
		i ^= k;
		break;
	case TOK_SHL:
		return value_int((int64_t)((uint64_t)i << (k & 63)));
	case TOK_SHR:
		return value_int(i >> (k & 63));
	default:
		return value_int((int64_t)((uint64_t)i >> (k & 63)));
	}
	if (a.type == VALUE_BOOL && b.type == VALUE_BOOL)
		return value_bool(i);
	return value_int(i);
}

struct value eval_binary(enum tok op, struct value a, struct value b)
{
	if (op == TOK_IS || op == TOK_ISNT)
		return identical(a, b, op == TOK_IS);
	if (a.type == VALUE_ERROR || b.type == VALUE_ERROR)
		return value_of(VALUE_ERROR);
	if (a.type == VALUE_UNDEFINED || b.type == VALUE_UNDEFINED)
		return value_of(VALUE_UNDEFINED);
	switch (op) {
	case TOK_LT:
	case TOK_LE:
	case TOK_GE:
	case TOK_GT:
	case TOK_EQ:
	case TOK_NE:
		return compare(op, a, b);
	case TOK_PLUS:
	case TOK_MINUS:
	case TOK_MUL:
	case TOK_DIV:
	case TOK_MOD:
		return arithmetic(op, a, b);
	default:
		return bitwise(op, a, b);
	}
}
