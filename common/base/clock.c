/* SPDX-License-Identifier: MIT */
#include "common/base/clock.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

static _Atomic bool held;
static _Atomic int64_t held_ms;
static _Atomic double scale; /* 0: not read yet */

static int64_t now_ns(clockid_t id)
{
	struct timespec ts;

	if (atomic_load(&held))
		return atomic_load(&held_ms) * 1000000;
	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

int64_t clock_mono_ns(void)
{
	return now_ns(CLOCK_MONOTONIC);
}

int64_t clock_mono_ms(void)
{
	return now_ns(CLOCK_MONOTONIC) / 1000000;
}

int64_t clock_boot_ms(void)
{
	return now_ns(CLOCK_BOOTTIME) / 1000000;
}

int64_t clock_real_ms(void)
{
	return now_ns(CLOCK_REALTIME) / 1000000;
}

static double read_scale(void)
{
	const char *text = getenv("HARRIER_CLOCK_SCALE");
	double value = text ? strtod(text, NULL) : 1;

	return value > 0 && value < 1e6 ? value : 1;
}

int64_t clock_scaled_ms(int64_t duration_ms)
{
	double factor = atomic_load(&scale);
	int64_t scaled;

	if (factor == 0) {
		factor = read_scale();
		atomic_store(&scale, factor);
	}
	if (factor == 1 || duration_ms <= 0)
		return duration_ms;
	scaled = (int64_t)((double)duration_ms * factor);
	return scaled > 0 ? scaled : 1;
}

void clock_hold(int64_t now_ms)
{
	atomic_store(&held_ms, now_ms);
	atomic_store(&held, true);
}

void clock_advance(int64_t by_ms)
{
	atomic_fetch_add(&held_ms, by_ms);
}

void clock_release(void)
{
	atomic_store(&held, false);
}

void clock_set_scale(double value)
{
	atomic_store(&scale, value);
}
