/* SPDX-License-Identifier: MIT */
/*
 * feed: changes for those who watch, as server-sent events. A change is told
 * after the commit that made it.
 */
#ifndef HARRIER_SCHEDULER_FEED_H
#define HARRIER_SCHEDULER_FEED_H

#include "common/svc/json.h"

#include <stdbool.h>

struct host;
struct httpd_req;
struct job;
struct sched;

void feed_new(struct sched *s);
void feed_free(struct sched *s);

/* Takes @data. Held back until the turn is committed. */
void feed_add(struct sched *s, const char *event, json_t *data);
void feed_job(struct sched *s, const struct job *j);
void feed_host(struct sched *s, const struct host *h);
/* The turn has ended: send or drop. For core. */
void feed_commit(struct sched *s, bool committed);

/* GET /api/v1/events */
void feed_subscribe(struct sched *s, struct httpd_req *req);

#endif
