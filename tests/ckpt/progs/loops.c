/* tests: calls in the headers of for, while and do; break, continue, nesting */
/* SPDX-License-Identifier: MIT */
#include "check.h"

static int tick;

static int busy(int n)
{
	int x = n;

	for (int i = 0; i < 3; i++)
		x = x * 5 % 1009;
	tick++;
	check_mix(x);
	return x;
}

static int below(int i, int n)
{
	return busy(i) >= 0 && i < n;
}

static int advance(int *i)
{
	busy(*i);
	return (*i)++;
}

static int for_headers(int n)
{
	int sum = 0;

	for (int i = busy(n) % 3, k = busy(i); below(i, n); advance(&i), k++) {
		if (busy(k) % 4 == 0)
			continue;
		sum += k;
		if (sum > 100000)
			break;
	}
	return sum;
}

static int while_headers(int n)
{
	int i = 0, sum = 0;

	while (below(i, n) && busy(i) != 17) {
		int k = 0;
		do {
			if (busy(k + i) % 5 == 1)
				continue;
			sum += k;
		} while (advance(&k) < i % 6 && busy(i) != 18);
		if (advance(&i) > 30)
			break;
	}
	return sum;
}

static int forever(int n)
{
	int i = 0;

	for (;;) {
		while (1) {
			if (busy(i++) % 7 == 3)
				break;
		}
		if (i > n)
			return i;
	}
}

static int nest(int n)
{
	int sum = 0;

	for (int a = 0; a < n; a++)
		for (int b = a; b < n; b++)
			for (int c = b; c < n; c++)
				if (busy(a + b + c) % 3 == a % 3)
					sum += a * b + c;
				else if (c - a > 4)
					break;
	return sum;
}

/* Loops whose trip count is known, without calls. */
static uint32_t counted(int n)
{
	uint32_t v[256], sum = 0;

	for (int i = 0; i < 256; i++)
		v[i] = (uint32_t)i * 2654435761u;
	for (int r = 0; r < n; r++) {
		for (int i = 1; i < 256; i++)
			v[i] ^= v[i - 1] >> 3;
		for (int i = 255; i >= 0; i--)
			sum = sum * 31 + v[i];
	}
	return sum;
}

int main(void)
{
	int total = 0;

	for (int n = 1; n <= 30; n++) {
		int f = for_headers(n), w = while_headers(n), e = forever(n);

		total += f + w + e;
		check_mix(total);
		if (n % 6 == 0)
			printf("%d: %d %d %d tick %d\n", n, f, w, e, tick);
	}
	check_mix(nest(12));
	check_mix(counted(200));
	printf("tick %d total %d\n", tick, total);
	return check_done();
}
