/* SPDX-License-Identifier: MIT */
/* The C library's qsort and bsearch with the program's comparator. */
#include <stdio.h>
#include <stdlib.h>

struct record {
	unsigned key;
	int serial;
};

static int by_key(const void *a, const void *b)
{
	const struct record *x = a, *y = b;

	return x->key < y->key ? -1 : x->key > y->key;
}

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 1000;
	int rounds = argc > 2 ? atoi(argv[2]) : 2;
	struct record *r = malloc(sizeof(*r) * n);
	unsigned x = 1, sum = 0;

	for (int i = 0; i < rounds; i++) {
		for (int k = 0; k < n; k++) {
			x = x * 1664525u + 1013904223u;
			r[k] = (struct record){ x >> 8, k };
		}
		qsort(r, n, sizeof(*r), by_key);
		for (int k = 0; k < n; k++) {
			struct record wanted = { x >> 8, 0 };
			struct record *found =
				bsearch(&wanted, r, n, sizeof(*r), by_key);

			x = x * 1664525u + 1013904223u;
			sum += found ? (unsigned)found->serial : 1;
		}
		sum += (unsigned)r[n / 2].serial;
	}
	printf("%u\n", sum);
	free(r);
	return 0;
}
