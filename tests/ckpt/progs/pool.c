/* tests: pools of structs with free lists, arenas of one type, handles */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>

enum { CHUNK = 32 };

struct particle {
	struct particle *next; /* free list or owner's list */
	float x, v;
	int serial;
};

struct chunk {
	struct chunk *older;
	struct particle at[CHUNK];
};

struct pool {
	struct chunk *chunks;
	struct particle *free;
	int used, made;
};

static struct pool pool;

static void grow(struct pool *p)
{
	struct chunk *c = calloc(1, sizeof *c);

	c->older = p->chunks;
	p->chunks = c;
	for (int i = CHUNK - 1; i >= 0; i--) {
		c->at[i].next = p->free;
		p->free = &c->at[i];
	}
}

static struct particle *take(struct pool *p)
{
	struct particle *q;

	if (!p->free)
		grow(p);
	q = p->free;
	p->free = q->next;
	q->serial = p->made++;
	p->used++;
	return q;
}

static void give(struct pool *p, struct particle *q)
{
	q->next = p->free;
	p->free = q;
	p->used--;
}

static struct particle *simulate(struct particle *list, int t)
{
	struct particle **link = &list;

	while (*link) {
		struct particle *q = *link;
		q->v -= 0.125f * q->x;
		q->x += q->v;
		if ((q->serial + t) % 13 == 0) {
			*link = q->next;
			give(&pool, q);
		} else {
			link = &q->next;
		}
	}
	return list;
}

int main(void)
{
	struct particle *list = NULL, *watched = NULL;
	int chunks = 0;

	for (int t = 0; t < 300; t++) {
		for (int i = 0; i < 1 + t % 9; i++) {
			struct particle *q = take(&pool);
			q->x = (float)(t % 10);
			q->v = 0.5f * (float)i;
			q->next = list;
			list = q;
			if (q->serial % 50 == 0)
				watched = q;
		}
		list = simulate(list, t);
		for (const struct particle *q = list; q; q = q->next)
			check_mix((uint32_t)(int32_t)(q->x * 64));
		check_mix((uint32_t)watched->serial + (uint32_t)pool.used);
		if (t % 60 == 0)
			printf("%d: used %d made %d\n", t, pool.used,
			       pool.made);
	}
	while (pool.chunks) {
		struct chunk *older = pool.chunks->older;
		free(pool.chunks);
		pool.chunks = older;
		chunks++;
	}
	printf("%d chunks\n", chunks);
	return check_done();
}
