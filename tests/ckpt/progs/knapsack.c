/* tests: memoised recursion over short, long long and float tables on the heap */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>
#include <string.h>

struct problem {
	int n, room;
	const short *weight;
	const float *value;
	float *best; /* n * (room + 1), negative where unknown */
	unsigned char (*taken)[4];
	long long asked;
};

static float *cell(struct problem *p, int i, int room)
{
	return &p->best[(size_t)i * (p->room + 1) + room];
}

static float solve(struct problem *p, int i, int room)
{
	float with, without, *c;

	p->asked++;
	if (i == p->n)
		return 0;
	c = cell(p, i, room);
	if (*c >= 0)
		return *c;
	without = solve(p, i + 1, room);
	with = p->weight[i] <= room
		       ? p->value[i] + solve(p, i + 1, room - p->weight[i])
		       : -1;
	p->taken[i][room % 4] = with > without;
	return *cell(p, i, room) = with > without ? with : without;
}

int main(void)
{
	enum { N = 16, ROOM = 50 };
	short weight[N];
	float value[N];

	for (int round = 0; round < 4; round++) {
		struct problem *p = calloc(1, sizeof(*p));

		for (int i = 0; i < N; i++) {
			weight[i] = (short)(1 + (i * 7 + round * 3) % 13);
			value[i] = (float)((i * 5 + round) % 17) + 0.25f;
		}
		p->n = N;
		p->room = ROOM;
		p->weight = weight;
		p->value = value;
		p->best = malloc(sizeof(float) * N * (ROOM + 1));
		p->taken = calloc(N, sizeof(*p->taken));
		for (int i = 0; i < N * (ROOM + 1); i++)
			p->best[i] = -1;
		printf("%g after %lld\n", solve(p, 0, ROOM), p->asked);
		for (int i = 0; i < N; i++)
			for (int k = 0; k < 4; k++)
				check_mix(p->taken[i][k]);
		free(p->best);
		free(p->taken);
		free(p);
	}
	return check_done();
}
