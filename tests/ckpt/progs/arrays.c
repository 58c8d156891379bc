/* tests: arrays of arrays, pointers to rows, arrays as parameters, char arrays */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <string.h>

enum { N = 12 };

typedef int row[N];

static int grid[N][N];
static char names[5][8] = { "alpha", "beta", "gamma", "delta", "eps" };
static row *current = &grid[3];

static int neighbours(row *g, int r, int c)
{
	int n = 0;

	for (int i = -1; i <= 1; i++)
		for (int k = -1; k <= 1; k++)
			if (i || k)
				n += g[(r + i + N) % N][(c + k + N) % N];
	return n;
}

static void generation(int g[N][N])
{
	int next[N][N];

	for (int r = 0; r < N; r++)
		for (int c = 0; c < N; c++) {
			int n = neighbours(g, r, c);
			next[r][c] = n == 3 || (n == 2 && g[r][c]);
		}
	memcpy(g, next, sizeof next);
}

static int alive(int (*g)[N])
{
	int n = 0;

	for (row *r = g; r < g + N; r++)
		for (int *c = *r; c != *r + N; c++)
			n += *c;
	return n;
}

static void rotate_name(char name[8])
{
	int len = (int)strlen(name);
	char first = name[0];

	for (int i = 1; i < len; i++)
		name[i - 1] = name[i];
	name[len - 1] = first;
}

static int cube(int n)
{
	short c[4][3][2];
	short(*plane)[3][2] = c;
	int sum = 0;

	for (int i = 0; i < 24; i++)
		(&c[0][0][0])[i] = (short)(i * n);
	for (int i = 0; i < 4; i++, plane++) {
		rotate_name(names[i]);
		sum += (*plane)[i % 3][1] + plane[0][2][0];
	}
	return sum;
}

int main(void)
{
	int *cells[N];

	for (int i = 0; i < N * N; i++)
		grid[i / N][i % N] = (i * i + i / 5) % 3 == 1;
	for (int i = 0; i < N; i++)
		cells[i] = &grid[i][(i * 5) % N];
	for (int t = 0; t < 60; t++) {
		int live;

		generation(grid);
		live = alive(grid);
		if (live < 10)
			for (int i = 0; i < N; i++)
				*cells[i] ^= 1;
		current = &grid[(current - grid + 5) % N];
		check_mix(live + cube(t) + (*current)[t % N] * 64);
		check_mix((uint32_t)names[t % 5][1]);
		if (t % 12 == 0)
			printf("%d: %d alive, %s %s, row %d\n", t, live,
			       names[0], names[4], (int)(current - grid));
	}
	return check_done();
}
