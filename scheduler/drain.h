/* SPDX-License-Identifier: MIT */
/*
 * drain: hosts that people want empty. Nothing new starts there until it is
 * cancelled; it outlives the scheduler and the host.
 */
#ifndef HARRIER_SCHEDULER_DRAIN_H
#define HARRIER_SCHEDULER_DRAIN_H

#include "common/svc/json.h"

#include <stdbool.h>

struct err;
struct host;
struct sched;
struct slot;

struct drain_request {
	/* "graceful": jobs may end; "quick": they are asked to checkpoint and
	 * move; "fast": they are killed */
	const char *how;
	const char *reason, *by;
	bool resume; /* take jobs again when the last one has left */
};

/* At the start: marks the hosts of the database. */
int drain_load(struct sched *s, struct err *err);

/*
 * Writes it and asks the jobs to go; one that goes on already may be made
 * faster so. @ret_jobs gets the ids of the jobs that are there. -EINVAL for
 * an unknown @how.
 */
int drain_start(struct sched *s, struct host *h,
		const struct drain_request *req, json_t *ret_jobs,
		struct err *err);
/* -ENOENT where it is not drained. */
int drain_cancel(struct sched *s, struct host *h, struct err *err);

/* Ends those that were to end when the host is empty. Every second. */
void drain_tick(struct sched *s);

/* Of a host that is drained, for the API; new reference. */
json_t *drain_json(const struct host *h);
/* State and Activity of a drained host's slot in its ad as JSON. */
void drain_mark_slot(const struct slot *slot, json_t *ad);

#endif
