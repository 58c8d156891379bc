/* tests: hooks before a capture, behind it and after a restart; memory left out */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <harrier/ckpt.h>
#include <stdlib.h>
#include <string.h>

struct cache {
	int n, valid, rebuilt;
	uint32_t *squares; /* left out of images */
	struct cache *self;
};

static struct cache cache;
static int table[500]; /* left out as well */
static char order[8];
static int captures, continues, wrong;

static void fill(struct cache *c)
{
	for (int i = 0; i < c->n; i++)
		c->squares[i] = (uint32_t)i * (uint32_t)i;
	for (int i = 0; i < 500; i++)
		table[i] = 3 * i;
	c->valid = 1;
}

static void before_first(void *arg)
{
	struct cache *c = arg;

	captures++;
	memset(order, 0, sizeof(order));
	strcat(order, "a");
	if (c->self != c)
		wrong++;
}

static void before_second(void *arg)
{
	(void)arg;
	strcat(order, "b");
	if (strcmp(order, "ab") != 0)
		wrong++;
}

static void behind(void *arg)
{
	(void)arg;
	continues++;
	if (strcmp(order, "ab") != 0)
		wrong++;
}

static void rebuild(void *arg)
{
	struct cache *c = arg;

	/* in reverse order: `note` has run before */
	if (strcmp(order, "abn") != 0)
		wrong++;
	for (int i = 0; i < c->n; i++)
		if (c->squares[i])
			wrong++;
	for (int i = 0; i < 500; i++)
		if (table[i])
			wrong++;
	c->rebuilt++;
	fill(c);
}

static void note(void *arg)
{
	strcat(order, arg);
}

static void never(void *arg)
{
	(void)arg;
	wrong++;
}

int main(void)
{
	uint32_t sum = 0;

	cache.n = 1000;
	cache.self = &cache;
	cache.squares = malloc(cache.n * sizeof(*cache.squares));
	ckpt_on_capture(before_first, &cache);
	ckpt_on_capture(never, &cache);
	ckpt_on_capture(before_second, NULL);
	ckpt_on_continue(behind, NULL);
	ckpt_on_restart(rebuild, &cache);
	ckpt_on_restart(note, "n");
	ckpt_unhook(never, &cache);
	if (ckpt_leave_out(cache.squares) || ckpt_leave_out(table))
		wrong++;
	fill(&cache);
	for (int i = 0; i < 600; i++) {
		sum = sum * 33 + cache.squares[i * 7 % cache.n] +
		      (uint32_t)table[i % 500];
		check_mix(sum);
		if (i == 300) {
			cache.n *= 2;
			cache.squares =
				realloc(cache.squares,
					cache.n * sizeof(*cache.squares));
			fill(&cache);
		}
	}
	if ((unsigned long)cache.rebuilt != ckpt_restarts())
		wrong++;
	if (captures < cache.rebuilt)
		wrong++;
	printf("wrong %d\n", wrong);
	return check_done();
}
