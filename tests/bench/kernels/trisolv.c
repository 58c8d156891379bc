/* SPDX-License-Identifier: MIT */
/* Triangular: forward substitution through pointers. */
#include <stdio.h>
#include <stdlib.h>

static void trisolv(int n, const double *l, double *x, const double *b)
{
	for (int i = 0; i < n; i++) {
		x[i] = b[i];
		for (int j = 0; j < i; j++)
			x[i] -= l[i * n + j] * x[j];
		x[i] /= l[i * n + i];
	}
}

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 200;
	int rounds = argc > 2 ? atoi(argv[2]) : 4;
	double *l = malloc(sizeof(double) * n * n);
	double *x = malloc(sizeof(double) * n);
	double *b = malloc(sizeof(double) * n);

	for (int i = 0; i < n; i++) {
		b[i] = 1 + (double)i / n;
		for (int j = 0; j < n; j++)
			l[i * n + j] = (double)(i + n - j + 1) / (2 * n);
		l[i * n + i] += n;
	}
	for (int r = 0; r < rounds; r++) {
		trisolv(n, l, x, b);
		for (int i = 0; i < n; i++)
			b[i] = 1 + x[i];
	}
	printf("%.9f %.9f\n", x[0], x[n - 1]);
	free(l);
	free(x);
	free(b);
	return 0;
}
