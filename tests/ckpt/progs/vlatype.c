/* tests: typedefs, typeof and casts of arrays of variable length, const, for */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>
#include <string.h>

static int poll_some(int x)
{
	for (int i = 0; i < 2; i++)
		x ^= i;
	return x ^ 1;
}

static long typedefs(int n)
{
	typedef int row[n];
	typedef row block[3];
	row a, *p = &a;
	block b;
	long s = 0;

	n = 1;
	for (unsigned i = 0; i < sizeof(row) / sizeof(int); i++)
		a[i] = poll_some((int)i);
	memcpy(b[0], a, sizeof a);
	memcpy(b[1], *p, sizeof *p);
	memcpy(&b[2], b + 1, sizeof(row));
	for (int k = 0; k < 3; k++)
		for (unsigned i = 0; i < sizeof b[k] / sizeof b[k][0]; i++)
			s = s * 3 % 10007 + b[k][i] + poll_some(k);
	return s + (long)(sizeof(block) / sizeof(int)) + n;
}

static double typeofs(int n, const double *from)
{
	const double (*const in)[n] = (const double (*)[n])from;
	__typeof__(*in) *again = in;
	double out[2][n];
	__typeof__(out) copy;
	double s = 0;

	for (int i = 0; i < n; i++)
		out[0][i] = out[1][n - 1 - i] = (*in)[i] + poll_some(i) * 0.5;
	memcpy(copy, out, sizeof copy);
	for (double (*r)[n] = copy; r < copy + 2; r++)
		for (int i = 0; i < n; i++)
			s += (*r)[i] * poll_some(i) + (*again)[i];
	return s;
}

static long mixed(int n)
{
	int x = poll_some(1), v[n], *last = &v[n - 1], (*whole)[n] = &v,
	    y = poll_some(2);
	char r[n];
	long s = 0;

	memset(r, 1, sizeof r);
	for (int i = 0; i < n; i++)
		(*whole)[i] = x + y * i + poll_some(r[i]);
	*last += 5;
	for (int i = 0; i < n; i++)
		s = s * 7 + v[i];
	return s;
}

static int pick(int n, int m, int (*a)[m], int (*b)[m])
{
	int (*c)[m] = poll_some(n) & 1 ? a : b;
	int (*d)[m] = c == a ? b++ : a++;

	return c[0][poll_some(0)] + d[1][m - 1] + (a - b ? 1 : 0) +
	       (*(poll_some(1) ? a : b))[0];
}

static int heap(int n, int m)
{
	int (*a)[m], (*b)[m] = calloc(n, sizeof *b);
	int s = 0;

	a = malloc(sizeof(int[n][m]));
	for (int i = 0; i < n; i++)
		for (int k = 0; k < m; k++)
			a[i][k] = poll_some(i * m + k);
	memcpy(b, a, n * sizeof *a);
	for (int i = 0; i < n; i++)
		s += pick(n + i, m, a, b);
	free(a);
	free(b);
	return s;
}

static int shadowed(int n)
{
	int v[n], s = 0;

	for (int i = 0; i < n; i++)
		v[i] = poll_some(i);
	for (int k = 1; k < n; k++) {
		int v[k];

		for (int i = 0; i < k; i++)
			v[i] = poll_some(-i);
		s += v[k - 1] * (int)(sizeof v / sizeof *v);
	}
	return s + v[n - 1];
}

int main(void)
{
	static const double from[] = { 1.5, -2.25, 8, 0.125, 3 };

	printf("%ld\n", typedefs(6));
	printf("%.4f\n", typeofs(5, from));
	printf("%ld\n", mixed(7));
	printf("%d\n", heap(4, 3));
	printf("%d\n", shadowed(6));
	return check_done();
}
