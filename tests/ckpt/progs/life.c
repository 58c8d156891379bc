/* tests: two global boards behind pointers to arrays that change places */
/* SPDX-License-Identifier: MIT */
#include "check.h"

enum { H = 20, W = 24 };

typedef unsigned char board[H][W];

static board boards[2];
static unsigned char (*now)[W] = boards[0], (*then)[W] = boards[1];

static int neighbours(unsigned char (*b)[W], int r, int c)
{
	int n = 0;

	for (int dr = -1; dr <= 1; dr++)
		for (int dc = -1; dc <= 1; dc++)
			if (dr || dc)
				n += b[(r + dr + H) % H][(c + dc + W) % W];
	return n;
}

static int step(void)
{
	unsigned char (*t)[W] = now;
	int alive = 0;

	for (int r = 0; r < H; r++)
		for (int c = 0; c < W; c++) {
			int n = neighbours(now, r, c);

			then[r][c] = n == 3 || (n == 2 && now[r][c]);
			alive += then[r][c];
		}
	now = then;
	then = t;
	return alive;
}

int main(void)
{
	static const int glider[][2] = {
		{ 0, 1 }, { 1, 2 }, { 2, 0 }, { 2, 1 }, { 2, 2 }
	};

	for (unsigned i = 0; i < 5; i++) {
		now[glider[i][0]][glider[i][1]] = 1;
		now[H / 2 + glider[i][1]][W / 2 + glider[i][0] % 2] = 1;
	}
	for (int i = 0; i < 40; i++)
		check_mix((uint32_t)step() * 41 + (now == boards[1]));
	for (unsigned char *p = now[0]; p != now[0] + H * W; p++)
		check_mix(*p);
	return check_done();
}
