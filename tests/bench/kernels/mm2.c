/* SPDX-License-Identifier: MIT */
/* Dense: D = A B C with variably modified parameters, as 2mm has them. */
#include <stdio.h>
#include <stdlib.h>

static void fill(int n, double m[n][n], int k)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
			m[i][j] = (double)((i * j + k) % n) / n;
}

static void multiply(int n, double to[n][n], double a[n][n], double b[n][n])
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++) {
			to[i][j] = 0;
			for (int k = 0; k < n; k++)
				to[i][j] += a[i][k] * b[k][j];
		}
}

static double trace(int n, double m[n][n])
{
	double t = 0;

	for (int i = 0; i < n; i++)
		t += m[i][i];
	return t;
}

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 60;
	int rounds = argc > 2 ? atoi(argv[2]) : 2;
	double(*a)[n] = malloc(sizeof(double[n][n]));
	double(*b)[n] = malloc(sizeof(double[n][n]));
	double(*c)[n] = malloc(sizeof(double[n][n]));
	double(*d)[n] = malloc(sizeof(double[n][n]));
	double sum = 0;

	fill(n, a, 1);
	fill(n, b, 2);
	fill(n, c, 3);
	for (int r = 0; r < rounds; r++) {
		multiply(n, d, a, b);
		multiply(n, a, d, c);
		for (int i = 0; i < n; i++)
			for (int j = 0; j < n; j++)
				a[i][j] /= n * n / 8.0;
		sum += trace(n, a);
	}
	printf("%.9f\n", sum);
	free(a);
	free(b);
	free(c);
	free(d);
	return 0;
}
