/* SPDX-License-Identifier: MIT */
/* Arrays whose length is not told where they are declared first, as headers
 * do: stacks, tables and texts, with pointers kept into them. */
#include "check.h"

struct cell {
	short type;
	void *to;
	double value;
};

extern struct cell stack[];
extern int table[], grid[][3];
extern const char *const names[];
extern char text[];
int late[];

static struct cell *base = stack, *limit;
static int *last_of_table = table;

struct cell stack[16];
int table[12];
int grid[4][3] = { { 1 }, { 2 }, { 3 }, { 4 } };
const char *const names[] = { "ab", "cd", "ef" };
char text[] = "counts";
int late[5];
extern int late[];

static struct cell *push(struct cell *sp, double value)
{
	sp++;
	sp->type = (short)(sp - base);
	sp->value = value;
	sp->to = &table[sp->type % 12];
	return sp;
}

static double drain(struct cell *sp)
{
	double sum = 0;

	for (; sp >= base; sp--) {
		*(int *)sp->to += sp->type;
		sum += sp->value;
	}
	return sum;
}

int main(void)
{
	int *row = grid[2];
	double total = 0;

	limit = stack + 16;
	for (int round = 0; round < 60; round++) {
		struct cell *sp = stack - 1;

		while (sp + 1 < limit)
			sp = push(sp, round * 0.5 + (sp - stack));
		total += drain(sp);
		row[round % 3] += round;
		late[round % 5] ^= round * 7;
		text[round % 6] = (char)('a' + round % 26);
		last_of_table = table + (last_of_table - table + 5) % 12;
		*last_of_table += names[round % 3][1];
	}
	for (int i = 0; i < 12; i++)
		check_mix((uint32_t)table[i]);
	for (int i = 0; i < 5; i++)
		check_mix((uint32_t)late[i]);
	for (int i = 0; i < 6; i++)
		check_mix((uint32_t)text[i]);
	check_mix((uint32_t)(row[0] + 3 * row[1] + 5 * row[2]));
	check_mix((uint32_t)(long long)total);
	return check_done();
}
