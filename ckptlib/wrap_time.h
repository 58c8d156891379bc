/* SPDX-License-Identifier: MIT */
/* wrap_time: clock that goes on after a restart; sleeps that signals of ours
 * do not shorten; the static results of localtime and its kin. */
#ifndef CKPTLIB_WRAP_TIME_H
#define CKPTLIB_WRAP_TIME_H

#include <time.h>

/* CPU seconds of this process so far. */
double ckpti_cpu_seconds(void);

clock_t ckpt_clock(void);
struct tm *ckpt_localtime(const time_t *t);
struct tm *ckpt_gmtime(const time_t *t);
char *ckpt_ctime(const time_t *t);
char *ckpt_asctime(const struct tm *tm);
unsigned ckpt_sleep(unsigned seconds);
int ckpt_usleep(unsigned microseconds);
int ckpt_nanosleep(const struct timespec *want, struct timespec *ret_left);

#endif
