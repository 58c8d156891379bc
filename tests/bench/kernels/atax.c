/* SPDX-License-Identifier: MIT */
/* Dense: y = A'(A x) through pointers that may alias. */
#include <stdio.h>
#include <stdlib.h>

static void atax(int m, int n, const double *a, const double *x, double *y,
		 double *t)
{
	for (int j = 0; j < n; j++)
		y[j] = 0;
	for (int i = 0; i < m; i++) {
		t[i] = 0;
		for (int j = 0; j < n; j++)
			t[i] += a[i * n + j] * x[j];
		for (int j = 0; j < n; j++)
			y[j] += a[i * n + j] * t[i];
	}
}

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 200;
	int rounds = argc > 2 ? atoi(argv[2]) : 4;
	double *a = malloc(sizeof(double) * n * n);
	double *x = malloc(sizeof(double) * n);
	double *y = malloc(sizeof(double) * n);
	double *t = malloc(sizeof(double) * n);

	for (int i = 0; i < n * n; i++)
		a[i] = (double)(i % 31) / 31;
	for (int i = 0; i < n; i++)
		x[i] = 1 + (double)i / n;
	for (int r = 0; r < rounds; r++) {
		double *swap = x, scale;

		atax(n, n, a, x, y, t);
		scale = 1 / y[0];
		for (int i = 0; i < n; i++)
			y[i] *= scale;
		x = y;
		y = swap;
	}
	printf("%.9f %.9f\n", x[1], x[n - 1]);
	free(a);
	free(x);
	free(y);
	free(t);
	return 0;
}
