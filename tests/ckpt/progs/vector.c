/* tests: vectors that grow by realloc, interior pointers kept as indices, shrink */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>
#include <string.h>

struct item {
	double weight;
	char label;
	int link; /* index of another item */
};

struct vector {
	struct item *items;
	int n, cap;
};

struct ints {
	int *at;
	size_t n, cap;
};

static struct item *append(struct vector *v)
{
	if (v->n == v->cap) {
		v->cap = v->cap ? v->cap + v->cap / 2 : 2;
		v->items = realloc(v->items, v->cap * sizeof(struct item));
	}
	memset(&v->items[v->n], 0, sizeof(struct item));
	return &v->items[v->n++];
}

static void add_int(struct ints *v, int x)
{
	if (v->n == v->cap) {
		v->cap += v->cap + 1;
		v->at = realloc(v->at, v->cap * sizeof *v->at);
	}
	v->at[v->n++] = x;
}

static double weigh(const struct vector *v, int i, int hops)
{
	double sum = 0;

	for (; hops > 0; hops--) {
		sum += v->items[i].weight;
		i = v->items[i].link;
	}
	return sum;
}

/* 2-D with rows of unlike length. */
static int triangle(int n)
{
	int **rows = malloc(n * sizeof(int *)), last;

	for (int i = 0; i < n; i++) {
		rows[i] = calloc(i + 1, sizeof(int));
		rows[i][0] = rows[i][i] = 1;
		for (int k = 1; k < i; k++)
			rows[i][k] =
				(rows[i - 1][k - 1] + rows[i - 1][k]) % 9973;
	}
	last = rows[n - 1][n / 2];
	for (int i = 0; i < n; i++)
		free(rows[i]);
	free(rows);
	return last;
}

int main(void)
{
	struct vector v = { NULL, 0, 0 };
	struct ints log = { NULL, 0, 0 };

	for (int i = 0; i < 400; i++) {
		struct item *it = append(&v);
		it->weight = i * 0.25;
		it->label = (char)('a' + i % 26);
		it->link = i * 13 % v.n;
		add_int(&log, (int)(weigh(&v, v.n - 1, 20) * 4));
		if (i % 37 == 36) {
			v.n /= 2;
			v.cap = v.n;
			v.items = realloc(v.items, v.cap * sizeof *v.items);
			for (int k = 0; k < v.n; k++)
				v.items[k].link %= v.n;
		}
		if (i % 80 == 0)
			printf("%d: %d items, log %d, triangle %d\n", i, v.n,
			       log.at[log.n - 1], triangle(2 + i / 20));
	}
	for (size_t i = 0; i < log.n; i++)
		check_mix(log.at[i]);
	for (int i = 0; i < v.n; i++)
		check_mix((uint32_t)v.items[i].label ^
			  (uint32_t)v.items[i].link);
	check_mix(triangle(40));
	free(v.items);
	free(log.at);
	return check_done();
}
