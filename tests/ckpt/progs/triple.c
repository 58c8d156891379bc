/* tests: pointers to pointers to pointers; arrays of arrays of pointers */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>
#include <string.h>

typedef char **words;

static words groups[3];
static const char *const *const *table;
static const char *const odd[] = { "one", "three", "five", NULL };
static const char *const even[] = { "two", "four", NULL };
static const char *const *const both[] = { odd, even, NULL };

static void insert(words **where, const char *text)
{
	words *w = *where;
	int n = 0;

	while (*w && (*w)[n])
		n++;
	*w = realloc(*w, (n + 2) * sizeof(char *));
	(*w)[n] = malloc(strlen(text) + 1);
	strcpy((*w)[n], text);
	(*w)[n + 1] = NULL;
}

static unsigned weigh(char ***all, int n)
{
	unsigned sum = 0;

	for (char ***g = all; g < all + n; g++)
		for (char **w = *g; w && *w; w++)
			for (char *p = *w; *p; p++)
				sum = sum * 17 + (unsigned char)*p;
	return sum;
}

int main(void)
{
	int *cube[3][2], **plane = &cube[1][0], ***rows;

	rows = malloc(3 * sizeof(*rows));
	for (int i = 0; i < 3; i++) {
		for (int j = 0; j < 2; j++)
			cube[i][j] = calloc(4, sizeof(int));
		rows[i] = cube[i];
	}
	table = both;
	for (int round = 0; round < 30; round++) {
		words *place = &groups[round % 3];
		int k = round % 2;

		for (const char *const *w = table[k]; *w; w++)
			insert(&place, *w);
		rows[round % 3][k][round % 4] += round;
		plane[k][3] += cube[1][k][round % 4];
		check_mix(weigh(groups, 3));
		check_mix((uint32_t)rows[1][1][3]);
	}
	return check_done();
}
