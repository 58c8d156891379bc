/* tests: statement expressions, typeof, compound literals, _Generic, case ranges */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <string.h>

#define MAX(a, b)                       \
	({                              \
		__typeof__(a) a_ = (a); \
		__typeof__(b) b_ = (b); \
		a_ > b_ ? a_ : b_;      \
	})

#define KIND(x) \
	_Generic((x), int: on_int, double: on_double, char *: on_text, \
		 default: on_other)(x)

struct span {
	const int *at;
	int n;
};

static int step(int n)
{
	int k = 0;

	while (n > 0) {
		n -= 1 + k;
		k++;
	}
	return k;
}

static int on_int(int x)
{
	return step(x);
}

static int on_double(double x)
{
	return step((int)x) * 2;
}

static int on_text(char *s)
{
	return step((int)strlen(s)) * 3;
}

static int on_other(long long x)
{
	return step((int)(x & 255)) * 5;
}

static int total(struct span s)
{
	int t = 0;

	for (int i = 0; i < s.n; i++)
		t += s.at[i] * step(i);
	return t;
}

static int grade(int n)
{
	switch (step(n)) {
	case 0 ... 3:
		return 'a';
	case 4 ... 9:
		return 'b' + step(3);
	default:
		return 'z';
	}
}

static struct span *bump(struct span *s)
{
	s->n = s->n % 4 + step(1);
	return s;
}

int main(void)
{
	char text[8] = "genuine";

	for (int n = 0; n < 300; n++) {
		int largest = MAX(step(n), MAX(step(n + 5), 3) - 1);
		int kinds = KIND(n) + KIND(n / 2.0) + KIND(text) +
			    KIND((long long)n);
		struct span *s =
			bump(&(struct span){ (int[]){ n, step(n), 2, 9 }, n });
		int inner = ({
			int sum = 0;
			for (int i = 0; i < step(n % 40); i++)
				sum += ({
					int sq = step(i);
					sq *sq;
				});
			sum;
		});
		int either = step(n) - 5 ?: step(n * 2);

		check_mix(largest + kinds * 3 + inner * 7 + either * 11);
		check_mix(total(*s) + total((struct span){ &inner, 1 }));
		check_mix(grade(n));
		text[n % 7] = (char)('a' + (n & 15));
		if (n % 60 == 0)
			printf("%d: %d %d %d %c\n", n, largest, kinds, inner,
			       grade(n));
	}
	return check_done();
}
