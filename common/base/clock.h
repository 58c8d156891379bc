/* SPDX-License-Identifier: MIT */
/* clock: what time it is, behind one door that tests can hold. */
#ifndef HARRIER_BASE_CLOCK_H
#define HARRIER_BASE_CLOCK_H

#include <stdint.h>

/*
 * clock_mono: intervals inside one process. clock_boot: leases, goes on while
 * the machine sleeps. clock_real: wall time since 1970, for display and
 * events only; it jumps.
 */
int64_t clock_mono_ns(void);
int64_t clock_mono_ms(void);
int64_t clock_boot_ms(void);
int64_t clock_real_ms(void);

/*
 * A policy's duration in ms as this process is to wait for it: multiplied by
 * HARRIER_CLOCK_SCALE (a decimal fraction such as 0.01, read once; 1 where it
 * is not set or not a number above 0), at least 1 for a duration above 0. Each
 * lease, grace time and period passes here once, so that a test of minutes
 * takes seconds.
 */
int64_t clock_scaled_ms(int64_t duration_ms);

/*
 * For tests: from clock_hold on all clocks stand at `now_ms` and move only by
 * clock_advance; clock_release gives back the real ones. clock_set_scale
 * replaces the environment's scale. Not for several threads at once.
 */
void clock_hold(int64_t now_ms);
void clock_advance(int64_t by_ms);
void clock_release(void);
void clock_set_scale(double scale);

#endif
