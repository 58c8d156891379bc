/* tests: a sequence tool: local alignment by tables on the heap, traced back */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>
#include <string.h>

enum from { NOWHERE, DIAGONAL, ABOVE, LEFT };

struct cell {
	short score;
	unsigned char from;
};

struct alignment {
	const char *a, *b;
	int na, nb;
	struct cell *cells;
	struct cell *best;
};

static struct cell *at(struct alignment *al, int i, int j)
{
	return al->cells + i * (al->nb + 1) + j;
}

static int similarity(char x, char y)
{
	return x == y ? 5 : (x ^ y) & 2 ? -3 : -1;
}

static void fill(struct alignment *al)
{
	for (int i = 1; i <= al->na; i++)
		for (int j = 1; j <= al->nb; j++) {
			struct cell *c = at(al, i, j);
			int ways[] = { 0,
				       at(al, i - 1, j - 1)->score +
					       similarity(al->a[i - 1],
							  al->b[j - 1]),
				       at(al, i - 1, j)->score - 4,
				       at(al, i, j - 1)->score - 4 };

			for (int k = 0; k < 4; k++)
				if (ways[k] > c->score) {
					c->score = (short)ways[k];
					c->from = (unsigned char)k;
				}
			if (c->score > al->best->score)
				al->best = c;
		}
}

static int trace(struct alignment *al, char *out)
{
	struct cell *c = al->best;
	int n = 0;

	while (c->from != NOWHERE) {
		int step = c->from == DIAGONAL ? al->nb + 2
			   : c->from == ABOVE  ? al->nb + 1
					       : 1;

		out[n++] = " |^<"[c->from];
		c -= step;
	}
	out[n] = 0;
	return n;
}

int main(void)
{
	char a[40], b[40], out[90];
	unsigned x = 1;

	for (int round = 0; round < 6; round++) {
		struct alignment al = { .a = a, .b = b };

		for (int i = 0; i < 36; i++) {
			x = x * 1103515245u + 12345u;
			a[i] = "ACGT"[x >> 30];
			b[i] = i % 5 ? a[i - i % 3] : "TGCA"[x >> 20 & 3];
		}
		al.na = 30 + round;
		al.nb = 36 - round;
		al.cells = calloc((al.na + 1) * (al.nb + 1), sizeof(struct cell));
		al.best = al.cells;
		fill(&al);
		printf("%d %s\n", al.best->score, (trace(&al, out), out));
		free(al.cells);
	}
	return check_done();
}
