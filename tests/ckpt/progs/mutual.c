/* tests: mutual recursion, tail recursion a million deep, hofstadter sequences */
/* SPDX-License-Identifier: MIT */
#include "check.h"

static int odd(unsigned n);

static int even(unsigned n)
{
	if (n == 0)
		return 1;
	return odd(n - 1);
}

static int odd(unsigned n)
{
	if (n == 0)
		return 0;
	return even(n - 1);
}

static uint32_t gcd(uint32_t a, uint32_t b)
{
	return b ? gcd(b, a % b) : a;
}

static uint32_t loop(uint32_t n, uint32_t acc)
{
	if (n == 0)
		return acc;
	return loop(n - 1, acc * 33 + n);
}

static int male(int n);

static int female(int n)
{
	return n == 0 ? 1 : n - male(female(n - 1));
}

static int male(int n)
{
	return n == 0 ? 0 : n - female(male(n - 1));
}

/* Three functions that take turns. */
static const char *third(const char *s, int *n);

static const char *first(const char *s, int *n)
{
	while (*s == 'a')
		s++, ++*n;
	return *s ? third(s, n) : s;
}

static const char *second(const char *s, int *n)
{
	*n += 10;
	return *s == 'c' ? first(s + 1, n) : third(s + 1, n);
}

static const char *third(const char *s, int *n)
{
	if (!*s)
		return s;
	if (*s == 'b')
		return second(s + 1, n);
	return first(s + 1, n);
}

int main(void)
{
	int n = 0;

	printf("even %d odd %d\n", even(1000000), odd(1000001));
	for (int i = 0; i < 24; i++) {
		const char *end = first("aabcaabacabbcaacba", &n);
		int f = female(i), m = male(i);

		check_mix(f * 100 + m + *end);
		check_mix(gcd(1000003u * (uint32_t)i, 720720u));
		check_mix(loop(20000 + (uint32_t)i, 5));
		check_mix(n + even((unsigned)i * 999));
		if (i % 6 == 0)
			printf("%d: %d %d %d\n", i, f, m, n);
	}
	return check_done();
}
