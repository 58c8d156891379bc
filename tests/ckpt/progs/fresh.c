/* tests: structs and arrays that a checkpoint meets before they have a value */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <string.h>

struct pair {
	long a;
	char t[12];
	size_t n;
};

/* Leaves what fits no narrower machine where the next call's locals lie. */
static uint32_t dirt(uint32_t x)
{
	volatile uint64_t garbage[64];

	for (int i = 0; i < 64; i++)
		garbage[i] = UINT64_C(0x123456789abcdef0) * (x + 1);
	return (uint32_t)(garbage[x % 64] >> 32) != 0;
}

static void set(struct pair *p, int i)
{
	p->a = -i;
	p->n = (size_t)i;
	memset(p->t, 'a' + i % 20, sizeof(p->t));
}

static uint32_t late(int i)
{
	uint32_t sum = 0;
	struct pair p;
	long list[8], lone, *at = &lone;

	for (int k = 0; k < 6; k++)
		sum += (uint32_t)(i * k);
	set(&p, i);
	for (int k = 0; k < 8; k++)
		list[k] = p.a - k;
	*at = list[i % 8];
	return sum + (uint32_t)lone + (uint32_t)p.t[3] + (uint32_t)p.n;
}

static uint32_t in_loop(int i)
{
	struct pair p, other;
	uint32_t sum = 0;

	for (int k = 0; k < 5; k++) {
		struct pair inner;

		if (k == 2)
			set(&p, i);
		set(&inner, k);
		if (k >= 2)
			sum += (uint32_t)p.a;
		other = inner;
		sum = sum * 3 + (uint32_t)other.n;
	}
	return sum;
}

int main(void)
{
	struct pair p;
	long scratch[20];
	int n = 0;

	for (int i = 0; i < 100; i++) {
		check_mix(dirt((uint32_t)i));
		check_mix(late(i));
		check_mix(dirt((uint32_t)i + 7));
		check_mix(in_loop(i));
		if (i == 50) {
			set(&p, i);
			memset(scratch, 0, sizeof(scratch));
		}
		if (i >= 50) {
			scratch[n++ % 20] = p.a--;
			check_mix((uint32_t)scratch[n / 3]);
		}
	}
	return check_done();
}
