/* SPDX-License-Identifier: MIT */
/*
 * Works for a while in equal rounds: some heap (a list and an array), lines to
 * stdout and to a file of its own.
 *
 *   steady ROUNDS [CELLS]       some milliseconds a round
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct cell {
	struct cell *next;
	uint32_t value;
};

static uint32_t step(uint32_t x)
{
	for (int i = 0; i < 2000000; i++)
		x = x * 1664525u + 1013904223u;
	return x;
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 100;
	int cells = argc > 2 ? atoi(argv[2]) : 20000;
	struct cell *cell = calloc(cells, sizeof *cell), *c = cell;
	FILE *out = fopen("steady.out", "w");
	uint32_t x = 1;

	if (!cell || !out)
		return 1;
	for (int i = 0; i < cells; i++)
		cell[i].next = &cell[(i * 7 + 1) % cells];
	for (int i = 0; i < rounds; i++) {
		x = step(x);
		c->value ^= x;
		c = c->next;
		fprintf(out, "round %d: %08x\n", i, (unsigned)x);
		if (i % 10 == 0)
			printf("%d %08x\n", i, (unsigned)(c->value ^ x));
	}
	for (int i = 0; i < cells; i++)
		x = x * 31 + cell[i].value;
	printf("end %08x\n", (unsigned)x);
	fclose(out);
	free(cell);
	return 0;
}
