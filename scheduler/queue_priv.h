/* SPDX-License-Identifier: MIT */
/* The inside of a queue, shared by queue.c and autocluster.c. */
#ifndef HARRIER_SCHEDULER_QUEUE_PRIV_H
#define HARRIER_SCHEDULER_QUEUE_PRIV_H

#include "common/base/hash.h"
#include "common/base/list.h"

struct policy;
struct sig;

struct queue {
	const struct policy *policy;
	struct hash *users; /* by name */
	struct hash *clusters; /* by id, as bytes */
	struct hash *autoclusters; /* by key */
	struct list ready_users;
	struct list policy_clusters; /* with policy expressions */
	struct sig *job_sig, *slot_sig;
	unsigned int sorted; /* generation of job_sig the keys are of */
	int next_autocluster;
};

#endif
