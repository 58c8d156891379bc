/* tests: disjoint sets in arrays of short and pointers, edges sorted by weight */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>

struct set {
	struct set *parent;
	unsigned rank;
};

struct edge {
	float weight;
	unsigned short a, b;
};

static struct set *find(struct set *s)
{
	while (s->parent != s) {
		s->parent = s->parent->parent;
		s = s->parent;
	}
	return s;
}

static int join(struct set *a, struct set *b)
{
	a = find(a);
	b = find(b);
	if (a == b)
		return 0;
	if (a->rank < b->rank) {
		struct set *t = a;

		a = b;
		b = t;
	}
	b->parent = a;
	a->rank += a->rank == b->rank;
	return 1;
}

static int by_weight(const void *x, const void *y)
{
	const struct edge *a = x, *b = y;

	return (a->weight > b->weight) - (a->weight < b->weight);
}

int main(void)
{
	enum { N = 150, M = 600 };
	struct edge *edges = malloc(M * sizeof(*edges));
	unsigned x = 17;

	for (int round = 0; round < 5; round++) {
		struct set *sets = malloc(N * sizeof(*sets));
		float total = 0;
		int used = 0;

		for (int i = 0; i < N; i++)
			sets[i] = (struct set){ &sets[i], 0 };
		for (int i = 0; i < M; i++) {
			x = x * 1664525u + 1013904223u;
			edges[i] = (struct edge){ (float)(x >> 20) / 16,
						  (unsigned short)((x >> 8) % N),
						  (unsigned short)((x >> 14) % N) };
		}
		qsort(edges, M, sizeof(*edges), by_weight);
		for (int i = 0; i < M && used < N - 1; i++)
			if (join(&sets[edges[i].a], &sets[edges[i].b])) {
				total += edges[i].weight;
				used++;
			}
		printf("%d edges, %g\n", used, (double)total);
		for (int i = 0; i < N; i++)
			check_mix((uint32_t)(find(&sets[i]) - sets));
		free(sets);
	}
	free(edges);
	return check_done();
}
