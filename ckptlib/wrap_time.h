/* SPDX-License-Identifier: MIT */
/* wrap_time: clock that goes on after a restart; the static results of localtime and its kin. */
#ifndef CKPTLIB_WRAP_TIME_H
#define CKPTLIB_WRAP_TIME_H

#include <sys/resource.h>
#include <sys/times.h>
#include <time.h>

/* CPU seconds of this process so far. */
double ckpti_cpu_seconds(void);

clock_t ckpt_clock(void);
int ckpt_clock_gettime(clockid_t clock, struct timespec *ret_time);
clock_t ckpt_times(struct tms *ret_times);
int ckpt_getrusage(int who, struct rusage *ret_usage);

/* Where the clocks stand, for the image; and on from there in a restarted
 * process, by what has passed on the wall clock. */
void ckpti_clocks_capture(void);
void ckpti_clocks_resume(void);
struct tm *ckpt_localtime(const time_t *t);
struct tm *ckpt_localtime_r(const time_t *t, struct tm *ret_tm);
struct tm *ckpt_gmtime_r(const time_t *t, struct tm *ret_tm);
time_t ckpt_mktime(struct tm *tm);
time_t ckpt_timegm(struct tm *tm);
struct tm *ckpt_gmtime(const time_t *t);
char *ckpt_ctime(const time_t *t);
char *ckpt_asctime(const struct tm *tm);

#endif
