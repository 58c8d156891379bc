/* tests: bit sets in words of unsigned long used as 32 bits, popcounts, gaps */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>

enum { BITS = 32 };

struct bitset {
	unsigned n;
	uint32_t word[];
};

static struct bitset *make(unsigned n)
{
	struct bitset *b = calloc(1, sizeof(*b) +
					     (n / BITS + 1) * sizeof(b->word[0]));

	b->n = n;
	return b;
}

static inline int has(const struct bitset *b, unsigned i)
{
	return b->word[i / BITS] >> i % BITS & 1;
}

static inline void put(struct bitset *b, unsigned i)
{
	b->word[i / BITS] |= UINT32_C(1) << i % BITS;
}

static unsigned count(const struct bitset *b)
{
	unsigned total = 0;

	for (unsigned i = 0; i <= b->n / BITS; i++)
		for (uint32_t w = b->word[i]; w; w &= w - 1)
			total++;
	return total;
}

static unsigned longest_gap(const struct bitset *b)
{
	unsigned last = 2, best = 0, i = 3;

	do {
		if (has(b, i))
			continue;
		if (i - last > best)
			best = i - last;
		last = i;
	} while (++i <= b->n);
	return best;
}

int main(void)
{
	for (unsigned n = 50; n < 4000; n = n * 5 / 2) {
		struct bitset *composite = make(n);

		for (unsigned i = 2; i * i <= n; i++)
			if (!has(composite, i))
				for (unsigned k = i * i; k <= n; k += i)
					put(composite, k);
		printf("%u primes to %u, gap %u\n", n - 1 - count(composite), n,
		       longest_gap(composite));
		check_mix(composite->word[n / BITS]);
		free(composite);
	}
	return check_done();
}
