/* tests: structures carved by hand out of char blocks stay on one layout */
/* SPDX-License-Identifier: MIT */
/* class: same-addresses */
#include "check.h"
#include <stdlib.h>
#include <string.h>

struct arena {
	char *block;
	size_t used, size;
	struct arena *before;
};

struct node {
	struct node *next;
	int value;
	char *name;
};

static struct arena *arena;

static void *carve(size_t n)
{
	void *p;

	n = (n + 15) / 16 * 16;
	if (!arena || arena->used + n > arena->size) {
		struct arena *a = malloc(sizeof(*a));

		a->size = 1000;
		a->block = malloc(a->size);
		a->used = 0;
		a->before = arena;
		arena = a;
	}
	p = arena->block + arena->used;
	arena->used += n;
	return p;
}

int main(void)
{
	struct node *list = NULL, *n;

	for (int i = 0; i < 80; i++) {
		n = carve(sizeof(*n));
		n->name = carve(12);
		sprintf(n->name, "node %d", i);
		n->value = -i;
		n->next = list;
		list = n;
		for (n = list; n; n = n->next)
			check_mix((uint32_t)n->value + (unsigned char)n->name[5]);
	}
	return check_done();
}
