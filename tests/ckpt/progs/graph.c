/* tests: graphs with cycles and shared nodes, queues, marks, strong components */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>

struct edge {
	struct vertex *to;
	int cost;
	struct edge *more;
};

struct vertex {
	int id, distance, index, low;
	_Bool on_stack;
	struct edge *edges;
	struct vertex *queue_next;
};

struct search {
	struct vertex **stack;
	int n, index, components, largest;
};

enum { COUNT = 150 };

static struct vertex *build(uint32_t seed)
{
	struct vertex *v = calloc(COUNT, sizeof *v);

	for (int i = 0; i < COUNT; i++) {
		v[i].id = i;
		for (int k = 0; k < 2 + i % 2; k++) {
			struct edge *e = malloc(sizeof *e);
			seed = seed * 1664525u + 1013904223u;
			e->to = &v[(seed >> 8) % COUNT];
			e->cost = (int)(seed >> 28) + 1;
			e->more = v[i].edges;
			if (seed >> 30)
				v[i].edges = e;
			else
				free(e);
		}
	}
	return v;
}

/* Bellman and Ford with a queue threaded through the vertices. */
static int shortest(struct vertex *v, struct vertex *from)
{
	struct vertex end = { 0 }, *head = from, *tail = from;
	int sum = 0;

	for (int i = 0; i < COUNT; i++) {
		v[i].distance = 1000000;
		v[i].queue_next = NULL;
	}
	from->distance = 0;
	from->queue_next = &end;
	while (head != &end) {
		for (struct edge *e = head->edges; e; e = e->more) {
			if (e->to->distance <= head->distance + e->cost)
				continue;
			e->to->distance = head->distance + e->cost;
			if (!e->to->queue_next) {
				tail->queue_next = e->to;
				e->to->queue_next = &end;
				tail = e->to;
			}
		}
		from = head;
		head = head->queue_next;
		from->queue_next = NULL;
	}
	for (int i = 0; i < COUNT; i++)
		if (v[i].distance < 1000000)
			sum += v[i].distance * (i + 1) % 1009;
	return sum;
}

static void component(struct search *s, struct vertex *root)
{
	int n = 0;

	s->components++;
	do {
		s->stack[--s->n]->on_stack = 0;
		n++;
		check_mix(s->stack[s->n]->id);
	} while (s->stack[s->n] != root);
	if (n > s->largest)
		s->largest = n;
}

static void visit(struct search *s, struct vertex *v)
{
	v->index = v->low = ++s->index;
	s->stack[s->n++] = v;
	v->on_stack = 1;
	for (const struct edge *e = v->edges; e; e = e->more) {
		if (!e->to->index)
			visit(s, e->to);
		if (e->to->on_stack && e->to->low < v->low)
			v->low = e->to->low;
	}
	if (v->low == v->index)
		component(s, v);
}

static void release(struct vertex *v)
{
	for (int i = 0; i < COUNT; i++)
		for (struct edge *e = v[i].edges, *more; e; e = more) {
			more = e->more;
			free(e);
		}
	free(v);
}

int main(void)
{
	for (uint32_t g = 0; g < 12; g++) {
		struct vertex *v = build(g * 977 + 5);
		struct search s = { calloc(COUNT, sizeof *s.stack), 0, 0, 0,
				    0 };
		int sum = 0;

		for (int i = 0; i < 5; i++)
			sum += shortest(v, &v[(i * 31 + (int)g) % COUNT]);
		for (int i = 0; i < COUNT; i++)
			if (!v[i].index)
				visit(&s, &v[i]);
		check_mix(sum);
		printf("%u: distances %d, %d components, largest %d\n",
		       (unsigned)g, sum, s.components, s.largest);
		free(s.stack);
		release(v);
	}
	return check_done();
}
