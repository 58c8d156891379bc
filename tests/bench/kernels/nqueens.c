/* SPDX-License-Identifier: MIT */
/* Backtracking: recursion with a loop and arrays in it. */
#include <stdio.h>
#include <stdlib.h>

static int n;
static char column[32], up[64], down[64];

static int place(int row)
{
	int solutions = 0;

	if (row == n)
		return 1;
	for (int c = 0; c < n; c++) {
		if (column[c] || up[row + c] || down[row - c + n])
			continue;
		column[c] = up[row + c] = down[row - c + n] = 1;
		solutions += place(row + 1);
		column[c] = up[row + c] = down[row - c + n] = 0;
	}
	return solutions;
}

int main(int argc, char **argv)
{
	n = argc > 1 ? atoi(argv[1]) : 8;
	printf("%d\n", place(0));
	return 0;
}
