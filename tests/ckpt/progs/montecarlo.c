/* tests: streams of rand, random and the drand48 family go on where they were */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "check.h"
#include <stdlib.h>

static double inside(int n)
{
	int hits = 0;

	for (int i = 0; i < n; i++) {
		double x = drand48(), y = drand48();

		hits += x * x + y * y < 1;
	}
	return 4.0 * hits / n;
}

static int walk(int steps)
{
	int at = 0;

	for (int i = 0; i < steps; i++)
		at += rand() % 3 - 1;
	return at;
}

static void shuffle(int *v, int n)
{
	for (int i = n - 1; i > 0; i--) {
		int k = (int)(random() % (i + 1)), t = v[i];

		v[i] = v[k];
		v[k] = t;
	}
}

int main(void)
{
	unsigned short own[3] = { 1, 2, 3 };
	unsigned seed = 5;
	int deck[52];

	srand(7);
	srand48(11);
	for (int i = 0; i < 52; i++)
		deck[i] = i;
	for (int round = 0; round < 12; round++) {
		check_mix((uint32_t)(inside(100) * 1e6));
		check_mix((uint32_t)walk(100));
		shuffle(deck, 52);
		for (int i = 0; i < 52; i++)
			check_mix((uint32_t)deck[i]);
		check_mix((uint32_t)nrand48(own));
		check_mix((uint32_t)(rand_r(&seed) % 1000));
		check_mix((uint32_t)jrand48(own) & 0xffff);
		if (round == 6)
			srandom(99);
	}
	return check_done();
}
