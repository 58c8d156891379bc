/* tests: long double in frames, memory and results, with values exact everywhere */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>

struct pair {
	char tag;
	long double value;
	short after;
};

/* Stays within 53 bits: exact in each of the four formats. */
static long double advance(long double x, int n)
{
	for (int i = 0; i < n; i++) {
		x = x * 3 + 0.5L;
		while (x > 1048576)
			x -= 1048576;
	}
	return x;
}

static long double sum(const struct pair *p, int n)
{
	return n == 0 ? 0 : p->value + sum(p + 1, n - 1);
}

int main(void)
{
	struct pair *heap = calloc(9, sizeof *heap);
	long double total = -0.25L;
	static long double kept = 0x1p-40L;

	for (int n = 0; n < 400; n++) {
		struct pair *p = &heap[n % 9];

		p->value = advance(p->value + (long double)n, n % 5);
		p->tag = (char)('a' + n % 26);
		p->after = (short)(-n * 3);
		total = -total + sum(heap, 9) * 0.125L;
		while (total > 65536)
			total -= 65536;
		total = (long double)(int64_t)(total * 256) / 256;
		kept = kept * (n % 2 ? 2 : 0.5L);
		check_mix((uint32_t)(int64_t)(p->value * 2));
		check_mix((uint32_t)(int64_t)(total * 256));
		check_mix((uint32_t)(p->tag ^ p->after));
		if (n % 80 == 0)
			printf("%d: %.10Lf %.10Lf %.3Le\n", n, total, p->value,
			       kept);
	}
	free(heap);
	return check_done();
}
