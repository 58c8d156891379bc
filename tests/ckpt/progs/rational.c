/* tests: small structs by value through arithmetic, recursion and tables */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>

struct fraction {
	int64_t over, under;
};

typedef struct fraction (*operation)(struct fraction, struct fraction);

static int64_t gcd(int64_t a, int64_t b)
{
	return b ? gcd(b, a % b) : a < 0 ? -a : a;
}

static struct fraction reduce(int64_t over, int64_t under)
{
	int64_t g = gcd(over, under);

	if (under < 0)
		g = -g;
	return (struct fraction){ over / g, under / g };
}

static struct fraction plus(struct fraction a, struct fraction b)
{
	return reduce(a.over * b.under + b.over * a.under, a.under * b.under);
}

static struct fraction times(struct fraction a, struct fraction b)
{
	return reduce(a.over * b.over, a.under * b.under);
}

static struct fraction upon(struct fraction a, struct fraction b)
{
	return times(a, reduce(b.under, b.over));
}

static struct fraction continued(const int *terms, int n)
{
	struct fraction one = { 1, 1 };

	return n == 1 ? (struct fraction){ *terms, 1 }
		      : plus((struct fraction){ *terms, 1 },
			     upon(one, continued(terms + 1, n - 1)));
}

static struct fraction binomial(int n, int k)
{
	struct fraction f = { 1, 1 };

	for (int i = 1; i <= k; i++)
		f = upon(times(f, (struct fraction){ n - k + i, 1 }),
			 (struct fraction){ i, 1 });
	return f;
}

static struct fraction bernoulli(int n)
{
	struct fraction sum = { 0, 1 }, minus = { -1, n + 1 };

	if (n == 0)
		return (struct fraction){ 1, 1 };
	for (int k = 0; k < n; k++)
		sum = plus(sum, times(binomial(n + 1, k), bernoulli(k)));
	return times(minus, sum);
}

int main(void)
{
	static const operation operations[] = { plus, times, upon };
	static const int pi[] = { 3, 7, 15, 1, 292, 1, 1 };

	for (int n = 0; n <= 9; n++) {
		struct fraction b = bernoulli(n);

		printf("%lld/%lld ", (long long)b.over, (long long)b.under);
		b = operations[n % 3](b, continued(pi, n % 7 + 1));
		check_mix((uint32_t)b.over);
		check_mix((uint32_t)b.under);
	}
	putchar('\n');
	return check_done();
}
