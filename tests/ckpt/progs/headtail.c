/* SPDX-License-Identifier: MIT */
/* archs: X86_64 AARCH64 */
/* Blocks of a head and a tail whose size happens to be a whole number of the
 * tail's type: they are no arrays of it, and what they hold must follow. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

union cell {
	void *p;
	long n;
};

struct value {
	union cell cell;
	unsigned char tag;
};

struct closure {
	struct closure *next;
	unsigned char tag, mark, nvalues;
	struct closure *gray;
	long (*f)(struct closure *c);
	struct value values[1];
};

static void *take(void *(*alloc)(void *, size_t), size_t size)
{
	return alloc(NULL, size);
}

static void *raw(void *block, size_t size)
{
	return realloc(block, size);
}

static long first(struct closure *c)
{
	return c->values[0].cell.n++;
}

static long sum(struct closure *c)
{
	long s = 0;

	for (int i = 0; i < c->nvalues; i++)
		s += c->values[i].tag ? c->values[i].cell.n
				      : *(int *)c->values[i].cell.p;
	return s;
}

static long (*const functions[])(struct closure *) = { first, sum };
static int numbers[] = { 3, 5, 7 };

static struct closure *make(int n, struct closure *next)
{
	struct closure *c =
		take(raw, (size_t)((int)offsetof(struct closure, values) +
				   (int)sizeof(struct value) * n));

	c->next = next;
	c->gray = next ? next->next : NULL;
	c->tag = 6;
	c->nvalues = n;
	c->f = functions[n % 2];
	for (int i = 0; i < n; i++) {
		c->values[i].tag = i % 2;
		if (i % 2)
			c->values[i].cell.n = i * n;
		else
			c->values[i].cell.p = &numbers[i % 3];
	}
	c->values[0].tag = 1;
	c->values[0].cell.n = n;
	return c;
}

int main(void)
{
	struct closure *list = NULL;
	long total = 0;

	for (int i = 0; i < 60; i++) {
		list = make(i % 4 + 1, list);
		for (struct closure *c = list; c; c = c->next) {
			total = total * 3 + c->f(c) + (c->gray != NULL);
			total %= 1000003;
		}
		if (i % 10 == 0)
			printf("%d %ld\n", i, total);
	}
	printf("%ld\n", total);
	return 0;
}
