/* SPDX-License-Identifier: MIT */
#include "startd/load.h"

#include "common/base/fd.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

void load_init(struct load *load)
{
	*load = (struct load){ .busy_since_ms = -1, .last_ms = -1 };
}

/* A job that ended takes its part along where there are no cgroups. */
static double cores(int64_t now_us, int64_t last_us, int64_t elapsed_ms)
{
	double n = (double)(now_us - last_us) / 1000 / (double)elapsed_ms;

	return n > 0 ? n : 0;
}

void load_sample(struct load *load, int64_t now_ms, int64_t busy_us,
		 int64_t jobs_us, double high)
{
	int64_t elapsed_ms = now_ms - load->last_ms;

	if (load->last_ms >= 0 && elapsed_ms > 0) {
		load->cores = cores(busy_us, load->last_busy_us, elapsed_ms);
		load->job_cores =
			cores(jobs_us, load->last_jobs_us, elapsed_ms);
		/* The two counters are not read at the same instant. */
		if (load->job_cores > load->cores)
			load->job_cores = load->cores;
	}
	load->last_ms = now_ms;
	load->last_busy_us = busy_us;
	load->last_jobs_us = jobs_us;
	if (load->cores - load->job_cores < high)
		load->busy_since_ms = -1;
	else if (load->busy_since_ms < 0)
		load->busy_since_ms = now_ms;
}

int64_t load_busy_us(void)
{
	uint64_t user, nice, sys, idle, wait, irq, soft, steal;
	FILE *f = fopen("/proc/stat", "re");
	int n;

	if (!f)
		return 0;
	n = fscanf(f,
		   "cpu %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
		   " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64,
		   &user, &nice, &sys, &idle, &wait, &irq, &soft, &steal);
	fclose(f);
	if (n != 8)
		return 0;
	return (int64_t)((user + nice + sys + irq + soft) * 1000000 /
			 (uint64_t)sysconf(_SC_CLK_TCK));
}
