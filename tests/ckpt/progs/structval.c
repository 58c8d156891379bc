/* tests: structs by value as arguments and results, nested, holding arrays */
/* SPDX-License-Identifier: MIT */
#include "check.h"

struct complex {
	double re, im;
};

struct matrix {
	int rows, cols;
	int64_t at[3][3];
};

struct tiny {
	char c;
};

struct record {
	struct tiny tag;
	struct complex z;
	struct matrix m;
	struct {
		short a[5];
		struct tiny t[3];
	} inner;
};

static void pause_here(int n)
{
	while (n > 0)
		n -= 3;
	check_mix(n);
}

static struct complex mul(struct complex a, struct complex b)
{
	pause_here(5);
	return (struct complex){ a.re * b.re - a.im * b.im,
				 a.re * b.im + a.im * b.re };
}

static struct complex power(struct complex z, int n)
{
	if (n == 0)
		return (struct complex){ 1, 0 };
	return mul(power(mul(z, z), n / 2),
		   n & 1 ? z : (struct complex){ 1, 0 });
}

static struct matrix times(struct matrix a, struct matrix b)
{
	struct matrix c = { a.rows, b.cols, { { 0 } } };

	for (int i = 0; i < a.rows; i++)
		for (int k = 0; k < b.cols; k++) {
			for (int l = 0; l < a.cols; l++)
				c.at[i][k] += a.at[i][l] * b.at[l][k] % 1000003;
			c.at[i][k] %= 1000003;
			pause_here(k);
		}
	return c;
}

static struct matrix matrix_power(struct matrix m, int n)
{
	if (n == 1)
		return m;
	if (n & 1)
		return times(matrix_power(m, n - 1), m);
	return matrix_power(times(m, m), n / 2);
}

static struct tiny next_tiny(struct tiny t)
{
	pause_here(4);
	t.c = (char)('a' + (t.c - 'a' + 7) % 26);
	return t;
}

static struct record step(struct record r, int n)
{
	struct record old = r;

	r.tag = next_tiny(next_tiny(r.tag));
	r.z = power(r.z, n % 5);
	r.m = times(r.m, old.m);
	r.inner.a[n % 5] += (short)times(r.m, r.m).at[0][1];
	r.inner.t[n % 3] = next_tiny(old.tag);
	return r;
}

int main(void)
{
	struct matrix fib = { 2, 2, { { 1, 1 }, { 1, 0 } } };
	struct record r = {
		{ 'q' }, { 0.75, 0.5 }, fib, { { 1, 2, 3 }, { { 'x' } } }
	};
	struct record *p = &r;

	r.inner.t[1].c = r.inner.t[2].c = 'm';
	for (int n = 1; n < 60; n++) {
		struct complex z = power((struct complex){ 0.9, 0.3 }, n);

		*p = step(*p, n);
		check_mix((uint32_t)matrix_power(fib, n).at[0][1]);
		check_mix((uint32_t)(int32_t)(z.re * 1e6));
		check_mix((uint32_t)(int32_t)(p->z.im * 1e6));
		check_mix(p->tag.c ^ p->inner.t[n % 3].c << 8);
		check_mix((uint32_t)p->inner.a[n % 5]);
		if (n % 10 == 0)
			printf("%d: %.9f %.9f %c %lld\n", n, z.re, z.im,
			       r.tag.c, (long long)r.m.at[1][1]);
	}
	return check_done();
}
