/* tests: static inline, always_inline, noinline, pure and const attributes, noreturn */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>

static inline int clamp(int x, int low, int high)
{
	return x < low ? low : x > high ? high : x;
}

static inline __attribute__((always_inline)) int bits(uint32_t x)
{
	int n = 0;

	while (x) {
		x &= x - 1;
		n++;
	}
	return n;
}

__attribute__((pure, noinline)) static int count(const int *v, int n, int key)
{
	int hits = 0;

	for (int i = 0; i < n; i++)
		hits += v[i] == key;
	return hits;
}

__attribute__((const)) static int isqrt(int n)
{
	int r = 0;

	while ((r + 1) * (r + 1) <= n)
		r++;
	return r;
}

__attribute__((noreturn)) static void leave(int code)
{
	int n = code;

	while (n < 50)
		n += isqrt(n) + 1;
	check_mix(n);
	exit(check_done());
}

static inline int recursive_inline(int n)
{
	return n < 3 ? n : recursive_inline(n / 2) + recursive_inline(n / 3);
}

static __attribute__((noinline, unused)) int twice(int n)
{
	return count((int[]){ n, 1, n, 2 }, 4, n) * isqrt(n);
}

int main(void)
{
	int v[32] = { 0 };

	for (int n = 0; n < 500; n++) {
		int a, b;

		v[n % 32] = isqrt(n) + bits((uint32_t)n * 7);
		a = count(v, 32, n % 16) + count(v, 32, n % 16);
		b = isqrt(n) * isqrt(n) + clamp(recursive_inline(n), 0, 20);
		check_mix(a * 64 + b + twice(n));
		if (n % 100 == 0)
			printf("%d: %d %d\n", n, a, b);
	}
	leave(v[5]);
}
