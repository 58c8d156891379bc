/* SPDX-License-Identifier: MIT */
/*
 * A bytecode interpreter: a loop around a switch, or with COMPUTED_GOTO jumps
 * from each instruction to the next. Its program counts primes.
 */
#include <stdio.h>
#include <stdlib.h>

enum op {
	PUSH,
	LOAD,
	STORE,
	ADD,
	MUL,
	MOD,
	LESS,
	JUMP,
	UNLESS,
	CALL,
	BACK,
	END
};

struct vm {
	int pc, sp, fp;
	int stack[64], frames[16];
	int var[4]; /* n, divisor, count, limit */
};

static int code[128], ncode;

static int emit(int op, int arg)
{
	code[ncode++] = op;
	code[ncode++] = arg;
	return ncode - 2;
}

static void patch(int at)
{
	code[at + 1] = ncode;
}

static void add_to(int var, int op, int arg)
{
	emit(LOAD, var);
	emit(op, arg);
	emit(ADD, 0);
	emit(STORE, var);
}

/* Leaves 1 on the stack if var 0 is a prime. */
static int assemble_prime(void)
{
	int at = ncode, loop, out, next;

	emit(PUSH, 2);
	emit(STORE, 1);
	loop = ncode;
	emit(LOAD, 0);
	emit(LOAD, 1);
	emit(LOAD, 1);
	emit(MUL, 0);
	emit(LESS, 0); /* n < d * d */
	out = emit(UNLESS, 0);
	emit(PUSH, 1);
	emit(BACK, 0);
	patch(out);
	emit(LOAD, 0);
	emit(LOAD, 1);
	emit(MOD, 0);
	next = emit(UNLESS, 0);
	add_to(1, PUSH, 1);
	emit(JUMP, loop);
	patch(next);
	emit(PUSH, 0);
	emit(BACK, 0);
	return at;
}

static int assemble(void)
{
	int prime = assemble_prime(), start = ncode, loop, out;

	emit(PUSH, 2);
	emit(STORE, 0);
	loop = ncode;
	emit(LOAD, 0);
	emit(LOAD, 3);
	emit(LESS, 0);
	out = emit(UNLESS, 0);
	emit(LOAD, 2);
	emit(CALL, prime);
	emit(ADD, 0);
	emit(STORE, 2);
	add_to(0, PUSH, 1);
	emit(JUMP, loop);
	patch(out);
	emit(END, 0);
	return start;
}

#ifdef COMPUTED_GOTO
#define START                                                  \
	static const void *const labels[] = {                  \
		&&do_PUSH,   &&do_LOAD, &&do_STORE, &&do_ADD,  \
		&&do_MUL,    &&do_MOD,	&&do_LESS,  &&do_JUMP, \
		&&do_UNLESS, &&do_CALL, &&do_BACK,  &&do_END   \
	};
#define DISPATCH goto *labels[code[pc]];
#define OP(name) do_##name:
#define NEXT     \
	pc += 2; \
	goto *labels[code[pc]]
#define GO goto *labels[code[pc]]
#else
#define START
#define DISPATCH \
	for (;;) \
		switch (code[pc])
#define OP(name) case name:
#define NEXT     \
	pc += 2; \
	break
#define GO break
#endif

static void execute(struct vm *vm)
{
	int *sp = vm->stack + vm->sp, *fp = vm->frames + vm->fp;
	int pc = vm->pc;

	START
	DISPATCH
	{
		OP(PUSH)
		*sp++ = code[pc + 1];
		NEXT;
		OP(LOAD)
		*sp++ = vm->var[code[pc + 1]];
		NEXT;
		OP(STORE)
		vm->var[code[pc + 1]] = *--sp;
		NEXT;
		OP(ADD)
		sp--;
		sp[-1] += sp[0];
		NEXT;
		OP(MUL)
		sp--;
		sp[-1] *= sp[0];
		NEXT;
		OP(MOD)
		sp--;
		sp[-1] %= sp[0];
		NEXT;
		OP(LESS)
		sp--;
		sp[-1] = sp[-1] < sp[0];
		NEXT;
		OP(JUMP)
		pc = code[pc + 1];
		GO;
		OP(UNLESS)
		if (*--sp) {
			NEXT;
		} else {
			pc = code[pc + 1];
			GO;
		}
		OP(CALL)
		*fp++ = pc + 2;
		pc = code[pc + 1];
		GO;
		OP(BACK)
		pc = *--fp;
		GO;
		OP(END)
		return;
	}
}

int main(int argc, char **argv)
{
	struct vm vm = { 0 };

	vm.pc = assemble();
	vm.var[3] = argc > 1 ? atoi(argv[1]) : 1000;
	execute(&vm);
	printf("%d\n", vm.var[2]);
	return 0;
}
