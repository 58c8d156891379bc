/* tests: a local number that is an address of the heap */
/* SPDX-License-Identifier: MIT */
/* class: same-addresses */
#include "check.h"
#include <stdlib.h>

static int work(int n)
{
	return n < 2 ? 1 : work(n / 2) + work(n / 3) % 5;
}

static int total(uintptr_t at, uintptr_t end)
{
	int sum = 0;

	for (; at != end; at += sizeof(int))
		sum += *(int *)at + work(40);
	return sum;
}

int main(void)
{
	for (int round = 1; round < 40; round++) {
		int *v = calloc((size_t)round, sizeof(*v));

		for (int i = 0; i < round; i++)
			v[i] = i * round;
		check_mix((uint32_t)total((uintptr_t)v, (uintptr_t)(v + round)));
		free(v);
	}
	return check_done();
}
