/* tests: ends of arrays that are the start of something else, rows, matrices */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>

struct frame {
	int count;
	char head[8]; /* its end is where `value` starts on some machines */
	double value;
	int row[3];
	long after;
	short edge[2];
	void *pointer;
};

static int first[4];
static int second[4];
static long third[2];
static struct frame global;
static int matrix[3][4];

struct range {
	int *from, *to;
};

static struct range ranges[] = {
	{ first, first + 4 },
	{ second, second + 4 },
};

static uint32_t sum_ints(const int *p, const int *end)
{
	uint32_t sum = 0;

	for (; p != end; p++)
		sum = sum * 3 + (uint32_t)*p;
	return sum;
}

static uint32_t sum_chars(const char *p, const char *end)
{
	uint32_t sum = 0;

	for (; p != end; p++)
		sum = sum * 5 + (unsigned char)*p;
	return sum;
}

int main(void)
{
	struct frame *heap = calloc(2, sizeof(*heap)), local = { 0 };
	const char *head_end[] = { global.head + 8, heap->head + 8,
				   local.head + 8 };
	const int *row_end[] = { global.row + 3, heap->row + 3, local.row + 3 };
	const short *edge_end[] = { global.edge + 2, heap->edge + 2,
				    local.edge + 2 };
	struct frame *all[] = { &global, heap, &local };
	int(*rows)[4] = matrix, (*row)[4] = &matrix[1], (*rows_end)[4];
	long *third_end = third + 2;

	rows_end = matrix + 3;
	for (int i = 0; i < 150; i++) {
		struct frame *f = all[i % 3];
		uint32_t sum = 0;

		f->count++;
		f->head[i % 8] = (char)i;
		f->value += 0.5;
		f->row[i % 3] += i;
		f->after -= i;
		f->edge[i % 2] = (short)i;
		f->pointer = &f->edge[1];
		first[i % 4] += i;
		second[i % 4] -= i;
		third[i % 2] ^= i;
		(*row)[i % 4] += i;
		rows[i % 3][i % 4]++;
		for (int k = 0; k < 3; k++) {
			sum += sum_chars(all[k]->head, head_end[k]);
			sum += sum_ints(all[k]->row, row_end[k]);
			sum += (uint32_t)(edge_end[k] - all[k]->edge);
			sum += (uint32_t)all[k]->edge[1];
		}
		for (int k = 0; k < 2; k++)
			sum += sum_ints(ranges[k].from, ranges[k].to);
		for (int(*r)[4] = rows; r != rows_end; r++)
			sum += sum_ints(*r, *r + 4);
		for (long *t = third; t != third_end; t++)
			sum += (uint32_t)*t;
		check_mix(sum);
		check_mix((uint32_t)*(short *)f->pointer);
		row = row + 1 == rows_end ? rows : row + 1;
	}
	return check_done();
}
