/* tests: 64-bit arithmetic, long and size_t that hold 32-bit values */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct mixed {
	char a;
	long long b;
	char c;
	unsigned long d; /* below 2^32 */
	short e;
	size_t f;
	ptrdiff_t g;
	int64_t h;
};

static uint64_t mulmod(uint64_t a, uint64_t b, uint64_t m)
{
	uint64_t r = 0;

	for (; b; b >>= 1) {
		if (b & 1)
			r = r + a >= m ? r + a - m : r + a;
		a = a + a >= m ? a + a - m : a + a;
	}
	return r;
}

static uint64_t powmod(uint64_t b, uint64_t e, uint64_t m)
{
	uint64_t r = 1;

	for (; e; e >>= 1, b = mulmod(b, b, m))
		if (e & 1)
			r = mulmod(r, b, m);
	return r;
}

static long count_digits(long long x)
{
	long n = 0;

	do
		n++;
	while (x /= 10);
	return n;
}

static size_t length(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

int main(void)
{
	struct mixed *m = calloc(3, sizeof *m);
	const uint64_t prime = 1000000000000037u;
	long long least = LLONG_MIN;

	for (int n = 1; n < 40; n++) {
		struct mixed *p = &m[n % 3];
		uint64_t w = powmod((uint64_t)n + 1, prime - 1, prime);

		p->b = (long long)powmod(3, (uint64_t)n * n, prime) - p->b / 3;
		p->a = (char)(n & 63);
		p->c = (char)(p->a + 1);
		p->d += (unsigned long)count_digits(p->b);
		p->f += length("twelve chars") + (size_t)n;
		p->g = (p - m) - n;
		p->h = least + (p->b & LLONG_MAX);
		p->e = (short)count_digits(p->h);
		check_mix((uint32_t)w);
		check_mix((uint32_t)p->b ^ (uint32_t)(p->b >> 32));
		check_mix((uint32_t)p->d ^ (uint32_t)p->f << 9 ^
			  (uint32_t)p->g);
		check_mix((uint32_t)(p->h >> 31) ^ (uint32_t)p->e ^
			  (uint32_t)(p->a * p->c));
		if (n % 8 == 0)
			printf("%d: %lld %lu %d %lld\n", n, p->b, p->d,
			       (int)p->f, (long long)p->h);
	}
	free(m);
	return check_done();
}
