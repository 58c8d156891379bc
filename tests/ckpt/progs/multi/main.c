/* tests: several files, statics of one name, extern data, inline in a header */
/* SPDX-License-Identifier: MIT */
#include "../check.h"
#include "stack.h"

static int depth; /* other files have one too */

static void trace(int n)
{
	depth += n;
	check_mix(depth);
}

int main(void)
{
	struct stack *s = stack_new();

	for (int i = 0; i < 120; i++) {
		stack_push(s, i);
		if (i % 3 == 2)
			stack_push(s, stack_fold(s, stack_ops[i % 2]));
		while (stack_depth(s) > 10 + i % 7)
			trace(stack_pop(s));
		trace(stack_note(s, i));
		if (i % 24 == 0)
			printf("%d: depth %d top %d made %d\n", i,
			       stack_depth(s), stack_top(s), stack_cells_made);
	}
	check_mix(stack_sum(s));
	stack_free(s);
	return check_done();
}
