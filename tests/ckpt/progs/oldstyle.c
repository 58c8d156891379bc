/* tests: K&R definitions, functions without prototypes, promoted parameters, common variables, _Generic */
/* SPDX-License-Identifier: MIT */
#include "check.h"

int shared;
int shared;
extern int shared;
double table[4];

int burn();
static long mixed();
static double widen();
int apply();

#define KIND(x) _Generic((x), int: 1, long: 2, double: 3, char *: 4, default: 9)
#define WORK(x) _Generic((x), int: burn, long: burn_long)(x)

int burn(n)
int n;
{
	int i;

	for (i = 0; i < 4; i++)
		n = (n * 53 + 17) % 9883;
	check_mix(n);
	return n;
}

static int burn_long(long n)
{
	return burn((int)(n % 1000)) + 1;
}

/* Parameters narrower than what is passed, declared in another order. */
static long mixed(c, f, s, p, u)
short s;
float f;
register char c;
char *p;
unsigned char u;
{
	long sum = 0;

	while (*p) {
		sum += burn(*p++ + c) % 100 + (long)(f * 4) + s;
		c++;
		u += s;
		shared += u;
	}
	return sum + u;
}

static double widen(x, n)
float x;
int n;
{
	float y = x / 2;

	if (n == 0)
		return burn((int)(x * 8)) / 8.0;
	return widen(y, n - 1) + y + burn(n) % 4;
}

int apply(fn, n)
int (*fn)();
int n;
{
	int sum = 0, i;

	for (i = 0; i < n; i++)
		sum += (*fn)(i + sum % 10);
	return sum;
}

static char *letters()
{
	static char text[8] = "abc";

	text[0] = 'a' + burn(text[1]) % 20;
	return text;
}

int main(argc, argv)
int argc;
char **argv;
{
	int i;

	for (i = 1; i < 8; i++) {
		table[i % 4] += widen((float)(i * 1.25), i);
		printf("%d: %ld %d %g %s", i, mixed('a' + i, 1.5, 300 + i, "knr", 250),
		       apply(burn, i), table[i % 4], letters());
		printf(" %d %d %d\n", WORK(i) + WORK((long)i),
		       KIND(i) + KIND(letters()) + KIND(table[0]), shared);
	}
	return argv[argc] ? 1 : check_done();
}
