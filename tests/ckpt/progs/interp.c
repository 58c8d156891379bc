/* tests: a bytecode interpreter: a large switch in a loop, own stacks, closures */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>

enum op {
	PUSH,
	LOAD,
	STORE,
	ADD,
	SUB,
	LESS,
	JUMP,
	UNLESS,
	CALL,
	RET,
	NATIVE,
	STOP
};

struct code {
	unsigned char op;
	short arg;
};

struct frame {
	struct frame *caller;
	const struct code *back;
	int locals[4];
};

struct machine {
	const struct code *pc;
	int *top, stack[64];
	struct frame *frame;
	int (*native[2])(struct machine *, int);
	int executed;
};

/* fib(n) by recursion, then a loop that adds fib(i). */
static const struct code program[] = {
	{ PUSH, 0 },	{ STORE, 1 }, { PUSH, 0 },
	{ STORE, 0 }, /* 0: i = sum = 0 */
	{ LOAD, 0 },	{ PUSH, 11 }, { LESS, 0 },
	{ UNLESS, 18 }, /* 4 */
	{ LOAD, 0 },	{ CALL, 21 }, { NATIVE, 0 },
	{ LOAD, 1 },	{ ADD, 0 },   { STORE, 1 },
	{ LOAD, 0 },	{ PUSH, 1 },  { ADD, 0 },
	{ JUMP, 19 },	{ STOP, 0 }, /* 18 */
	{ STORE, 0 },	{ JUMP, 4 },  { STORE, 0 },
	{ LOAD, 0 },	{ PUSH, 2 },  { LESS, 0 },
	{ UNLESS, 28 }, /* 21 */
	{ LOAD, 0 },	{ RET, 0 },   { LOAD, 0 },
	{ PUSH, 1 },	{ SUB, 0 },   { CALL, 21 }, /* 28 */
	{ LOAD, 0 },	{ PUSH, 2 },  { SUB, 0 },
	{ CALL, 21 },	{ ADD, 0 },   { NATIVE, 1 },
	{ RET, 0 },
};

static int twist(struct machine *m, int x)
{
	for (int i = 0; i < 3; i++)
		check_mix(x + m->executed % 7);
	return x;
}

static int pass(struct machine *m, int x)
{
	return m->frame->caller ? x : twist(m, x);
}

static void enter(struct machine *m, const struct code *to)
{
	struct frame *f = calloc(1, sizeof *f);

	f->caller = m->frame;
	f->back = m->pc;
	m->frame = f;
	m->pc = to;
}

static void leave(struct machine *m)
{
	struct frame *f = m->frame;

	m->pc = f->back;
	m->frame = f->caller;
	free(f);
}

static int run(struct machine *m)
{
	for (;;) {
		const struct code *c = m->pc++;
		int a;

		m->executed++;
		switch ((enum op)c->op) {
		case PUSH:
			*m->top++ = c->arg;
			break;
		case LOAD:
			*m->top++ = m->frame->locals[c->arg];
			break;
		case STORE:
			m->frame->locals[c->arg] = *--m->top;
			break;
		case ADD:
			a = *--m->top;
			m->top[-1] += a;
			break;
		case SUB:
			a = *--m->top;
			m->top[-1] -= a;
			break;
		case LESS:
			a = *--m->top;
			m->top[-1] = m->top[-1] < a;
			break;
		case JUMP:
			m->pc = &program[c->arg];
			break;
		case UNLESS:
			if (!*--m->top)
				m->pc = &program[c->arg];
			break;
		case CALL:
			enter(m, &program[c->arg]);
			break;
		case RET:
			leave(m);
			break;
		case NATIVE:
			m->top[-1] = m->native[c->arg](m, m->top[-1]);
			break;
		case STOP:
			return m->frame->locals[1];
		}
	}
}

int main(void)
{
	for (int n = 0; n < 20; n++) {
		struct machine m = { .pc = program, .native = { twist, pass } };
		int result;

		m.top = m.stack;
		enter(&m, program);
		result = run(&m);
		leave(&m);
		check_mix(result + m.executed + n);
		if (n % 4 == 0)
			printf("%d: %d in %d steps\n", n, result, m.executed);
	}
	return check_done();
}
