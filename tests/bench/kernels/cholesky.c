/* SPDX-License-Identifier: MIT */
/* Triangular: Cholesky's decomposition in place, global array. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { N = 240 };

static double a[N][N];

static void start(void)
{
	for (int i = 0; i < N; i++) {
		for (int j = 0; j <= i; j++)
			a[i][j] = a[j][i] = 1.0 / (1 + i + j);
		a[i][i] += 2;
	}
}

static void cholesky(void)
{
	for (int i = 0; i < N; i++) {
		for (int j = 0; j < i; j++) {
			for (int k = 0; k < j; k++)
				a[i][j] -= a[i][k] * a[j][k];
			a[i][j] /= a[j][j];
		}
		for (int k = 0; k < i; k++)
			a[i][i] -= a[i][k] * a[i][k];
		a[i][i] = sqrt(a[i][i]);
	}
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 2;
	double sum = 0;

	for (int r = 0; r < rounds; r++) {
		start();
		cholesky();
		sum += a[N - 1][N - 1];
	}
	printf("%.9f\n", sum);
	return 0;
}
