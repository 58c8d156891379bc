/* tests: setjmp at several depths of a recursion, jumps over many frames, buffers in an array */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include "check.h"

#define DEPTH 12

static jmp_buf at_depth[DEPTH + 1];
static int visits[DEPTH + 1];

static int burn(int n)
{
	for (int i = 0; i < 2; i++)
		n = (n * 83 + 19) % 9929;
	check_mix(n);
	return n;
}

/* Every third level arms a buffer; the deepest jumps to one of them. */
static int down(int depth, int target)
{
	int weight = burn(depth * 3 + 1) % 100, r, below;
	int row[5];

	for (int i = 0; i < 5; i++)
		row[i] = weight + i;
	if (depth % 3 == 0) {
		r = setjmp(at_depth[depth]);
		if (r) {
			visits[depth]++;
			target = r - 1 > 2 ? r - 4 : -1;
			burn(row[r % 5]);
		}
	}
	if (depth == DEPTH) {
		if (target >= 0)
			longjmp(at_depth[target / 3 * 3], target + 1);
		return weight;
	}
	below = down(depth + 1, target);
	burn(below);
	return (below + row[depth % 5] + weight) % 7919;
}

/* The same buffer armed on the way down, the outer one again on the way up. */
static jmp_buf shared;

static int reuse(int depth)
{
	int mine = burn(depth), r;

	r = setjmp(shared);
	if (r == 0 && depth > 0)
		mine += reuse(depth - 1);
	else
		mine += r * 1000;
	burn(mine);
	r = setjmp(shared);
	if (r < depth % 3)
		longjmp(shared, r + 1);
	return mine + r;
}

int main(void)
{
	for (int target = 0; target <= DEPTH; target++)
		printf("%d: %d\n", target, down(0, target));
	for (int i = 0; i <= DEPTH; i++)
		check_mix(visits[i]);
	for (int i = 0; i < 6; i++)
		printf("reuse %d: %d\n", i, reuse(i));
	return check_done();
}
