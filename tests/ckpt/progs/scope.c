/* tests: block scope, shadowing, static locals, const and volatile locals */
/* SPDX-License-Identifier: MIT */
#include "check.h"

static int x = 1000;

static int wait(int n)
{
	static int calls;

	for (int i = 0; i < 5; i++)
		check_mix(n + i);
	return ++calls;
}

static int shadow(int x)
{
	int sum = x;

	{
		int x = sum + wait(1);
		sum += x;
		for (int x = 0; x < 3; x++) {
			int sum_here = x + wait(x);
			{
				extern int y;
				const int x = sum_here * 2 + y;
				sum += x + wait(x);
			}
			sum += x;
		}
		sum += x;
	}
	return sum + x;
}

int y = 77;

static int counter_a(void)
{
	static int n = 10;
	static const int step[] = { 1, 2, 3 };

	wait(n);
	return n += step[n % 3];
}

static int counter_b(void)
{
	static int n = 20;

	if (n > 3000) {
		static int n;
		return ++n;
	}
	wait(n);
	return n *= 1 + n % 2, n += 3;
}

static int deep_static(int depth)
{
	static int at[8];
	static int *last = &at[3];

	at[depth & 7] += depth;
	last = &at[(last - at + depth) & 7];
	wait(depth);
	return depth ? deep_static(depth - 1) + *last : at[3];
}

static int qualified(int n)
{
	const double half = n / 2.0;
	volatile int seen = n;
	const volatile int both = n * 3;
	register int fast = n ^ 5;

	for (int i = 0; i < 3; i++)
		seen += wait(i) & 1;
	return (int)(half * 2) + seen + both + fast;
}

static int unused_until_late(int n)
{
	int late, never;

	(void)never;
	wait(n);
	wait(n + 1);
	late = n * 2;
	wait(late);
	return late;
}

int main(void)
{
	for (int i = 0; i < 60; i++) {
		int s = shadow(i), a = counter_a(), b = counter_b();

		x += s & 15;
		y -= a & 1;
		check_mix(s + a * 3 + b * 5);
		check_mix(deep_static(i % 9));
		check_mix(qualified(i) + unused_until_late(i));
		if (i % 12 == 0)
			printf("%d: %d %d %d x %d y %d\n", i, s, a, b, x, y);
	}
	return check_done();
}
