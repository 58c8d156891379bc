/* tests: float and double locals, members and results, infinities, NaN, -0 */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct sample {
	float f;
	double d;
	float pair[2];
};

static void mix_double(double d)
{
	uint64_t bits;

	memcpy(&bits, &d, sizeof bits);
	check_mix((uint32_t)bits);
	check_mix((uint32_t)(bits >> 32));
}

static double newton(double x)
{
	double r = x, old;

	do {
		old = r;
		r = 0.5 * (r + x / r);
	} while (fabs(r - old) > 1e-15 * r);
	return r;
}

static float series(int n)
{
	float sum = 0;

	for (int i = n; i > 0; i--)
		sum += 1.0f / (float)(i * i);
	return sum;
}

static double simpson(double (*f)(double), double a, double b, int depth)
{
	double m = (a + b) / 2;

	if (depth == 0)
		return (b - a) / 6 * (f(a) + 4 * f(m) + f(b));
	return simpson(f, a, m, depth - 1) + simpson(f, m, b, depth - 1);
}

static double curve(double x)
{
	return newton(1 + x * x);
}

static double special(int n)
{
	switch (n % 5) {
	case 0:
		return INFINITY;
	case 1:
		return -0.0;
	case 2:
		return 5e-324 * newton(n + 1.0);
	case 3:
		return NAN;
	}
	return -1e308;
}

static double describe(double x)
{
	double y = x;
	int steps = (int)series(3);

	while (steps-- > 0)
		mix_double(isnan(y) ? 7 : y);
	return isnan(y) ? 0 : 1 / y + (signbit(y) != 0);
}

int main(void)
{
	struct sample *s = calloc(6, sizeof *s);

	for (int n = 1; n < 60; n++) {
		struct sample *p = &s[n % 6];
		const float kept = series(n);

		p->d += simpson(curve, 0, n / 8.0, 4);
		p->f += series(n * 3) * kept;
		p->pair[n & 1] = p->f - p->pair[!(n & 1)] * 0.25f;
		mix_double(p->d);
		mix_double(p->f);
		mix_double(p->pair[0] + p->pair[1]);
		mix_double(describe(special(n)));
		if (n % 12 == 0)
			printf("%d: %.17g %.9g %a\n", n, p->d, (double)p->f,
			       newton(n));
	}
	free(s);
	return check_done();
}
