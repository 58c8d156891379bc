/* SPDX-License-Identifier: MIT */
/* Blocks whose type only the caller of a wrapper knows: the wrapper returns
 * char *, is called through a table, or grows text behind a void pointer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct node {
	int key;
	double weight;
	struct node *next;
};

struct wide {
	short a[3];
	long b;
	char *text;
};

static char *take(size_t size)
{
	char *p;

	if ((p = (char *)malloc(size)) == NULL) {
		fprintf(stderr, "out of memory\n");
		exit(1);
	}
	return p;
}

static void *take_from(void *opaque, unsigned n, unsigned size)
{
	(void)opaque;
	return malloc(n * size);
}

struct hooks {
	void *(*alloc)(void *opaque, unsigned n, unsigned size);
};

static struct hooks hooks = { take_from };

static int grow(char **buf, int *size, unsigned min)
{
	void *p;

	if (*size >= (int)min)
		return 1;
	p = *buf ? realloc(*buf, min) : malloc(min);
	if (!p)
		return 0;
	*size = min;
	*buf = p;
	return 1;
}

/* Two allocations in a row: the type of each must reach its own. */
static long *pair(int n, long **ret_other)
{
	int *first = malloc(3 * sizeof(int));
	long *second = malloc(n * sizeof(long));

	for (int i = 0; i < 3; i++)
		first[i] = 0x01020304 * (i + 1);
	for (int i = 0; i < n; i++)
		second[i] = first[i % 3] - i;
	*ret_other = malloc(n * sizeof(long));
	memcpy(*ret_other, second, n * sizeof(long));
	free(first);
	return second;
}

static struct node *list;
static char *line;
static int line_size;

int main(void)
{
	struct wide *w = (*hooks.alloc)(NULL, 4, sizeof(struct wide));
	long *other, *mine = pair(5, &other);
	unsigned sum = 0;

	for (int i = 0; i < 4; i++) {
		w[i].a[2] = i * 100;
		w[i].b = -i;
		w[i].text = take(20);
		sprintf(w[i].text, "wide %d", i);
	}
	for (int i = 0; i < 200; i++) {
		struct node *n = (struct node *)take(sizeof(struct node));

		n->key = i * 7919;
		n->weight = i / 8.0;
		n->next = list;
		list = n;
		if (!grow(&line, &line_size, i + 40))
			return 1;
		sprintf(line, "%d %g %s", n->key, n->weight, w[i % 4].text);
		for (struct node *p = list; p; p = p->next)
			sum = sum * 31 + p->key + (unsigned)(8 * p->weight);
		sum += mine[i % 5] + other[i % 5] + w[i % 4].a[2] +
		       w[(i + 1) % 4].b + strlen(line);
		if (i % 20 == 0)
			printf("%s %u\n", line, sum);
	}
	printf("%u\n", sum);
	return 0;
}
