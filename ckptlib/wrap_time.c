/* SPDX-License-Identifier: MIT */
#include "ckptlib/wrap_time.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "ckptlib/own.h"
#include "ckptlib/poll.h"

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

/* ---- static results ----------------------------------------------------------------- */

/* The zone's name lies in libc's memory: a copy of ours goes along. */
static struct tm *keep_zone(struct tm *tm)
{
	if (tm && tm->tm_zone) {
		strncpy(ckpti_own.tm_zone, tm->tm_zone,
			sizeof(ckpti_own.tm_zone) - 1);
		tm->tm_zone = ckpti_own.tm_zone;
	}
	return tm;
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

/* ---- sleeping ------------------------------------------------------------------------- */

/*
 * A signal of ours ends no sleep; one that the program handles does, as it
 * would without us.
 */
int ckpt_nanosleep(const struct timespec *want, struct timespec *ret_left)
{
	struct timespec left = *want;
	unsigned seen;
	int r;

	do {
		seen = ckpti_poll_signals;
		r = nanosleep(&left, &left);
	} while (r && errno == EINTR && seen != ckpti_poll_signals);
	if (r && ret_left)
		*ret_left = left;
	return r;
}

unsigned ckpt_sleep(unsigned seconds)
{
	struct timespec left = { .tv_sec = (time_t)seconds };

	if (!ckpt_nanosleep(&left, &left))
		return 0;
	return (unsigned)left.tv_sec + (left.tv_nsec >= 500000000);
}

int ckpt_usleep(unsigned microseconds)
{
	struct timespec want = {
		.tv_sec = (time_t)(microseconds / 1000000),
		.tv_nsec = (long)(microseconds % 1000000) * 1000,
	};

	return ckpt_nanosleep(&want, NULL);
}
