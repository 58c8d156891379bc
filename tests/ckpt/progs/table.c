/* tests: static tables whose members point to each other, to strings and functions */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <string.h>

struct state;
struct arc {
	char on;
	const struct state *to;
};
struct state {
	const char *name;
	const struct arc *arcs;
	int narcs;
	int (*enter)(int);
};

static int quiet(int n)
{
	return n;
}

static int loud(int n)
{
	int i = 0;

	n %= 1000;
	while (n % 5 && i < 9)
		n += ++i;
	return n;
}

static const struct state states[4];
static const struct arc from_start[] = { { 'a', &states[1] },
					 { 'b', &states[2] } };
static const struct arc from_one[] = { { 'a', &states[1] },
				       { 'c', &states[3] },
				       { 'b', &states[0] } };
static const struct arc from_two[] = { { 'b', states + 3 } };
static const struct state states[4] = {
	{ "start", from_start, 2, quiet },
	{ "one", from_one, 3, loud },
	{ "two", from_two, 1, quiet },
	{ "final", NULL, 0, loud },
};

static struct ring {
	struct ring *next;
	int *counter;
	int own;
} ring[3] = {
	{ &ring[1], &ring[2].own, 1 },
	{ &ring[2], &ring[0].own, 2 },
	{ ring, &ring[1].own, 3 },
};

static const char *words[][2] = { { "abc", "acb" },
				  { "bb", "ba" },
				  { "aaab", "c" } };
static char letters[] = "abcab";
static char *middle = letters + 2;
static int grid[3][4] = { { 1 }, { [2] = 5 }, { 0, 7 } };
static int *const corner = &grid[2][3];
static const struct state *here = states;

static const struct state *step(const struct state *s, char c, int *score)
{
	for (int i = 0; i < s->narcs; i++)
		if (s->arcs[i].on == c) {
			*score += s->arcs[i].to->enter(*score + i);
			return s->arcs[i].to;
		}
	return states;
}

int main(void)
{
	struct ring *r = ring;

	for (int n = 0; n < 400; n++) {
		const char *word = words[n % 3][n / 3 % 2];
		int score = n % 7;

		for (const char *c = word; *c; c++)
			here = step(here, *c, &score);
		here = step(here, middle[n % 3], &score);
		*r->counter = (*r->counter + score % 10 + 1) % 9973;
		r = r->next;
		*corner += grid[n % 3][n % 4]++ % 3;
		if (n % 50 == 0)
			letters[n / 50 % 5] ^= 1;
		check_mix((uint32_t)(here - states) + (uint32_t)r->own * 8);
		check_mix(*corner + score);
		check_mix(here->enter == loud);
		if (n % 80 == 0)
			printf("%d: %s %s %d %d %d\n", n, word, here->name,
			       score, r->own, *corner);
	}
	return check_done();
}
