/* tests: an interpreter by computed goto: static tables, label differences */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>

enum { PUSH, ADD, SUB, DUP, SWAP, JNZ, CALL, RET, MUL, DROP, HALT };

static int calls;

static int slow_multiply(int a, int b)
{
	int s = 0;

	for (int i = 0; i < b; i++)
		s += a;
	calls++;
	return s;
}

/* The loop is around all handlers; the operation is declared in it. */
static int run(const signed char *code, int *stack)
{
	static const void *const table[] = { [PUSH] = &&push, [ADD] = &&add,
					     [SUB] = &&sub,   [DUP] = &&dup,
					     [SWAP] = &&swap, [JNZ] = &&jnz,
					     [CALL] = &&call, [RET] = &&ret,
					     [MUL] = &&mul,   [DROP] = &&drop,
					     [HALT] = &&halt };
	const signed char *pc = code, *back[8];
	int *sp = stack, depth = 0;

	for (;;) {
		int op, arg;

#define NEXT               \
	do {               \
		op = *pc++; \
		arg = *pc;  \
		goto *table[op]; \
	} while (0)
		NEXT;
push:
		*sp++ = arg;
		pc++;
		NEXT;
add:
		sp--;
		sp[-1] += sp[0];
		NEXT;
sub:
		sp--;
		sp[-1] -= sp[0];
		NEXT;
dup:
		sp[0] = sp[-1];
		sp++;
		NEXT;
swap: {
		int t = sp[-1];

		sp[-1] = sp[-2];
		sp[-2] = t;
		NEXT;
}
jnz:
		pc += *--sp ? arg : 1;
		NEXT;
call:
		back[depth++] = pc + 1;
		pc = code + arg;
		NEXT;
ret:
		pc = back[--depth];
		if (depth == 1 && op == RET)
			check_mix((uint32_t)*sp);
		NEXT;
mul:
		sp--;
		sp[-1] = slow_multiply(sp[-1], sp[0] % 7 + 1) % 1009;
		NEXT;
drop:
		sp--;
		if (arg == HALT)
			goto halt;
		NEXT;
halt:
		return sp[-1] + op;
	}
#undef NEXT
}

/* No loop statement at all, and offsets instead of addresses. */
static int threaded(const unsigned char *ip, int n)
{
	static const int at[] = { &&l_inc - &&l_inc, &&l_loop - &&l_inc,
				  &&l_end - &&l_inc, &&l_call - &&l_inc };
	int acc = 0, turns = n;

	goto *(&&l_inc + at[*ip++]);
l_inc:
	acc += 3;
	goto *(&&l_inc + at[*ip++]);
l_call:
	acc = slow_multiply(acc & 255, 2) + (acc & ~255);
	goto *(&&l_inc + at[*ip++]);
l_loop:
	if (--turns) {
		ip -= *ip;
		goto *(&&l_inc + at[*ip++]);
	}
	ip++;
	goto *(&&l_inc + at[*ip++]);
l_end:
	return acc;
}

int main(void)
{
	static const signed char code[] = {
		PUSH, 1,    PUSH, 40,	     /* result, counter */
		SWAP, PUSH, 3,	  CALL, 20,  /* 4: the loop */
		SWAP, PUSH, 1,	  SUB,	     /* counter - 1 */
		DUP,  JNZ,  -11, DROP, HALT, 0,
		0,    MUL,  PUSH, 5,  ADD, RET, 0 /* 20 */
	};
	static const unsigned char ops[] = { 0, 0, 3, 1, 4, 0, 2 };
	int stack[32];

	printf("%d\n", run(code, stack));
	printf("%d\n", threaded(ops, 60));
	printf("%d\n", calls);
	return check_done();
}
