/* tests: ranges from begin to end: one past the end of arrays of all kinds that lie side by side, backwards iteration, indices below zero */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>

struct range {
	const int *begin, *end;
};

struct both {
	int first[6];
	int second[6];
	double third[2];
};

static int left[8], right[8];

static int work(int n)
{
	int k = 0;

	while (n > 0)
		n -= ++k;
	return k;
}

static int sum(struct range r)
{
	int total = 0;

	while (r.begin != r.end)
		total += work(*r.begin++ & 63);
	return total;
}

static int backwards(const int *end, const int *begin)
{
	int total = 0;

	while (end != begin)
		total = total * 3 % 1009 + work(*--end & 63);
	return total;
}

int main(void)
{
	struct both b, *h = malloc(sizeof(*h));
	int local[8];
	struct range *ranges = calloc(6, sizeof(*ranges));
	int *middle = &local[4];

	for (int round = 0; round < 8; round++) {
		for (int i = 0; i < 8; i++) {
			left[i] = i * round;
			right[i] = left[i] + i;
			middle[i - 4] = right[i] * 2;
		}
		for (int i = 0; i < 6; i++) {
			b.first[i] = round + i;
			b.second[i] = round * i;
		}
		b.third[0] = b.third[1] = round;
		*h = b;
		ranges[0] = (struct range){ left, left + 8 };
		ranges[1] = (struct range){ right, right + 8 };
		ranges[2] = (struct range){ b.first, b.first + 6 };
		ranges[3] = (struct range){ b.second, b.second + 6 };
		ranges[4] = (struct range){ h->first, h->first + 6 };
		ranges[5] = (struct range){ h->second, h->second + 6 };
		for (int i = 0; i < 6; i++) {
			check_mix((uint32_t)sum(ranges[i]));
			check_mix((uint32_t)backwards(ranges[i].end,
						      ranges[i].begin));
		}
		check_mix((uint32_t)backwards(middle + 4, middle - 4));
		check_mix((uint32_t)h->third[1]);
	}
	return check_done();
}
