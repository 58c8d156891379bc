/* SPDX-License-Identifier: MIT */
#include "common/ad/expr_time.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_S 86400

int32_t time_local_zone(int64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm;

	return localtime_r(&t, &tm) ? (int32_t)tm.tm_gmtoff : 0;
}

bool time_split(const struct value *abstime, struct tm *ret)
{
	time_t t;

	if (__builtin_add_overflow(abstime->u.i, (int64_t)time_zone(abstime),
				   &t))
		return false;
	return gmtime_r(&t, ret) != NULL;
}

/* ---- to text -------------------------------------------------------------- */

static void abs_text(const struct value *time, char ret[TIME_TEXT_SIZE])
{
	int32_t zone = time_zone(time);
	int minutes = abs(zone) / 60;
	struct tm tm;

	if (!time_split(time, &tm)) {
		snprintf(ret, TIME_TEXT_SIZE, "%lld", (long long)time->u.i);
		return;
	}
	snprintf(ret, TIME_TEXT_SIZE,
		 "%04lld-%02d-%02dT%02d:%02d:%02d%c%02d:%02d",
		 (long long)tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
		 tm.tm_hour, tm.tm_min, tm.tm_sec, zone < 0 ? '-' : '+',
		 minutes / 60, minutes % 60);
}

static void rel_text(double seconds, char ret[TIME_TEXT_SIZE])
{
	double rest = fabs(seconds);
	int64_t ms = rest < 0x1p50 ? (int64_t)round(rest * 1000) : 0;
	int64_t s = ms / 1000;
	const char *sign = seconds < 0 && ms ? "-" : "";
	int n;

	if (rest >= 0x1p50) /* not a time that anybody waits for */
		n = snprintf(ret, TIME_TEXT_SIZE, "%.0f+00:00:00",
			     seconds / DAY_S);
	else if (s >= DAY_S)
		n = snprintf(ret, TIME_TEXT_SIZE, "%s%lld+%02d:%02d:%02d", sign,
			     (long long)(s / DAY_S), (int)(s / 3600 % 24),
			     (int)(s / 60 % 60), (int)(s % 60));
	else if (s >= 3600)
		n = snprintf(ret, TIME_TEXT_SIZE, "%s%02d:%02d:%02d", sign,
			     (int)(s / 3600), (int)(s / 60 % 60),
			     (int)(s % 60));
	else if (s >= 60)
		n = snprintf(ret, TIME_TEXT_SIZE, "%s%02d:%02d", sign,
			     (int)(s / 60), (int)(s % 60));
	else
		n = snprintf(ret, TIME_TEXT_SIZE, "%s%02d", sign, (int)s);
	if (ms % 1000 && n < TIME_TEXT_SIZE)
		snprintf(ret + n, (size_t)(TIME_TEXT_SIZE - n), ".%03d",
			 (int)(ms % 1000));
}

void time_text(const struct value *time, char ret[TIME_TEXT_SIZE])
{
	if (time->type == VALUE_ABSTIME)
		abs_text(time, ret);
	else
		rel_text(time->u.r, ret);
}

/* ---- from text ------------------------------------------------------------ */

/* Digits, at least one and at most `max` of them. */
static bool number(const char **text, int max, int *ret)
{
	int n = 0, value = 0;

	for (; n < max && isdigit((unsigned char)**text); n++, ++*text)
		value = 10 * value + (**text - '0');
	*ret = value;
	return n > 0;
}

static bool skip(const char **text, char c)
{
	if (**text != c)
		return false;
	++*text;
	return true;
}

/* "Z", "+01:00", "+0100"; nothing: *ret_given stays false. */
static bool parse_zone(const char **text, bool *ret_given, int32_t *ret)
{
	bool west = **text == '-';
	int hours, minutes = 0;

	if (skip(text, 'Z')) {
		*ret_given = true;
		*ret = 0;
		return true;
	}
	if (!**text)
		return true;
	if (!skip(text, '+') && !skip(text, '-'))
		return false;
	if (!number(text, 2, &hours))
		return false;
	skip(text, ':');
	if (**text && !number(text, 2, &minutes))
		return false;
	if (hours > 23 || minutes > 59)
		return false;
	*ret_given = true;
	*ret = (west ? -1 : 1) * (hours * 3600 + minutes * 60);
	return true;
}

static bool parse_clock(const char **text, struct tm *tm)
{
	if (!number(text, 2, &tm->tm_hour) || !skip(text, ':') ||
	    !number(text, 2, &tm->tm_min))
		return false;
	return !skip(text, ':') || number(text, 2, &tm->tm_sec);
}

bool time_parse_abs(const char *text, struct value *ret)
{
	struct tm tm = { .tm_isdst = -1 };
	bool given = false;
	int32_t zone = 0;
	time_t t;

	if (!number(&text, 6, &tm.tm_year) || !skip(&text, '-') ||
	    !number(&text, 2, &tm.tm_mon) || !skip(&text, '-') ||
	    !number(&text, 2, &tm.tm_mday))
		return false;
	if ((skip(&text, 'T') || skip(&text, ' ')) && !parse_clock(&text, &tm))
		return false;
	if (!parse_zone(&text, &given, &zone) || *text)
		return false;
	if (tm.tm_mon < 1 || tm.tm_mon > 12 || tm.tm_mday < 1 ||
	    tm.tm_mday > 31 || tm.tm_hour > 23 || tm.tm_min > 59 ||
	    tm.tm_sec > 60)
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	t = given ? timegm(&tm) - zone : mktime(&tm);
	*ret = value_abstime(t, given ? zone : time_local_zone(t));
	return true;
}

bool time_parse_rel(const char *text, struct value *ret)
{
	bool minus = skip(&text, '-');
	double days = 0, total = 0;
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	for (int part = 0;; part++) {
		double n = strtod(text, &end);

		/* strtod takes more than we want */
		if (end == text ||
		    strspn(text, "0123456789.") != (size_t)(end - text))
			return false;
		if (*end == '+' && !part && !days) {
			days = n;
			part = -1;
		} else {
			total = total * 60 + n;
			if (!*end && part < 3)
				break;
			if (*end != ':' || part > 1)
				return false;
		}
		text = end + 1;
		if (!isdigit((unsigned char)*text))
			return false;
	}
	total += days * DAY_S;
	*ret = value_reltime(minus ? -total : total);
	return isfinite(total);
}
