/* SPDX-License-Identifier: MIT */
/* Recursion with work in it: a sudoku by trying, all solutions. */
#include <stdio.h>
#include <stdlib.h>

static int cell[81];
static unsigned row[9], column[9], box[9];
static long nodes;

static void put(int i, int v, int on)
{
	unsigned bit = 1u << v;

	cell[i] = on ? v : 0;
	if (on) {
		row[i / 9] |= bit;
		column[i % 9] |= bit;
		box[i / 27 * 3 + i % 9 / 3] |= bit;
	} else {
		row[i / 9] &= ~bit;
		column[i % 9] &= ~bit;
		box[i / 27 * 3 + i % 9 / 3] &= ~bit;
	}
}

static unsigned allowed(int i)
{
	return ~(row[i / 9] | column[i % 9] | box[i / 27 * 3 + i % 9 / 3]) &
	       0x3fe;
}

static int most_bound(void)
{
	int best = -1, fewest = 10;

	for (int i = 0; i < 81; i++) {
		int n;

		if (cell[i])
			continue;
		n = __builtin_popcount(allowed(i));
		if (n < fewest) {
			fewest = n;
			best = i;
		}
	}
	return best;
}

static int solve(int limit)
{
	int i = most_bound(), found = 0;

	if (i < 0)
		return 1;
	for (int v = 1; v < 10 && found < limit; v++) {
		if (!(allowed(i) & 1u << v))
			continue;
		nodes++;
		put(i, v, 1);
		found += solve(limit - found);
		put(i, v, 0);
	}
	return found;
}

int main(int argc, char **argv)
{
	int limit = argc > 1 ? atoi(argv[1]) : 100;

	for (int i = 0; i < 9; i++)
		put(i * 9 + i * 4 % 9, i + 1, 1);
	printf("%d", solve(limit));
	printf(" %ld\n", nodes);
	return 0;
}
