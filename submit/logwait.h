/* SPDX-License-Identifier: MIT */
/* logwait: follows a job event log until jobs have ended. */
#ifndef HARRIER_SUBMIT_LOGWAIT_H
#define HARRIER_SUBMIT_LOGWAIT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"

struct logwait_want {
	int cluster, proc; /* 0: all of the log; proc -1: all of the cluster */
	int64_t count; /* that many ends are enough; 0: all */
	int64_t limit_ms; /* below 0: none */
	bool echo; /* events to stdout */
	bool status; /* a line for each change to stdout */
};

/* A log or a job that is not there after this time will not come. */
#define LOGWAIT_PATIENCE_MS 10000

/*
 * 0: all have ended; 1: `count` have; -ETIMEDOUT: the limit is over; -ENOENT:
 * no such log, or the job is not in it; else -errno.
 */
int logwait_run(const char *path, const struct logwait_want *want,
		struct err *err);

#endif
