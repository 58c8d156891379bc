/* SPDX-License-Identifier: MIT */
#include "ckptlib/wrap_time.h"

#include <string.h>
#include <unistd.h>

#include "ckptlib/own.h"

double ckpti_cpu_seconds(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts))
		return 0;
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

clock_t ckpt_clock(void)
{
	return (clock_t)((ckpti_own.clock_before + ckpti_cpu_seconds()) *
			 CLOCKS_PER_SEC);
}

#define SECOND 1000000000LL

static long long read_clock(clockid_t clock)
{
	struct timespec ts;

	if (clock_gettime(clock, &ts))
		return 0;
	return ts.tv_sec * SECOND + ts.tv_nsec;
}

void ckpti_clocks_capture(void)
{
	struct ckpti_own *o = &ckpti_own;

	o->rising_at = read_clock(CLOCK_MONOTONIC) + o->rising_offset;
	o->wall_at = read_clock(CLOCK_REALTIME);
}

void ckpti_clocks_resume(void)
{
	struct ckpti_own *o = &ckpti_own;
	long long passed = read_clock(CLOCK_REALTIME) - o->wall_at;

	if (passed < 0)
		passed = 0; /* this machine's clock is behind */
	o->rising_offset = o->rising_at + passed - read_clock(CLOCK_MONOTONIC);
}

static void add(struct timespec *t, long long ns)
{
	ns += t->tv_nsec;
	t->tv_sec += (time_t)(ns / SECOND);
	ns %= SECOND;
	if (ns < 0) {
		ns += SECOND;
		t->tv_sec--;
	}
	t->tv_nsec = (long)ns;
}

int ckpt_clock_gettime(clockid_t clock, struct timespec *ret_time)
{
	int r = clock_gettime(clock, ret_time);

	if (r)
		return r;
	switch (clock) {
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
		if (ckpti_own.rising_offset)
			add(ret_time, ckpti_own.rising_offset);
		break;
	case CLOCK_PROCESS_CPUTIME_ID:
	case CLOCK_THREAD_CPUTIME_ID:
		if (ckpti_own.clock_before > 0)
			add(ret_time, (long long)(ckpti_own.clock_before *
						  (double)SECOND));
		break;
	default:
		break;
	}
	return 0;
}

clock_t ckpt_times(struct tms *ret_times)
{
	clock_t r = times(ret_times);
	double ticks = (double)sysconf(_SC_CLK_TCK);

	if (r == (clock_t)-1)
		return r;
	if (ret_times)
		ret_times->tms_utime +=
			(clock_t)(ckpti_own.clock_before * ticks);
	return r + (clock_t)((double)ckpti_own.rising_offset / 1e9 * ticks);
}

int ckpt_getrusage(int who, struct rusage *ret_usage)
{
	int r = getrusage(who, ret_usage);
	long long us;

	if (r || who != RUSAGE_SELF)
		return r;
	us = (long long)(ckpti_own.clock_before * 1e6) +
	     ret_usage->ru_utime.tv_usec;
	ret_usage->ru_utime.tv_sec += (time_t)(us / 1000000);
	ret_usage->ru_utime.tv_usec = (long)(us % 1000000);
	return 0;
}

/* ---- static results ----------------------------------------------------------------- */

/*
 * The zone's name lies in libc's memory: a copy of ours goes along, one for
 * each name, so that what the program keeps stays true.
 */
static struct tm *keep_zone(struct tm *tm)
{
	char *p = ckpti_own.tm_zone;
	char *end = p + sizeof(ckpti_own.tm_zone);
	size_t len;

	if (!tm || !tm->tm_zone)
		return tm;
	len = strlen(tm->tm_zone);
	while (*p && strcmp(p, tm->tm_zone) != 0)
		p += strlen(p) + 1;
	if (!*p && len + 2 > (size_t)(end - p)) {
		tm->tm_zone = end - 1; /* always 0 */
		return tm;
	}
	memcpy(p, tm->tm_zone, len);
	tm->tm_zone = p;
	return tm;
}

struct tm *ckpt_localtime_r(const time_t *t, struct tm *ret_tm)
{
	return keep_zone(localtime_r(t, ret_tm));
}

struct tm *ckpt_gmtime_r(const time_t *t, struct tm *ret_tm)
{
	return keep_zone(gmtime_r(t, ret_tm));
}

time_t ckpt_mktime(struct tm *tm)
{
	time_t t = mktime(tm);

	keep_zone(tm);
	return t;
}

time_t ckpt_timegm(struct tm *tm)
{
	time_t t = timegm(tm);

	keep_zone(tm);
	return t;
}

struct tm *ckpt_localtime(const time_t *t)
{
	tzset();
	return keep_zone(localtime_r(t, &ckpti_own_tm));
}

struct tm *ckpt_gmtime(const time_t *t)
{
	return keep_zone(gmtime_r(t, &ckpti_own_tm));
}

char *ckpt_asctime(const struct tm *tm)
{
	return asctime_r(tm, ckpti_own.time_text);
}

char *ckpt_ctime(const time_t *t)
{
	const struct tm *tm = ckpt_localtime(t);

	return tm ? ckpt_asctime(tm) : NULL;
}
