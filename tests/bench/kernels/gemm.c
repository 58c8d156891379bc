/* SPDX-License-Identifier: MIT */
/* Dense: C = alpha A B + beta C on global arrays of a fixed size. */
#include <stdio.h>
#include <stdlib.h>

enum { N = 160 };

static double a[N][N], b[N][N], c[N][N];

static void start(void)
{
	for (int i = 0; i < N; i++)
		for (int j = 0; j < N; j++) {
			a[i][j] = (double)((i * j + 1) % N) / N;
			b[i][j] = (double)(i * (j + 1) % N) / N;
			c[i][j] = (double)(i * (j + 2) % N) / N;
		}
}

static void gemm(double alpha, double beta)
{
	for (int i = 0; i < N; i++) {
		for (int j = 0; j < N; j++)
			c[i][j] *= beta;
		for (int k = 0; k < N; k++)
			for (int j = 0; j < N; j++)
				c[i][j] += alpha * a[i][k] * b[k][j];
	}
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 2;
	double trace = 0;

	start();
	for (int r = 0; r < rounds; r++)
		gemm(0.01, 0.5);
	for (int i = 0; i < N; i++)
		trace += c[i][i];
	printf("%.9f\n", trace);
	return 0;
}
