/* SPDX-License-Identifier: MIT */
/* Triangular: LU decomposition in place, variably modified parameter. */
#include <stdio.h>
#include <stdlib.h>

static void start(int n, double a[n][n])
{
	for (int i = 0; i < n; i++) {
		for (int j = 0; j < n; j++)
			a[i][j] = (double)((i + 2) * (j + 3) % n) / n;
		a[i][i] += n;
	}
}

static void lu(int n, double a[n][n])
{
	for (int i = 0; i < n; i++) {
		for (int j = 0; j < i; j++) {
			for (int k = 0; k < j; k++)
				a[i][j] -= a[i][k] * a[k][j];
			a[i][j] /= a[j][j];
		}
		for (int j = i; j < n; j++)
			for (int k = 0; k < i; k++)
				a[i][j] -= a[i][k] * a[k][j];
	}
}

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 60;
	int rounds = argc > 2 ? atoi(argv[2]) : 2;
	double(*a)[n] = malloc(sizeof(double[n][n]));
	double sum = 0;

	for (int r = 0; r < rounds; r++) {
		start(n, a);
		lu(n, a);
		sum += a[n - 1][n - 1];
	}
	printf("%.9f\n", sum);
	free(a);
	return 0;
}
