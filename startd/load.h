/* SPDX-License-Identifier: MIT */
/* load: how many cores work, and how many of them for jobs. */
#ifndef HARRIER_STARTD_LOAD_H
#define HARRIER_STARTD_LOAD_H

#include <stdint.h>

struct load {
	double cores; /* in use between the last two samples */
	double job_cores; /* of them for jobs of any host on this machine */
	int64_t busy_since_ms; /* others' load is high; -1: it is not */
	/* private */
	int64_t last_ms;
	int64_t last_busy_us;
	int64_t last_jobs_us;
};

void load_init(struct load *load);

/*
 * Takes a sample: `busy_us` and `jobs_us` are sums of CPU time since whenever
 * (load_busy_us, cg_jobs_cpu_us), `now_ms` is by clock_mono_ms. Others' load
 * is high from `high` cores on.
 */
void load_sample(struct load *load, int64_t now_ms, int64_t busy_us,
		 int64_t jobs_us, double high);

/* CPU time this machine spent working since it booted, from /proc/stat. */
int64_t load_busy_us(void);

#endif
