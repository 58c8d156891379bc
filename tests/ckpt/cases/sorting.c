/* SPDX-License-Identifier: MIT */
/*
 * Asks itself for a checkpoint in the middle of a sort that libc does.
 *
 *   sorting qsort|qsort_r|none SIGNAL     none: does not ask
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { N = 3000 };

struct item {
	int key, order;
};

static struct item items[N];
static int comparisons, ask_signal;

static int compare(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	int spin = 0;

	if (++comparisons == N && ask_signal)
		raise(ask_signal);
	for (int i = 0; i < 20; i++)
		spin += i * x->key;
	return x->key != y->key ? (x->key > y->key) - (x->key < y->key)
				: (spin > spin + 1);
}

static int compare_r(const void *a, const void *b, void *calls)
{
	++*(int *)calls;
	return compare(a, b);
}

static void fill(void)
{
	uint32_t seed = 5;

	for (int i = 0; i < N; i++) {
		seed = seed * 1664525u + 1013904223u;
		items[i].key = (int)(seed >> 20);
		items[i].order = i;
	}
}

static uint32_t digest(void)
{
	uint32_t h = 0;

	for (int i = 0; i < N; i++) {
		if (i && items[i].key < items[i - 1].key)
			return 0;
		h = h * 31 + (uint32_t)items[i].order;
	}
	return h;
}

int main(int argc, char **argv)
{
	int calls = 0, early;

	if (argc != 3)
		return 2;
	ask_signal = atoi(argv[2]);
	fill();
	if (strcmp(argv[1], "qsort_r") == 0)
		qsort_r(items, N, sizeof *items, compare_r, &calls);
	else
		qsort(items, N, sizeof *items, compare);
	early = access("image", F_OK) == 0;
	printf("sorted %08x\n", (unsigned)digest());
	if (ask_signal && !early)
		puts("the request waited for the end of the sort");
	printf("compared %d %d\n", comparisons, calls);
	for (int i = 0; i < 200; i++) {
		comparisons = 0;
		fill();
		qsort(items, 100, sizeof *items, compare);
	}
	printf("sorted again %08x\n", (unsigned)items[50].order);
	return 0;
}
