/* SPDX-License-Identifier: MIT */
/*
 * jobheap: the idle jobs of one user and one autocluster, best first: higher
 * JobPrio, then the older id. A binary heap; jobs carry their place.
 */
#ifndef HARRIER_SCHEDULER_JOBHEAP_H
#define HARRIER_SCHEDULER_JOBHEAP_H

#include <stdbool.h>
#include <stddef.h>

/* Embedded in a job, of which there are a million: so it is small. */
struct jobheap_node {
	unsigned int place; /* in the heap, from 1; 0: outside */
	int prio; /* the order: these three */
	int cluster, proc;
};

struct jobheap {
	struct jobheap_node **nodes;
	size_t count, room;
};

void jobheap_init(struct jobheap *h);
void jobheap_release(struct jobheap *h); /* the nodes are the callers' */

void jobheap_push(struct jobheap *h, struct jobheap_node *n);
void jobheap_del(struct jobheap *h, struct jobheap_node *n);
/* The best, or NULL. */
struct jobheap_node *jobheap_top(const struct jobheap *h);
/* Does @a come before @b? */
bool jobheap_before(const struct jobheap_node *a, const struct jobheap_node *b);

#endif
