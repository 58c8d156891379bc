/* tests: matrices as arrays of pointers into one block, some vectors from 1 */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>

static double **matrix(int rows, int columns)
{
	double **m = malloc(rows * sizeof(double *));

	m[0] = calloc((size_t)rows * columns, sizeof(double));
	for (int i = 1; i < rows; i++)
		m[i] = m[i - 1] + columns;
	return m;
}

/* As in books of numerical recipes: indices from low. */
static int *vector_from(int low, int high)
{
	int *v = malloc((high - low + 1 + 1) * sizeof(int));

	return v - low + 1;
}

static void release(double **m)
{
	free(m[0]);
	free(m);
}

static double eliminate(double **m, int n, int *swaps)
{
	double det = 1;

	for (int k = 0; k < n; k++) {
		int best = k;

		for (int i = k + 1; i < n; i++)
			if (m[i][k] * m[i][k] > m[best][k] * m[best][k])
				best = i;
		swaps[k + 1] = best;
		if (best != k) {
			double *t = m[k];

			m[k] = m[best];
			m[best] = t;
			det = -det;
		}
		det *= m[k][k];
		for (int i = k + 1; i < n; i++) {
			double f = m[i][k] / m[k][k];

			for (int j = k; j < n; j++)
				m[i][j] -= f * m[k][j];
		}
	}
	return det;
}

int main(void)
{
	for (int n = 2; n < 13; n++) {
		double **m = matrix(n, n), *first = m[0];
		int *swaps = vector_from(1, n);

		for (int i = 0; i < n; i++)
			for (int j = 0; j < n; j++)
				m[i][j] = (i * 7 + j * 3 + i * j) % 11 - 5;
		check_mix((uint32_t)(long long)(eliminate(m, n, swaps) * 16));
		for (int i = 1; i <= n; i++)
			check_mix((uint32_t)swaps[i]);
		m[0] = first;
		release(m);
		free(swaps + 1 - 1);
	}
	return check_done();
}
