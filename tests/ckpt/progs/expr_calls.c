/* tests: calls in conditions, &&, ||, !, ?:, GNU ?:, comma, subscripts */
/* SPDX-License-Identifier: MIT */
#include "check.h"

static int calls;

/* Recursive so that it holds polls wherever they are planned. */
static int collatz(int n)
{
	calls++;
	return n <= 1 ? 0 : 1 + collatz(n % 2 ? 3 * n + 1 : n / 2);
}

static int is_long(int n)
{
	int steps = 0;

	for (; n != 1; n = n % 2 ? 3 * n + 1 : n / 2)
		steps++;
	check_mix(steps);
	return steps > 40;
}

static int zero_if_even(int n)
{
	return collatz(n) % 2 ? n : 0;
}

static int conditions(int n)
{
	int r = 0;

	if (is_long(n) && collatz(n) > 60)
		r += 1;
	if (is_long(n + 1) || collatz(n) > 20)
		r += 2;
	if (!is_long(n + 2))
		r += 4;
	if ((is_long(n) || is_long(n + 3)) && !(is_long(n + 4) && r))
		r += 8;
	else if (collatz(n) & 1)
		r += 16;
	r += (is_long(n) && is_long(n + 5)) << 5;
	return r;
}

static int choices(int n)
{
	int a[4] = { 3, 5, 7, 11 };
	int x = is_long(n) ? collatz(n) : -collatz(n + 1);
	int y = zero_if_even(n) ?: collatz(n + 7) ?: 99;
	int z = (collatz(n), calls++, collatz(n + 2));

	a[collatz(n) & 3] += collatz(n + 1);
	a[is_long(n) ? 0 : 1] -= is_long(n + 1) ? x : y;
	return a[0] + a[1] * 3 + a[2] * 6 + a[3] * 9 + x + y * 4 + z * 8;
}

static int arithmetic(int n)
{
	int before = calls;
	int v = collatz(n) * 2 + collatz(n + 1) - -collatz(n + 2) % 7;

	v ^= ~collatz(n + 3);
	v += (unsigned char)collatz(n) + (collatz(n + 1) > collatz(n));
	return v + (calls - before);
}

int main(void)
{
	for (int n = 1; n < 150; n++) {
		int c = conditions(n), h = choices(n), a = arithmetic(n);
		check_mix(c);
		check_mix(h);
		check_mix(a);
		if (n % 25 == 0)
			printf("%d: %d %d %d calls %d\n", n, c, h, a, calls);
	}
	return check_done();
}
