/* SPDX-License-Identifier: MIT */
/*
 * Functions on time. time() is an integer, seconds since 1970; absolute and
 * relative times are types of their own.
 */
#include "common/ad/expr_fn.h"
#include "common/ad/expr_node.h"
#include "common/ad/expr_time.h"
#include "common/base/clock.h"

#include <math.h>

#include <stdio.h>
#include <time.h>

static int64_t now(struct eval *ev)
{
	if (ev->now_s == 0)
		ev->now_s = clock_real_ms() / 1000;
	return ev->now_s;
}

static struct value fn_time(const struct fn_call *call)
{
	return value_int(now(call->ev));
}

static struct value local_time(int64_t seconds)
{
	return value_abstime(seconds, time_local_zone(seconds));
}

static struct value fn_current_time(const struct fn_call *call)
{
	return local_time(now(call->ev));
}

static struct value fn_zone_offset(const struct fn_call *call)
{
	return value_reltime(time_local_zone(now(call->ev)));
}

/* Since local midnight. */
static struct value fn_day_time(const struct fn_call *call)
{
	struct value v = local_time(now(call->ev));
	struct tm tm;

	if (!time_split(&v, &tm))
		return value_of(VALUE_ERROR);
	return value_reltime(tm.tm_hour * 3600 + tm.tm_min * 60 + tm.tm_sec);
}

/* absTime([time[, zone]]) */
static struct value fn_abs_time(const struct fn_call *call)
{
	struct value v, other;
	double seconds;
	int64_t zone;

	if (!call->argc)
		return fn_current_time(call);
	v = fn_arg(call, 0);
	if (v.type == VALUE_STRING && call->argc == 1)
		return time_parse_abs(v.u.s, &v) ? v : value_of(VALUE_ERROR);
	if (v.type == VALUE_ABSTIME)
		seconds = (double)v.u.i;
	else if (!value_number(v, &seconds))
		return value_misfit(v);
	if (!(fabs(seconds) < 0x1p53))
		return value_of(VALUE_ERROR);
	if (call->argc == 1)
		return v.type == VALUE_ABSTIME ? v
					       : local_time((int64_t)seconds);
	v = fn_arg(call, 1);
	if (v.type == VALUE_RELTIME)
		zone = fabs(v.u.r) < 1e6 ? (int64_t)v.u.r : INT64_MAX;
	else if (!fn_int(call, 1, &zone, &other))
		return other;
	if (zone < -TIME_ZONE_MAX || zone > TIME_ZONE_MAX)
		return value_of(VALUE_ERROR);
	return value_abstime((int64_t)seconds, (int32_t)zone);
}

/* relTime(seconds) or relTime("1+02:03:04") */
static struct value fn_rel_time(const struct fn_call *call)
{
	struct value v = fn_arg(call, 0);
	double seconds;

	if (v.type == VALUE_RELTIME)
		return v;
	if (v.type == VALUE_STRING)
		return time_parse_rel(v.u.s, &v) ? v : value_of(VALUE_ERROR);
	if (!value_number(v, &seconds))
		return value_misfit(v);
	return isfinite(seconds) ? value_reltime(seconds)
				 : value_of(VALUE_ERROR);
}

/* ---- parts ---------------------------------------------------------------- */

enum part {
	YEAR,
	MONTH,
	DAY_OF_YEAR,
	DAY_OF_MONTH,
	DAY_OF_WEEK,
	DAYS,
	HOURS,
	MINUTES,
	SECONDS
};

static struct value part_of_abs(const struct value *time, enum part part)
{
	struct tm tm;

	if (!time_split(time, &tm))
		return value_of(VALUE_ERROR);
	switch (part) {
	case YEAR:
		return value_int((int64_t)tm.tm_year + 1900);
	case MONTH:
		return value_int(tm.tm_mon + 1);
	case DAY_OF_YEAR:
		return value_int(tm.tm_yday);
	case DAY_OF_MONTH:
		return value_int(tm.tm_mday);
	case DAY_OF_WEEK:
		return value_int(tm.tm_wday);
	case HOURS:
		return value_int(tm.tm_hour);
	case MINUTES:
		return value_int(tm.tm_min);
	case SECONDS:
		return value_int(tm.tm_sec);
	default:
		return value_of(VALUE_ERROR);
	}
}

static struct value part_of_rel(double seconds, enum part part)
{
	int64_t s;

	if (!(fabs(seconds) < 0x1p62))
		return value_of(VALUE_ERROR);
	s = (int64_t)seconds;
	switch (part) {
	case DAYS:
		return value_int(s / 86400);
	case HOURS:
		return value_int(s / 3600 % 24);
	case MINUTES:
		return value_int(s / 60 % 60);
	case SECONDS:
		return value_int(s % 60);
	default:
		return value_of(VALUE_ERROR);
	}
}

static struct value get_part(const struct fn_call *call, enum part part)
{
	struct value v = fn_arg(call, 0);

	if (v.type == VALUE_ABSTIME)
		return part_of_abs(&v, part);
	if (v.type == VALUE_RELTIME)
		return part_of_rel(v.u.r, part);
	return value_misfit(v);
}

#define PART_FN(name, part)                                  \
	static struct value name(const struct fn_call *call) \
	{                                                    \
		return get_part(call, part);                 \
	}
