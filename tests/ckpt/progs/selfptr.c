/* tests: objects that point into themselves and into locals of outer frames */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>
#include <string.h>

struct gap {
	char room[40];
	char *begin, *end; /* of the gap in room */
	char **moving; /* one of the two */
};

struct frame {
	struct frame *outer;
	const int *depth;
	int own[3], *best;
	struct gap *gap;
};

static struct gap one = { "text", one.room + 4, one.room + 40, &one.begin };

static void type(struct gap *g, int c)
{
	if (g->begin == g->end)
		g->begin = g->room;
	*(*g->moving)++ = (char)c;
	if (g->begin > g->end || g->end > g->room + 40) {
		g->begin = g->room;
		g->end = g->room + 40;
	}
	if (c % 5 == 0)
		g->moving = g->moving == &g->begin ? &g->end : &g->begin;
	if (g->end >= g->room + 40)
		g->end = g->room + 30;
}

static int dive(struct frame *outer, int depth)
{
	struct frame f = { outer, &depth, { 0 }, f.own + depth % 3,
			   outer ? outer->gap : &one };
	int sum = 0;

	*f.best = depth * 3;
	type(f.gap, depth + '0');
	for (struct frame *p = &f; p; p = p->outer)
		sum += *p->best + *p->depth;
	if (depth < 14)
		for (int i = 0; i < 2; i++) {
			f.own[i] += dive(&f, depth + 1 + 2 * i) % 50;
			if (f.own[i] > *f.best)
				f.best = &f.own[i];
		}
	check_mix((uint32_t)(sum + *f.best));
	return sum + (int)(f.best - f.own);
}

int main(void)
{
	struct gap *copy = malloc(sizeof(*copy));

	for (int i = 0; i < 3; i++) {
		check_mix((uint32_t)dive(NULL, i));
		memcpy(copy, &one, sizeof(one));
		copy->begin = copy->room + (one.begin - one.room);
		copy->end = copy->room + (one.end - one.room);
		copy->moving = &copy->end;
		check_mix((uint32_t)(copy->end - copy->begin));
		check_mix((uint32_t)(one.moving == &one.end));
	}
	free(copy);
	return check_done();
}
