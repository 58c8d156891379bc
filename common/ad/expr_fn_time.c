/* SPDX-License-Identifier: MIT */
/* Functions on time. Times are integers: seconds since the epoch. */
#include "common/ad/expr_fn.h"
#include "common/base/clock.h"

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

/* formatTime([seconds[, format]]): strftime in local time */
static struct value fn_format_time(const struct fn_call *call)
{
	struct value format = { .type = VALUE_STRING, .u.s = "%c" };
	struct value other;
	int64_t at = now(call->ev);
	char text[512];
	struct tm tm;
	time_t t;
	size_t len;

	if ((call->argc > 0 && !fn_int(call, 0, &at, &other)) ||
	    (call->argc > 1 && !fn_string(call, 1, &format, &other)))
		return other;
	t = (time_t)at;
	if (!localtime_r(&t, &tm))
		return value_of(VALUE_ERROR);
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
	{ "currenttime", 0, 0, fn_time },
	{ "formattime", 0, 2, fn_format_time },
	{ "interval", 1, 1, fn_interval },
	{ NULL, 0, 0, NULL },
};
