/* tests: conjugate gradients on a sparse matrix in rows, vectors on the heap */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct matrix {
	int n;
	int *row; /* n + 1 */
	int *column;
	double *value;
};

static struct matrix *grid(int side)
{
	struct matrix *m = malloc(sizeof(*m));
	int n = side * side, k = 0;

	m->n = n;
	m->row = malloc((n + 1) * sizeof(*m->row));
	m->column = malloc(5 * n * sizeof(*m->column));
	m->value = malloc(5 * n * sizeof(*m->value));
	for (int i = 0; i < n; i++) {
		const int near[] = { -side, -1, 0, 1, side };

		m->row[i] = k;
		for (int j = 0; j < 5; j++) {
			int c = i + near[j];

			if (c < 0 || c >= n ||
			    (abs(near[j]) == 1 && c / side != i / side))
				continue;
			m->column[k] = c;
			m->value[k++] = near[j] ? -1 : 4.25;
		}
	}
	m->row[n] = k;
	return m;
}

static void times(const struct matrix *m, const double *x, double *y)
{
	for (int i = 0; i < m->n; i++) {
		double sum = 0;

		for (int k = m->row[i]; k < m->row[i + 1]; k++)
			sum += m->value[k] * x[m->column[k]];
		y[i] = sum;
	}
}

static double dot(int n, const double *restrict a, const double *restrict b)
{
	double sum = 0;

	while (n--)
		sum += *a++ * *b++;
	return sum;
}

static int solve(const struct matrix *m, const double *b, double *x)
{
	size_t bytes = m->n * sizeof(double);
	double *r = malloc(bytes), *p = malloc(bytes), *q = malloc(bytes);
	double rr, old;
	int steps = 0;

	memset(x, 0, bytes);
	memcpy(r, b, bytes);
	memcpy(p, b, bytes);
	rr = dot(m->n, r, r);
	while (rr > 1e-16 && steps < 200) {
		double alpha;

		times(m, p, q);
		alpha = rr / dot(m->n, p, q);
		for (int i = 0; i < m->n; i++) {
			x[i] += alpha * p[i];
			r[i] -= alpha * q[i];
		}
		old = rr;
		rr = dot(m->n, r, r);
		for (int i = 0; i < m->n; i++)
			p[i] = r[i] + rr / old * p[i];
		steps++;
	}
	free(r);
	free(p);
	free(q);
	return steps;
}

int main(void)
{
	struct matrix *m = grid(9);
	double b[81], x[81];

	for (int round = 1; round <= 4; round++) {
		for (int i = 0; i < m->n; i++)
			b[i] = (i * round) % 10 - 4.5;
		printf("%d steps\n", solve(m, b, x));
		for (int i = 0; i < m->n; i++)
			check_mix((uint32_t)(int)lround(x[i] * 1e6));
	}
	return check_done();
}
