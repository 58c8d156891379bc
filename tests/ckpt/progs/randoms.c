/* tests: random with states of all sizes, drand48 and its kin, rand_r */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>

static int spin(int n)
{
	int k = 0;

	while (n > 1)
		n = n & 1 ? 3 * n + 1 : n / 2, k++;
	return k;
}

int main(void)
{
	static char states[5][256];
	static const size_t sizes[] = { 8, 40, 64, 128, 256 };
	char *home = NULL, *own = malloc(128);
	unsigned short x[3] = { 1, 2, 3 };
	unsigned seed = 17;

	if (!own)
		return 1;
	srandom(5);
	check_mix((uint32_t)random());
	for (int i = 0; i < 5; i++) {
		char *old = initstate((unsigned)i + 3, states[i], sizes[i]);

		if (i == 0)
			home = old;
		check_mix((uint32_t)random());
	}
	initstate(99, own, 128);
	srand48(77);
	for (int i = 0; i < 100; i++) {
		char *state = i % 7 == 5   ? home
			      : i % 7 == 6 ? own
					   : states[i % 7];
		setstate(state);
		check_mix((uint32_t)random());
		check_mix((uint32_t)spin(i + 5));
		check_mix((uint32_t)random());
		check_mix((uint32_t)rand());
		check_mix((uint32_t)lrand48());
		check_mix((uint32_t)(drand48() * 1e6));
		check_mix((uint32_t)nrand48(x));
		check_mix((uint32_t)rand_r(&seed));
		if (i == 50)
			seed48(x);
		if (i == 60)
			srandom(1234);
		if (i % 25 == 0)
			printf("%d: %ld\n", i, random());
	}
	return check_done();
}
