/* SPDX-License-Identifier: MIT */
/* Stencil: Jacobi's iteration on two global arrays. */
#include <stdio.h>
#include <stdlib.h>

enum { N = 250 };

static double a[N][N], b[N][N];

static void start(void)
{
	for (int i = 0; i < N; i++)
		for (int j = 0; j < N; j++)
			a[i][j] = b[i][j] = (double)i * (j + 2) / N;
}

static void jacobi(int steps)
{
	for (int t = 0; t < steps; t++) {
		for (int i = 1; i < N - 1; i++)
			for (int j = 1; j < N - 1; j++)
				b[i][j] = 0.2 *
					  (a[i][j] + a[i][j - 1] + a[i][j + 1] +
					   a[i + 1][j] + a[i - 1][j]);
		for (int i = 1; i < N - 1; i++)
			for (int j = 1; j < N - 1; j++)
				a[i][j] = 0.2 *
					  (b[i][j] + b[i][j - 1] + b[i][j + 1] +
					   b[i + 1][j] + b[i - 1][j]);
	}
}

int main(int argc, char **argv)
{
	start();
	jacobi(argc > 1 ? atoi(argv[1]) : 4);
	printf("%.9f\n", a[N / 2][N / 3]);
	return 0;
}
