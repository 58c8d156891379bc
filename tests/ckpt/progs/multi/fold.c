/* SPDX-License-Identifier: MIT */
#include "stack.h"

static int depth = 5;

static int add(int a, int b)
{
	return (a + b) % 65521;
}

static int mix(int a, int b)
{
	for (int i = 0; i < depth; i++)
		a = (a * 31 + b) % 65521;
	return a;
}

stack_op *const stack_ops[2] = { add, mix };

static int fold(const struct cell *c, stack_op *f)
{
	return c ? f(fold(c->below, f), c->value) : 1;
}

int stack_fold(const struct stack *s, stack_op *f)
{
	return fold(s->top, f);
}

int stack_sum(const struct stack *s)
{
	return stack_fold(s, add);
}

int stack_note(struct stack *s, int n)
{
	static int last;

	if (n % 10 == 0)
		last = stack_top(s);
	depth = depth % 9 + 1;
	return last == stack_top(s);
}
