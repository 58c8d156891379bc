/* SPDX-License-Identifier: MIT */
/* A loop nest that the compiler would like to reorder and vectorise. */
#include <stdio.h>
#include <stdlib.h>

static void multiply(int n, double *restrict c, const double *a,
		     const double *b)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++) {
			double sum = 0;
			for (int k = 0; k < n; k++)
				sum += a[i * n + k] * b[k * n + j];
			c[i * n + j] = sum;
		}
}

static double *matrix(int n)
{
	double *m = malloc(n * n * sizeof(double));

	for (int i = 0; i < n * n; i++)
		m[i] = (double)(i % 17) / 16;
	return m;
}

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 100;
	int rounds = argc > 2 ? atoi(argv[2]) : 1;
	double *a = matrix(n), *b = matrix(n), *c = matrix(n);

	for (int i = 0; i < rounds; i++) {
		double *t = a;
		multiply(n, c, a, b);
		a = c;
		c = t;
		for (int k = 0; k < n * n; k++)
			a[k] *= 1.0 / n;
	}
	printf("%.9f %.9f\n", a[0], a[n * n - 1]);
	free(a);
	free(b);
	free(c);
	return 0;
}