PART_FN(fn_get_year, YEAR)
PART_FN(fn_get_month, MONTH)
PART_FN(fn_get_day_of_year, DAY_OF_YEAR)
PART_FN(fn_get_day_of_month, DAY_OF_MONTH)
PART_FN(fn_get_day_of_week, DAY_OF_WEEK)
PART_FN(fn_get_days, DAYS)
PART_FN(fn_get_hours, HOURS)
PART_FN(fn_get_minutes, MINUTES)
PART_FN(fn_get_seconds, SECONDS)

/* splitTime(time): an ad of its parts */
static struct value fn_split_time(const struct fn_call *call)
{
	struct value v = fn_arg(call, 0);
	struct expr *expr;
	char text[256];
	struct tm tm;
	int64_t s;

	if (v.type == VALUE_INT)
		v = local_time(v.u.i);
	if (v.type == VALUE_ABSTIME) {
		if (!time_split(&v, &tm))
			return value_of(VALUE_ERROR);
		snprintf(text, sizeof(text),
			 "[Type=\"AbsoluteTime\";Year=%d;Month=%d;Day=%d;"
			 "Hours=%d;Minutes=%d;Seconds=%d;Offset=%d]",
			 tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
			 tm.tm_hour, tm.tm_min, tm.tm_sec, (int)time_zone(&v));
	} else if (v.type == VALUE_RELTIME && fabs(v.u.r) < 0x1p62) {
		s = (int64_t)v.u.r;
		snprintf(text, sizeof(text),
			 "[Type=\"RelativeTime\";Days=%lld;Hours=%d;"
			 "Minutes=%d;Seconds=%d]",
			 (long long)(s / 86400), (int)(s / 3600 % 24),
			 (int)(s / 60 % 60), (int)(s % 60));
	} else {
		return value_misfit(v);
	}
	if (expr_parse(text, &expr, NULL))
		return value_of(VALUE_ERROR);
	eval_keep_expr(call->ev, expr);
	return eval_in(call->ev, expr, call->env);
}

/* formatTime([time[, format]]): strftime; an integer in local time */
static struct value fn_format_time(const struct fn_call *call)
{
	struct value format = { .type = VALUE_STRING, .u.s = "%c" };
	struct value at = local_time(now(call->ev)), other;
	char text[512];
	struct tm tm;
	size_t len;

	if (call->argc > 0)
		at = fn_arg(call, 0);
	if (at.type == VALUE_INT)
		at = local_time(at.u.i);
	else if (at.type == VALUE_REAL && fabs(at.u.r) < 0x1p62)
		at = local_time((int64_t)at.u.r);
	if (at.type != VALUE_ABSTIME)
		return value_misfit(at);
	if (call->argc > 1 && !fn_string(call, 1, &format, &other))
		return other;
	if (!time_split(&at, &tm))
		return value_of(VALUE_ERROR);
	tm.tm_gmtoff = time_zone(&at);
	len = strftime(text, sizeof(text), format.u.s, &tm);
	if (len == 0 && format.len > 0)
		return value_of(VALUE_ERROR);
	return eval_string(call->ev, text, len);
}

/* interval(seconds): [days+]hh:mm:ss without leading zeros */
static struct value fn_interval(const struct fn_call *call)
{
	struct value other;
	char text[64];
	int64_t s, day, hour, min;
	int len;

	if (!fn_int(call, 0, &s, &other))
		return other;
	if (s < 0)
		return value_of(VALUE_ERROR);
	day = s / 86400;
	hour = s / 3600 % 24;
	min = s / 60 % 60;
	s %= 60;
	if (day > 0)
		len = snprintf(text, sizeof(text), "%lld+%02lld:%02lld:%02lld",
			       (long long)day, (long long)hour, (long long)min,
			       (long long)s);
	else if (hour > 0)
		len = snprintf(text, sizeof(text), "%lld:%02lld:%02lld",
			       (long long)hour, (long long)min, (long long)s);
	else if (min > 0)
		len = snprintf(text, sizeof(text), "%lld:%02lld",
			       (long long)min, (long long)s);
	else
		len = snprintf(text, sizeof(text), "%lld", (long long)s);
	return eval_string(call->ev, text, (size_t)len);
}

const struct fn expr_fn_time[] = {
	{ "time", 0, 0, fn_time },
	{ "currenttime", 0, 0, fn_current_time },
	{ "timezoneoffset", 0, 0, fn_zone_offset },
	{ "daytime", 0, 0, fn_day_time },
	{ "abstime", 0, 2, fn_abs_time },
	{ "reltime", 1, 1, fn_rel_time },
	{ "getyear", 1, 1, fn_get_year },
	{ "getmonth", 1, 1, fn_get_month },
	{ "getdayofyear", 1, 1, fn_get_day_of_year },
	{ "getdayofmonth", 1, 1, fn_get_day_of_month },
	{ "getdayofweek", 1, 1, fn_get_day_of_week },
	{ "getdays", 1, 1, fn_get_days },
	{ "gethours", 1, 1, fn_get_hours },
	{ "getminutes", 1, 1, fn_get_minutes },
	{ "getseconds", 1, 1, fn_get_seconds },
	{ "splittime", 1, 1, fn_split_time },
	{ "formattime", 0, 2, fn_format_time },
	{ "interval", 1, 1, fn_interval },
	{ NULL, 0, 0, NULL },
};
