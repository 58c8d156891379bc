/* SPDX-License-Identifier: MIT */
/*
 * config: the scheduler's settings: defaults, then the file D/scheduler.conf,
 * then `--set key=value`. They are read at the start.
 */
#ifndef HARRIER_SCHEDULER_CONFIG_H
#define HARRIER_SCHEDULER_CONFIG_H

#include "scheduler/policy.h"

struct conclimits;
struct conf;
struct err;

struct config {
	struct conf *conf;
	struct policy policy;
};

void config_init(struct config *c);
void config_release(struct config *c);

/* A file that does not exist changes nothing. */
int config_read(struct config *c, const char *path, struct err *err);
/* "key=value" */
int config_set(struct config *c, const char *line, struct err *err);
/* Concurrency limits as configured, nothing used; conclimit_free. */
int config_limits(const struct config *c, struct conclimits **ret_limits,
		  struct err *err);
/* Checks, and fills in what the members say. */
int config_apply(struct config *c, struct err *err);

#endif
