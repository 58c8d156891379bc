/* SPDX-License-Identifier: MIT */
/* expr_time: absolute and relative times as text (private to ad/). */
#ifndef HARRIER_AD_EXPR_TIME_H
#define HARRIER_AD_EXPR_TIME_H

#include "common/ad/expr.h"

#include <time.h>

/* Longest text of both. */
#define TIME_TEXT_SIZE 64

/* Zones are seconds east of Greenwich, within a day. */
#define TIME_ZONE_MAX 86399

/* Seconds since 1970 and the zone that they are shown in. */
static inline struct value value_abstime(int64_t seconds, int32_t zone)
{
	return (struct value){ .type = VALUE_ABSTIME,
			       .len = (uint32_t)zone,
			       .u.i = seconds };
}

static inline struct value value_reltime(double seconds)
{
	return (struct value){ .type = VALUE_RELTIME, .u.r = seconds };
}

static inline int32_t time_zone(const struct value *abstime)
{
	return (int32_t)abstime->len;
}

/* Local time's zone at that second. */
int32_t time_local_zone(int64_t seconds);

/* Broken down in its zone; false: out of the calendar's range. */
bool time_split(const struct value *abstime, struct tm *ret);

/*
 * "2004-01-31T23:59:58+01:00" and "-1+02:03:04.500"; leading parts of a
 * relative time that are zero are left out.
 */
void time_text(const struct value *time, char ret[TIME_TEXT_SIZE]);

/*
 * The reverse. Of an absolute time the zone (then it is local), the seconds
 * and the whole time of day may be missing, a blank may stand for the T.
 */
bool time_parse_abs(const char *text, struct value *ret);
bool time_parse_rel(const char *text, struct value *ret);

#endif
