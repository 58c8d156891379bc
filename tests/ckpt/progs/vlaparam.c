/* tests: matrices as parameters whose bounds are other parameters */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>
#include <string.h>

struct shape {
	int rows, cols;
};

static double step(double x)
{
	for (int i = 0; i < 2; i++)
		x = x * 0.5 + 1;
	return x;
}

static void fill(int n, int m, double a[n][m], double by)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < m; j++)
			a[i][j] = step(i * by + j) - 1;
}

static void multiply(int n, int k, int m, double a[restrict n][k],
		     double b[const static k][m], double (*c)[m])
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < m; j++) {
			double s = 0;

			for (int l = 0; l < k; l++)
				s += a[i][l] * b[l][j];
			c[i][j] = s + step(0) - 1.5;
		}
}

/* The first bound reads memory, which a resumed frame must not do again. */
static double trace(const struct shape *s, double a[s->rows][s->cols])
{
	double t = 0;

	for (int i = 0; i < s->rows && i < s->cols; i++)
		t += step(a[i][i]);
	return t;
}

static double cube(int n, int m, int k, double a[][m][k])
{
	double s = 0;

	for (int i = 0; i < n; i++) {
		double (*plane)[k] = a[i];

		for (int j = 0; j < m; j++, plane++)
			s += step((*plane)[j % k]) + plane[0][k - 1];
	}
	return s;
}

/* A parameter that is moved, and its address taken. */
static double rows(int n, int m, double (*a)[m])
{
	double (**at)[m] = &a, s = 0;

	(void)at;
	for (; n > 0; n--, a++)
		s += step((*a)[0]) + sizeof(*a) / sizeof(**a);
	return s;
}

static double walk_rows(int n, int m, double (*a)[m])
{
	double s = 0;

	while (n--) {
		double (*row)[m] = a++;

		s += step((*row)[m - 1]) * (double)(sizeof *row / sizeof(double));
	}
	return s;
}

static double minor(int n, double a[n][n], int depth)
{
	double b[n * n], d = 0;

	if (n == 1)
		return a[0][0];
	for (int c = 0; c < n; c++) {
		for (int i = 1; i < n; i++)
			for (int j = 0, k = 0; j < n; j++)
				if (j != c)
					b[(i - 1) * (n - 1) + k++] = a[i][j];
		d += (c % 2 ? -1 : 1) * a[0][c] *
		     minor(n - 1, (double (*)[n - 1])b, depth + 1);
		d += step(depth) * 0;
	}
	return d;
}

int main(void)
{
	int n = 5, m = 7, k = 4;
	struct shape s = { n, m };
	double a[n][k], b[k][m];
	double (*c)[m] = malloc(n * sizeof(*c));
	double q[4][4], flat[2 * 3 * 4];

	fill(n, k, a, 1.5);
	fill(k, m, b, -0.25);
	multiply(n, k, m, a, b, c);
	printf("%.3f %.3f\n", c[1][2], c[n - 1][m - 1]);
	printf("%.3f\n", trace(&s, c));
	for (int i = 0; i < 24; i++)
		flat[i] = i;
	printf("%.3f\n", cube(2, 3, 4, (double (*)[3][4])flat));
	printf("%.3f\n", walk_rows(n, m, c));
	printf("%.3f\n", rows(n, m, c));
	fill(4, 4, q, 1);
	for (int i = 0; i < 4; i++)
		q[i][i] += 3;
	printf("%.3f\n", minor(4, q, 0));
	check_mix((uint32_t)(c[2][3] * 1000));
	free(c);
	return check_done();
}
