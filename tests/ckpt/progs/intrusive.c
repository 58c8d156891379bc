/* tests: lists within structures, container_of, base structures, downcasts */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stddef.h>
#include <stdlib.h>

struct link {
	struct link *next, *prev;
};

#define container_of(p, T, member) ((T *)((char *)(p)-offsetof(T, member)))

struct task {
	int id;
	double cost;
	struct link by_cost; /* not the first member */
	short level;
	struct link by_id;
	struct task *parent;
};

static struct link costs = { &costs, &costs };
static struct link ids = { &ids, &ids };

static void add(struct link *where, struct link *l)
{
	l->next = where->next;
	l->prev = where;
	where->next->prev = l;
	where->next = l;
}

/* the oldest way to write classes in C */
struct shape {
	int kind;
	double (*area)(const struct shape *s);
	struct shape *next;
};

struct circle {
	struct shape base;
	double radius;
};

struct box {
	struct shape base;
	float width, height;
	long count;
};

static double circle_area(const struct shape *s)
{
	const struct circle *c = (const struct circle *)s;

	return 3 * c->radius * c->radius;
}

static double box_area(const struct shape *s)
{
	const struct box *b = (const struct box *)s;

	return (double)b->width * b->height * (double)b->count;
}

static struct shape *new_shape(int i)
{
	struct circle *c;
	struct box *b;

	if (i % 2) {
		c = malloc(sizeof(*c));
		c->base.kind = 1;
		c->base.area = circle_area;
		c->radius = i;
		return &c->base;
	}
	b = malloc(sizeof(*b));
	b->base.kind = 2;
	b->base.area = box_area;
	b->width = (float)i;
	b->height = 2;
	b->count = i;
	return &b->base;
}

int main(void)
{
	struct shape *shapes = NULL, *s;
	struct task *last = NULL;
	struct link *l;

	for (int i = 0; i < 60; i++) {
		struct task *t = calloc(1, sizeof(*t));

		t->id = i;
		t->cost = i * 0.25;
		t->level = (short)-i;
		t->parent = last;
		add(i % 2 ? &costs : costs.prev, &t->by_cost);
		add(&ids, &t->by_id);
		last = t;
		s = new_shape(i);
		s->next = shapes;
		shapes = s;
		for (l = costs.next; l != &costs; l = l->next) {
			t = container_of(l, struct task, by_cost);
			check_mix((uint32_t)t->id + (uint32_t)(t->cost * 4));
		}
		for (l = ids.prev; l != &ids; l = l->prev) {
			t = container_of(l, struct task, by_id);
			check_mix((uint32_t)t->level +
				  (t->parent ? (uint32_t)t->parent->id : 0));
		}
		for (s = shapes; s; s = s->next)
			check_mix((uint32_t)s->area(s) + (uint32_t)s->kind);
	}
	return check_done();
}
