/* SPDX-License-Identifier: MIT */
/* Stencil: heat in a cube, pointers to arrays. */
#include <stdio.h>
#include <stdlib.h>

enum { N = 32 };

typedef double cube[N][N][N];

static void half(cube *restrict to, const cube *restrict of)
{
	for (int i = 1; i < N - 1; i++)
		for (int j = 1; j < N - 1; j++)
			for (int k = 1; k < N - 1; k++) {
				double c = (*of)[i][j][k];

				(*to)[i][j][k] =
					c +
					0.125 * ((*of)[i + 1][j][k] - 2 * c +
						 (*of)[i - 1][j][k]) +
					0.125 * ((*of)[i][j + 1][k] - 2 * c +
						 (*of)[i][j - 1][k]) +
					0.125 * ((*of)[i][j][k + 1] - 2 * c +
						 (*of)[i][j][k - 1]);
			}
}

int main(int argc, char **argv)
{
	int steps = argc > 1 ? atoi(argv[1]) : 4;
	cube *a = malloc(sizeof(cube)), *b = malloc(sizeof(cube));

	for (int i = 0; i < N; i++)
		for (int j = 0; j < N; j++)
			for (int k = 0; k < N; k++)
				(*a)[i][j][k] = (*b)[i][j][k] =
					(i + j + (N - k)) * 10.0 / N;
	for (int t = 0; t < steps; t++) {
		half(b, a);
		half(a, b);
	}
	printf("%.9f\n", (*a)[N / 2][N / 3][N / 4]);
	free(a);
	free(b);
	return 0;
}
