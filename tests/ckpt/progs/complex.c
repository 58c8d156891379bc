/* tests: _Complex of float, double and long double, long double in structs */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <complex.h>
#include <stdlib.h>

struct wave {
	char tag;
	float _Complex f;
	double _Complex d;
	long double _Complex l;
	long double plain[3];
	char end;
};

static double _Complex table[8];
static struct wave shared;

static void turn(struct wave *w, int i)
{
	w->f = w->f * (float _Complex)(0.5f + 0.25f * I) + (float)i;
	w->d = w->d * (0.5 - 0.125 * I) + (double)(i % 7);
	w->l = w->l * (0.25L + 0.5L * I) + (long double)(i % 5);
	for (int k = 0; k < 3; k++)
		w->plain[k] = w->plain[k] / 2 + k + i;
	w->tag++;
	w->end--;
}

static uint32_t fixed(double x)
{
	return (uint32_t)(int32_t)(x * 16);
}

static uint32_t weigh(const struct wave *w)
{
	return fixed(crealf(w->f)) + 3 * fixed(cimagf(w->f)) +
	       5 * fixed(creal(w->d)) + 7 * fixed(cimag(w->d)) +
	       11 * fixed((double)creall(w->l)) +
	       13 * fixed((double)cimagl(w->l)) +
	       17 * fixed((double)w->plain[0]) +
	       19 * fixed((double)w->plain[2]) + (unsigned char)w->tag +
	       (unsigned char)w->end;
}

int main(void)
{
	struct wave *list = calloc(3, sizeof(*list)), local = { 0 };
	double _Complex z = 1, *p = &table[2];
	long double _Complex lz = 0;

	for (int i = 0; i < 150; i++) {
		turn(&list[i % 3], i);
		turn(&local, i);
		turn(&shared, 2 * i);
		z = z * (0.75 + 0.25 * I) + i;
		lz = lz / 4 + I * i;
		*p = z;
		p = p == &table[7] ? table : p + 1;
		check_mix(weigh(&list[i % 3]));
		check_mix(weigh(&local) + weigh(&shared));
		check_mix(fixed(creal(table[i % 8])));
		check_mix(fixed((double)cimagl(lz)));
	}
	free(list);
	return check_done();
}
