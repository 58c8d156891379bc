/* SPDX-License-Identifier: MIT */
/* Stopped in the middle of qsort: of integers, pointers, long structures whose
 * size differs between machines, and parts of them. */
#define _GNU_SOURCE
#include "check.h"
#include <stdlib.h>
#include <string.h>

enum { N = 900 };

struct record {
	char *name;
	long key; /* below 2^31 */
	struct record *twin;
	int serial;
	char text[24];
};

static struct record records[N];
static uint32_t seed = 12345;

static uint32_t next(void)
{
	seed = seed * 1664525u + 1013904223u;
	return seed >> 8;
}

static int by_value(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

static int by_key(const void *a, const void *b)
{
	const struct record *x = a, *y = b;

	return (x->key > y->key) - (x->key < y->key);
}

static int by_text(const void *a, const void *b, void *arg)
{
	int *calls = arg;

	++*calls;
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Rows of three, ordered by the middle. */
static int by_middle(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (x[1] > y[1]) - (x[1] < y[1]);
}

static void sort_integers(int n)
{
	int *v = malloc(n * sizeof(*v));

	for (int i = 0; i < n; i++)
		v[i] = next() % 500;
	qsort(v, n, sizeof(*v), by_value);
	for (int i = 0; i < n; i++)
		check_mix(v[i]);
	free(v);
}

static void sort_records(void)
{
	for (int i = 0; i < N; i++) {
		struct record *r = &records[i];

		r->key = next() % 100;
		r->serial = i;
		snprintf(r->text, sizeof(r->text), "record %d", i);
		r->name = r->text + 2;
		r->twin = &records[(i * 7) % N];
	}
	qsort(records, N, sizeof(*records), by_key);
	for (int i = 0; i < N; i++)
		check_mix(records[i].serial + records[i].twin->serial);
}

static void sort_texts(void)
{
	char *texts[300], room[300][8];
	int calls = 0;

	for (int i = 0; i < 300; i++) {
		snprintf(room[i], 8, "%u", next() % 1000);
		texts[i] = room[i];
	}
	qsort_r(texts, 300, sizeof(*texts), by_text, &calls);
	for (int i = 0; i < 300; i++)
		check_mix(atoi(texts[i]));
	check_mix(calls);
}

static void sort_rows(void)
{
	double rows[200][3];

	for (int i = 0; i < 200; i++)
		for (int k = 0; k < 3; k++)
			rows[i][k] = next() % 1000;
	qsort(rows, 200, sizeof(rows[0]), by_middle);
	for (int i = 0; i < 200; i++)
		check_mix((uint32_t)rows[i][0] + (uint32_t)rows[i][2]);
}

int main(void)
{
	for (int round = 0; round < 3; round++) {
		sort_integers(100 + 1000 * round);
		sort_records();
		sort_texts();
		sort_rows();
	}
	return check_done();
}
