/* tests: backtracking over global arrays and bit sets, leaving by several returns */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <string.h>

static unsigned short rows[9], columns[9], boxes[3][3];
static unsigned char grid[9][9];
static long tried;

static int set(int r, int c, int digit, int on)
{
	unsigned short bit = (unsigned short)(1u << digit);

	if (on && ((rows[r] | columns[c] | boxes[r / 3][c / 3]) & bit))
		return 0;
	rows[r] ^= bit;
	columns[c] ^= bit;
	boxes[r / 3][c / 3] ^= bit;
	grid[r][c] = on ? (unsigned char)digit : 0;
	return 1;
}

static int solve(int cell)
{
	for (; cell < 81 && grid[cell / 9][cell % 9]; cell++)
		;
	if (cell == 81)
		return 1;
	for (int digit = 1; digit <= 9; digit++) {
		tried++;
		if (!set(cell / 9, cell % 9, digit, 1))
			continue;
		if (solve(cell + 1))
			return 1;
		set(cell / 9, cell % 9, digit, 0);
	}
	return 0;
}

int main(void)
{
	static const char *const puzzles[] = {
		"53..7....6..195....98....6.8...6...34..8.3..17...2...6.6..."
		".28....419..5....8..79",
		"..9748...7.........2.1.9.....7...24..64.1.59..98...3.....8."
		"3.2.........6...2759..",
	};

	for (int p = 0; p < 2; p++) {
		memset(rows, 0, sizeof(rows));
		memset(columns, 0, sizeof(columns));
		memset(boxes, 0, sizeof(boxes));
		memset(grid, 0, sizeof(grid));
		for (int i = 0; i < 81; i++)
			if (puzzles[p][i] != '.')
				set(i / 9, i % 9, puzzles[p][i] - '0', 1);
		printf("%s after %ld\n", solve(0) ? "solved" : "no solution",
		       tried);
		for (int i = 0; i < 81; i++)
			check_mix(grid[i / 9][i % 9]);
	}
	return check_done();
}
