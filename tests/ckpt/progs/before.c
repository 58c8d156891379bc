/* SPDX-License-Identifier: MIT */
/* Pointers one element before an array: stacks that grow by *++sp, and rows
 * that count from 1. */
#include <stdio.h>

struct cell {
	short type;
	double value;
	long count;
};

static struct cell stack[40];
static struct cell *sp = stack - 1;
static double row[9];

static void push(double value)
{
	sp++;
	sp->type = sp - stack;
	sp->value = value;
	sp->count++;
}

static double pop(void)
{
	return (sp--)->value;
}

int main(void)
{
	int own[6] = { 1, 2, 3, 4, 5, 6 };
	double *from_one = row - 1;
	int *top = own - 1;
	double sum = 0;

	for (int i = 1; i <= 300; i++) {
		for (int k = 1; k <= 9; k++)
			from_one[k] += i % k;
		if (i % 5 == 0) {
			while (sp >= stack)
				sum += pop();
			top = own - 1;
		} else {
			push(i + from_one[i % 9 + 1]);
			sum += *++top;
		}
		if (i % 50 == 0)
			printf("%d %g\n", i, sum);
	}
	for (int k = 1; k <= 9; k++)
		printf("%g ", from_one[k]);
	printf("%g %ld\n", sum, stack[3].count);
	return 0;
}
