/* SPDX-License-Identifier: MIT */
/*
 * An allocator with free lists by size in bytes: its blocks have another size
 * where pointers have, so its lists mean something else there, although no
 * type is wrong.
 */
#include <stdio.h>
#include <stdlib.h>

enum { CLASSES = 16, GRAIN = 8 };

struct free_block {
	struct free_block *next;
};

struct pair {
	struct pair *left, *right;
	int value;
};

struct wide_pair {
	struct pair pair;
	void *extra[2];
};

static struct free_block *pool[CLASSES];
static int given[CLASSES];

static size_t class_of(size_t size)
{
	return (size + GRAIN - 1) / GRAIN;
}

static void *take(size_t size)
{
	size_t k = class_of(size);
	struct free_block *b = pool[k];

	given[k]++;
	if (b)
		pool[k] = b->next;
	else
		b = malloc(k * GRAIN);
	return b;
}

static void give(void *p, size_t size)
{
	struct free_block *b = p;

	b->next = pool[class_of(size)];
	pool[class_of(size)] = b;
}

static struct pair *build(int depth)
{
	struct pair *p = take(depth % 2 ? sizeof(struct wide_pair)
					: sizeof(struct pair));

	p->value = depth;
	p->left = depth ? build(depth - 1) : NULL;
	p->right = depth ? build(depth - 1) : NULL;
	return p;
}

static int drop(struct pair *p)
{
	int sum = p->value;

	if (p->left)
		sum += drop(p->left) + 3 * drop(p->right);
	give(p, p->value % 2 ? sizeof(struct wide_pair) : sizeof(struct pair));
	return sum % 10007;
}

int main(void)
{
	int sum = 0;

	for (int i = 0; i < 200; i++) {
		sum = (sum * 31 + drop(build(i % 9))) % 1000003;
		if (i % 40 == 0)
			printf("%d: %d\n", i, sum);
	}
	printf("end %d\n", sum);
	return 0;
}
