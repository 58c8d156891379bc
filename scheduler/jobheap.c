/* SPDX-License-Identifier: MIT */
#include "scheduler/jobheap.h"

#include "common/base/xalloc.h"

#include <assert.h>
#include <stdlib.h>

bool jobheap_before(const struct jobheap_node *a, const struct jobheap_node *b)
{
	if (a->prio != b->prio)
		return a->prio > b->prio;
	if (a->cluster != b->cluster)
		return a->cluster < b->cluster;
	return a->proc < b->proc;
}

void jobheap_init(struct jobheap *h)
{
	h->nodes = NULL;
	h->count = h->room = 0;
}

void jobheap_release(struct jobheap *h)
{
	free(h->nodes);
	jobheap_init(h);
}

static void place(struct jobheap *h, size_t pos, struct jobheap_node *n)
{
	h->nodes[pos] = n;
	n->place = (unsigned int)pos + 1;
}

static void sift_up(struct jobheap *h, size_t pos)
{
	struct jobheap_node *n = h->nodes[pos];

	while (pos && jobheap_before(n, h->nodes[(pos - 1) / 2])) {
		place(h, pos, h->nodes[(pos - 1) / 2]);
		pos = (pos - 1) / 2;
	}
	place(h, pos, n);
}

static void sift_down(struct jobheap *h, size_t pos)
{
	struct jobheap_node *n = h->nodes[pos];

	for (;;) {
		size_t child = 2 * pos + 1;

		if (child >= h->count)
			break;
		if (child + 1 < h->count &&
		    jobheap_before(h->nodes[child + 1], h->nodes[child]))
			child++;
		if (!jobheap_before(h->nodes[child], n))
			break;
		place(h, pos, h->nodes[child]);
		pos = child;
	}
	place(h, pos, n);
}

void jobheap_push(struct jobheap *h, struct jobheap_node *n)
{
	assert(!n->place);
	if (h->count == h->room) {
		h->room = h->room ? 2 * h->room : 8;
		h->nodes = xreallocarray(h->nodes, h->room,
					 sizeof(struct jobheap_node *));
	}
	h->nodes[h->count] = n;
	sift_up(h, h->count++);
}

void jobheap_del(struct jobheap *h, struct jobheap_node *n)
{
	size_t pos = n->place - 1;
	struct jobheap_node *last;

	assert(n->place && h->nodes[pos] == n);
	n->place = 0;
	last = h->nodes[--h->count];
	if (last == n)
		return;
	place(h, pos, last);
	sift_up(h, pos);
	sift_down(h, last->place - 1);
}

struct jobheap_node *jobheap_top(const struct jobheap *h)
{
	return h->count ? h->nodes[0] : NULL;
}
