/* SPDX-License-Identifier: MIT */
/*
 * hosts: the host sync of docs/protocol.md: takes in what hosts say of their
 * slots and attempts, and tells them what is wanted. Also leases: what
 * becomes of attempts whose host is silent.
 */
#ifndef HARRIER_SCHEDULER_HOSTS_H
#define HARRIER_SCHEDULER_HOSTS_H

#include "common/svc/json.h"

#include <stdbool.h>

struct err;
struct host;
struct httpd_req;
struct job;
struct sched;

/* POST /hosts/NAME/sync; takes nothing. */
void hosts_sync(struct sched *s, struct httpd_req *req, const char *name,
		const json_t *body);
/* Has this host something to be told? It is looked at when the turn ends. */
void hosts_news(struct sched *s, struct host *h);
/* Answers the parked calls of hosts that have news. */
void hosts_flush(struct sched *s);
/* Answers all parked calls with 503: the state is read again. */
void hosts_release(struct sched *s);

/* POST /hosts/NAME/vacate: every job there is asked to move. */
int hosts_vacate(struct sched *s, struct host *h, bool fast, json_t *ret_jobs,
		 struct err *err);

/*
 * Silent hosts go offline, attempts with an expired lease are lost, parked
 * calls end in time. To be called every second.
 */
void hosts_tick(struct sched *s);

/* The API's view; new reference. */
json_t *hosts_json(struct sched *s, const struct host *h);

#endif
