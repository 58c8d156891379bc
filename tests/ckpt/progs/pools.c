/* tests: structures in arrays of bytes of globals and of other structures */
/* SPDX-License-Identifier: MIT */
/* class: same-addresses */
#include "check.h"
#include <stdlib.h>
#include <string.h>

struct node {
	struct node *next;
	int value;
};

static long long align_here;
static char pool[4000]; /* the oldest allocator of all */
static size_t pool_used;

struct chunk {
	struct chunk *next;
	int used;
	char room[400] __attribute__((aligned(16)));
};

static struct chunk *chunks;

static void *from_pool(size_t n)
{
	void *p = pool + (16 - (uintptr_t)pool % 16) % 16 + pool_used;

	pool_used += (n + 15) / 16 * 16;
	return p;
}

static void *from_chunk(int n)
{
	void *p;

	if (!chunks || chunks->used + n > 400) {
		struct chunk *c = calloc(1, sizeof(*c));

		c->next = chunks;
		chunks = c;
	}
	p = chunks->room + chunks->used;
	chunks->used += (n + 15) / 16 * 16;
	return p;
}

static struct node *push(struct node *list, struct node *n, int value)
{
	n->value = value;
	n->next = list;
	return n;
}

int main(void)
{
	struct node *a = NULL, *b = NULL;

	align_here = 1;
	for (int i = 0; i < 100; i++) {
		a = push(a, from_pool(sizeof(*a)), i);
		b = push(b, from_chunk((int)sizeof(*b)), -i);
		for (struct node *n = a; n; n = n->next)
			check_mix((uint32_t)n->value);
		for (struct node *n = b; n; n = n->next)
			check_mix((uint32_t)n->value + (uint32_t)align_here);
	}
	return check_done();
}
