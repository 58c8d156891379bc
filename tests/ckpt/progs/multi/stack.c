/* SPDX-License-Identifier: MIT */
#include "stack.h"
#include <stdlib.h>

int stack_cells_made;
static int depth;

struct stack *stack_new(void)
{
	return calloc(1, sizeof(struct stack));
}

static void trace(int n)
{
	while (depth < n)
		depth++;
	while (depth > n)
		depth--;
}

void stack_push(struct stack *s, int value)
{
	struct cell *c = malloc(sizeof *c);

	c->below = s->top;
	c->value = value;
	s->top = c;
	s->depth++;
	stack_cells_made++;
	trace(s->depth);
}

int stack_pop(struct stack *s)
{
	struct cell *c = s->top;
	int value = c->value;

	s->top = c->below;
	s->depth--;
	trace(s->depth);
	free(c);
	return value + (depth != s->depth);
}

void stack_free(struct stack *s)
{
	while (s->top)
		stack_pop(s);
	free(s);
}
