/* SPDX-License-Identifier: MIT */
/* A stack of integers; its parts are spread over the files of this test. */
#ifndef STACK_H
#define STACK_H

struct cell {
	struct cell *below;
	int value;
};

struct stack {
	struct cell *top;
	int depth;
};

typedef int stack_op(int, int);

extern int stack_cells_made;
extern stack_op *const stack_ops[2];

struct stack *stack_new(void);
void stack_push(struct stack *s, int value);
int stack_pop(struct stack *s);
void stack_free(struct stack *s);
int stack_fold(const struct stack *s, stack_op *f);
int stack_sum(const struct stack *s);
int stack_note(struct stack *s, int n);

static inline int stack_depth(const struct stack *s)
{
	return s->depth;
}

static inline int stack_top(const struct stack *s)
{
	int n = 0;

	for (const struct cell *c = s->top; c; c = c->below)
		n++;
	return s->top ? s->top->value + (n != s->depth) * 1000 : -1;
}

#endif
