/* tests: large structs by value, changed in the callee, and locals of the caller that nobody else sees */
/* SPDX-License-Identifier: MIT */
#include "check.h"

struct big {
	int v[24];
	double d;
};

static unsigned steps(unsigned x, int n)
{
	int i;

	for (i = 0; i < n; i++)
		x = x * 1664525u + 1013904223u;
	return x;
}

/* The copy is the caller's memory on some machines. */
static int churn(struct big b, int n, struct big *after)
{
	int i, sum = 0;

	for (i = 0; i < n; i++) {
		b.v[i % 24] += i;
		b.d += b.v[(i * 7) % 24];
		sum += (int)(steps((unsigned)sum, 3) >> 20);
	}
	*after = b;
	return sum + (int)b.d % 1000;
}

static struct big shift(struct big b, int by)
{
	struct big r;
	int i;

	for (i = 0; i < 24; i++)
		r.v[i] = b.v[(i + by) % 24];
	r.d = b.d / 2;
	return r;
}

static int outer(int rounds)
{
	struct big b = { { 1, 2, 3 }, 0.5 }, after = { { 0 }, 0 };
	int counts[4] = { 0 }, total = 0;
	struct { int first, second; } pair = { 1, 2 };
	int i;

	for (i = 0; i < rounds; i++) {
		pair.first += pair.second ^ i;
		pair.second = pair.first & 1023;
		counts[i & 3] += churn(b, 20 + (i & 7), &after);
		counts[(i + 1) & 3] ^= pair.second;
		b = shift(after, i);
		b.v[i % 24] %= 1000;
		total += counts[pair.first & 3] % 100;
		printf("%d: %d %d %d %.1f\n", i, total, pair.first, b.v[5],
		     (double)b.d);
	}
	return total;
}

int main(void)
{
	printf("%d\n", outer(120));
	return 0;
}
