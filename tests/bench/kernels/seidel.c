/* SPDX-License-Identifier: MIT */
/* Stencil: Gauss and Seidel's iteration, variably modified parameter. */
#include <stdio.h>
#include <stdlib.h>

static void seidel(int steps, int n, double a[n][n])
{
	for (int t = 0; t < steps; t++)
		for (int i = 1; i < n - 1; i++)
			for (int j = 1; j < n - 1; j++)
				a[i][j] = (a[i - 1][j - 1] + a[i - 1][j] +
					   a[i - 1][j + 1] + a[i][j - 1] +
					   a[i][j] + a[i][j + 1] +
					   a[i + 1][j - 1] + a[i + 1][j] +
					   a[i + 1][j + 1]) /
					  9;
}

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 100;
	double(*a)[n] = malloc(sizeof(double[n][n]));

	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
			a[i][j] = ((double)i * (j + 2) + 2) / n;
	seidel(argc > 2 ? atoi(argv[2]) : 4, n, a);
	printf("%.9f\n", a[n / 2][n / 3]);
	free(a);
	return 0;
}
