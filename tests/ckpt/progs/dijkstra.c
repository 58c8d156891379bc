/* tests: shortest paths with a heap of pointers and places that point back */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <limits.h>
#include <stdlib.h>

struct city {
	int id, distance;
	int place; /* in the heap, or -1 */
	struct road {
		struct city *to;
		int length;
		struct road *more;
	} *roads;
	struct city *from;
};

struct heap {
	struct city **at;
	int n;
};

static void put(struct heap *h, int i, struct city *c)
{
	h->at[i] = c;
	c->place = i;
}

static void up(struct heap *h, struct city *c)
{
	int i = c->place;

	while (i && h->at[(i - 1) / 2]->distance > c->distance) {
		put(h, i, h->at[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	put(h, i, c);
}

static struct city *pop(struct heap *h)
{
	struct city *top = h->at[0], *last = h->at[--h->n];
	int i = 0, k;

	top->place = -1;
	while ((k = 2 * i + 1) < h->n) {
		if (k + 1 < h->n && h->at[k + 1]->distance < h->at[k]->distance)
			k++;
		if (h->at[k]->distance >= last->distance)
			break;
		put(h, i, h->at[k]);
		i = k;
	}
	if (h->n)
		put(h, i, last);
	return top;
}

static void road(struct city *a, struct city *b, int length)
{
	struct road *r = malloc(sizeof(*r));

	*r = (struct road){ b, length, a->roads };
	a->roads = r;
}

static int search(struct city *cities, int n, struct city *start)
{
	struct heap h = { malloc(n * sizeof(*h.at)), 0 };
	int reached = 0;

	for (int i = 0; i < n; i++) {
		cities[i].distance = INT_MAX;
		cities[i].place = -1;
		cities[i].from = NULL;
	}
	start->distance = 0;
	put(&h, h.n++, start);
	while (h.n) {
		struct city *c = pop(&h);

		reached++;
		for (struct road *r = c->roads; r; r = r->more) {
			if (r->to->distance <= c->distance + r->length)
				continue;
			r->to->distance = c->distance + r->length;
			r->to->from = c;
			if (r->to->place < 0)
				put(&h, h.n++, r->to);
			up(&h, r->to);
		}
	}
	free(h.at);
	return reached;
}

int main(void)
{
	enum { N = 120 };
	struct city *cities = calloc(N, sizeof(*cities));
	unsigned x = 3;

	for (int i = 0; i < N; i++)
		cities[i].id = i;
	for (int i = 0; i < 4 * N; i++) {
		x = x * 1664525u + 1013904223u;
		road(&cities[(x >> 8) % N], &cities[(x >> 16) % N],
		     (int)(x >> 24) + 1);
	}
	for (int s = 0; s < 12; s++) {
		printf("%d ", search(cities, N, &cities[s * 9]));
		for (int i = 0; i < N; i++)
			if (cities[i].from)
				check_mix((uint32_t)(cities[i].distance * 131 +
						     cities[i].from->id));
	}
	putchar('\n');
	return check_done();
}
