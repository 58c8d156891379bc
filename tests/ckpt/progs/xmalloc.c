/* tests: malloc wrappers, several types through one, strdup */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "check.h"
#include <stdlib.h>
#include <string.h>

static int live;

static void *xmalloc(size_t size)
{
	void *p = malloc(size);

	if (!p) {
		fputs("out of memory\n", stderr);
		exit(1);
	}
	live++;
	return p;
}

static void *xzalloc(size_t size)
{
	return memset(xmalloc(size), 0, size);
}

static void *xrealloc(void *old, size_t size)
{
	void *p = realloc(old, size);

	live += !old;
	return p ? p : (exit(1), NULL);
}

static void xfree(void *p)
{
	live -= p != NULL;
	free(p);
}

static char *xstrdup(const char *s)
{
	char *copy = xmalloc(strlen(s) + 1);

	return strcpy(copy, s);
}

#define NEW(type) ((type *)xzalloc(sizeof(type)))

struct leaf {
	double weight;
	char *name;
};

struct branch {
	int n;
	struct leaf **leaves;
	struct branch *next;
	short *marks;
};

static struct leaf *leaf_new(int n)
{
	struct leaf *l = NEW(struct leaf);
	char text[20];

	sprintf(text, "leaf-%d", n * n);
	l->name = n & 1 ? xstrdup(text) : strdup(text);
	live += !(n & 1);
	l->weight = n / 8.0;
	return l;
}

static struct branch *branch_new(int n, struct branch *next)
{
	struct branch *b = NEW(struct branch);

	b->next = next;
	for (b->n = 0; b->n < n; b->n++) {
		b->leaves = xrealloc(b->leaves, (b->n + 1) * sizeof *b->leaves);
		b->leaves[b->n] = leaf_new(b->n + n);
	}
	b->marks = xmalloc(n * sizeof(short));
	for (int i = 0; i < n; i++)
		b->marks[i] = (short)(-i * n);
	return b;
}

static struct branch *branch_free(struct branch *b)
{
	struct branch *next = b->next;

	for (int i = 0; i < b->n; i++) {
		xfree(b->leaves[i]->name);
		xfree(b->leaves[i]);
	}
	xfree(b->leaves);
	xfree(b->marks);
	xfree(b);
	return next;
}

int main(void)
{
	struct branch *all = NULL;
	double total = 0;

	for (int n = 1; n < 80; n++) {
		all = branch_new(n % 11 + 1, all);
		for (struct branch *b = all; b; b = b->next) {
			struct leaf *l = b->leaves[n % b->n];
			total += l->weight;
			check_mix((uint32_t)l->name[5] +
				  (uint32_t)b->marks[n % b->n]);
		}
		if (n % 9 == 0)
			all = branch_free(branch_free(all));
		check_mix(live);
		if (n % 16 == 0)
			printf("%d: live %d total %.3f %s\n", n, live, total,
			       all->leaves[0]->name);
	}
	while (all)
		all = branch_free(all);
	printf("live %d total %.3f\n", live, total);
	return check_done();
}
