/* tests: arguments with side effects, their order, nested and recursive calls */
/* SPDX-License-Identifier: MIT */
#include "check.h"

static int counter;

static int work(int n)
{
	return n < 2 ? n
		     : work(n - 1) + work(n - 2) - work(n - 3 > 0 ? n - 3 : 0);
}

static int next(void)
{
	check_mix(work(6));
	return ++counter;
}

static int three(int a, int b, int c)
{
	check_mix(a * 100 + b * 10 + c);
	return a * 100 + b * 10 + c + work(5);
}

static int many(int a, double b, const char *c, int *d, unsigned char e,
		long long f, short g, float h)
{
	*d += a;
	return (int)(a + b + c[0] + *d + e + (int)f + g + h) + work(4);
}

static int global = 7;

static int change_global(int by)
{
	work(5);
	return global += by;
}

static int pow3(int n)
{
	return n == 0 ? 1 : three(pow3(n - 1), n, pow3(n / 2)) % 1000;
}

int main(void)
{
	for (int i = 0; i < 60; i++) {
		int local = i, r;
		int a[3] = { i, i + 1, i + 2 }, *p = a;

		r = three(next(), next(), next());
		r += three(three(i, next(), 1), three(2, 3, next()), next());
		r += three(local, next(), local + 1);
		local++;
		r += many(next(), next() / 2.0, "abc" + next() % 3, &local,
			  (unsigned char)next(), 1LL << 33 | next(), p[1],
			  (float)*p + next());
		p++;
		r += global + change_global(i) + global;
		r += change_global(1) - global * change_global(2);
		a[next() % 3] = next();
		a[(p++, next()) % 3] += a[next() % 3]++;
		check_mix(r);
		check_mix(a[0] ^ a[1] << 8 ^ a[2] << 16);
		check_mix(local);
		check_mix((uint32_t)(p - a));
		if (i % 12 == 0)
			printf("%d: r %d a %d %d %d local %d counter %d\n", i,
			       r, a[0], a[1], a[2], local, counter);
	}
	printf("pow3 %d global %d\n", pow3(9), global);
	check_mix(pow3(7));
	return check_done();
}
