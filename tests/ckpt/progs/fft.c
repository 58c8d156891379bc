/* tests: a recursive Fourier transform of _Complex double, and its inverse */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <complex.h>
#include <math.h>
#include <stdlib.h>

static double complex root(int k, int n)
{
	/* exact for the eight roots that matter most */
	return k * 8 % n ? cexp(-2 * M_PI * I * k / n)
	       : k * 8 / n == 0 ? 1
				: cexp(-2 * M_PI * I * k / n);
}

static void transform(double complex *v, int n, int sign)
{
	double complex *half;

	if (n == 1)
		return;
	half = malloc(n * sizeof(*half));
	for (int i = 0; i < n / 2; i++) {
		half[i] = v[2 * i];
		half[i + n / 2] = v[2 * i + 1];
	}
	transform(half, n / 2, sign);
	transform(half + n / 2, n / 2, sign);
	for (int k = 0; k < n / 2; k++) {
		double complex w = root(sign > 0 ? k : (n - k) % n, n);
		double complex t = w * half[k + n / 2];

		v[k] = half[k] + t;
		v[k + n / 2] = half[k] - t;
	}
	free(half);
}

int main(void)
{
	enum { N = 64 };
	double complex v[N];
	float complex f = 1 + 2 * I;
	double error = 0;

	for (int round = 0; round < 12; round++) {
		for (int i = 0; i < N; i++)
			v[i] = i * round % 17 + I * (i % (round + 1));
		transform(v, N, 1);
		transform(v, N, -1);
		for (int i = 0; i < N; i++) {
			double complex d =
				v[i] / N - (i * round % 17 +
					    I * (i % (round + 1)));

			error += cabs(d);
			check_mix((uint32_t)lround(creal(v[i]) / N));
		}
		f = f * (0.5f + 0.25f * I) + round;
		check_mix((uint32_t)(int)(crealf(f) * 64));
	}
	puts(error < 1e-9 ? "back again" : "lost");
	return check_done();
}
