/* SPDX-License-Identifier: MIT */
/* totals: how many jobs, hosts and slots are in which state. */
#ifndef HARRIER_SCHEDULER_TOTALS_H
#define HARRIER_SCHEDULER_TOTALS_H

#include "common/svc/json.h"

struct nodes;
struct queue;
struct user;

/* New references. @owner NULL: everybody. */
json_t *totals_user(const struct user *u);
json_t *totals_jobs(struct queue *q, const char *owner);
json_t *totals_hosts(struct nodes *n);
json_t *totals_slots(struct nodes *n);
/* The architectures that run here, natively or emulated. */
json_t *totals_archs(struct nodes *n);

#endif
