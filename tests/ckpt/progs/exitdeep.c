/* tests: exit() from a deep call, atexit handlers in order, output at exit */
/* SPDX-License-Identifier: MIT */
/* output: exitdeep.out */
/* code: 7 */
#include "check.h"
#include <stdlib.h>

static FILE *out;
static int *heap;
static int handled;

static int ponder(int n)
{
	int x = 27 + n, steps = 0;

	while (x != 1) {
		x = x % 2 ? 3 * x + 1 : x / 2;
		steps++;
	}
	return steps;
}

static void last_handler(void)
{
	check_mix(handled);
	check_mix(heap[10]);
	check_done();
	free(heap);
}

static void first_handler(void)
{
	handled += ponder(3);
	fprintf(out, "handled %d\n", handled);
	heap[10] = ponder(heap[10]);
}

static void middle_handler(void)
{
	handled *= 3;
	fprintf(out, "middle %d\n", ponder(handled));
}

static void descend(int n, int sum)
{
	sum += ponder(n);
	fprintf(out, "%d %d\n", n, sum);
	heap[n % 64] += sum;
	if (n == 300) {
		printf("leaving with %d\n", sum);
		check_mix(sum);
		exit(7);
	}
	if (n % 100 == 0)
		atexit(middle_handler);
	descend(n + 1, sum);
	check_mix(1);
}

int main(void)
{
	heap = calloc(64, sizeof(int));
	out = fopen("exitdeep.out", "w");
	if (!out || !heap)
		return 1;
	atexit(last_handler);
	atexit(first_handler);
	descend(1, 0);
	return 0;
}
