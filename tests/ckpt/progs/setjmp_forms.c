/* tests: every form of a setjmp call, jumped to from callees that were stopped */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <setjmp.h>
#include <stdlib.h>

static jmp_buf global;
static jmp_buf *volatile current;

static int burn(int n)
{
	int x = n;

	for (int i = 0; i < 3; i++)
		x = (x * 61 + i) % 9973;
	check_mix(x);
	return x;
}

static void throw_to(jmp_buf b, int value, int depth)
{
	if (depth > 0) {
		throw_to(b, value, depth - 1);
		burn(depth);
		return;
	}
	burn(value);
	longjmp(b, value);
}

static int equals_zero(int n)
{
	volatile int tries = 0;

	if (setjmp(global) == 0) {
		tries++;
		throw_to(global, n, 2);
	} else {
		tries += 10;
	}
	return burn(tries);
}

static int negated(int n)
{
	jmp_buf local;
	volatile int sum = n;

	if (!setjmp(local)) {
		sum += burn(n);
		throw_to(local, 1, n % 3);
		sum = -1;
	}
	return sum;
}

static int switched(void)
{
	jmp_buf local;
	volatile int seen = 0;

	switch (setjmp(local)) {
	case 0:
		seen = seen * 10 + 1;
		throw_to(local, 2, 1);
		break;
	case 2:
		seen = seen * 10 + 2;
		burn(seen);
		throw_to(local, 7, 0);
		break;
	default:
		seen = seen * 10 + 3;
	}
	return seen;
}

static int assigned(int n)
{
	jmp_buf *b = malloc(sizeof(*b));
	volatile int count = 0;
	int r;

	r = setjmp(*b);
	check_mix(r);
	if (++count < n)
		throw_to(*b, count + 100, count % 2);
	free(b);
	return r;
}

static int declared(void)
{
	jmp_buf local;
	volatile int turns = 0;
	int r = setjmp(local);

	turns++;
	if (r < 3)
		throw_to(local, r + 1, 1);
	return r * 100 + turns;
}

static int looped(void)
{
	jmp_buf local;
	volatile int left = 4;

	while (setjmp(local) < 3) {
		left--;
		burn(left);
		throw_to(local, 4 - left, 1);
	}
	return left;
}

static int until(void)
{
	jmp_buf local;
	volatile int n = 0;
	int r;

	do {
		r = setjmp(local);
		n++;
		if (r == 0)
			throw_to(local, 5, 2);
		burn(n);
	} while (r != 5 || n < 4);
	return n;
}

static int logical(int n)
{
	jmp_buf local;
	volatile int way = 0;

	if (n > 2 && setjmp(local) == 0) {
		way = 1;
		burn(n);
		throw_to(local, n, 1);
	} else {
		way += 2;
	}
	return way;
}

/* A buffer that the callee finds by a pointer, and armed again by others. */
static int nested(int depth)
{
	jmp_buf here, *outer = current;
	volatile int state = depth;
	int r;

	current = &here;
	if ((r = setjmp(here)) == 0) {
		state += burn(depth) % 7;
		if (depth > 0)
			state += nested(depth - 1);
		else
			throw_to(*current, 9, 1);
	} else {
		state += 1000 * r;
	}
	current = outer;
	if (outer && depth % 2)
		throw_to(*outer, depth, 0);
	return state;
}

static int value_zero(void)
{
	jmp_buf local;
	int r = setjmp(local);

	burn(3);
	if (!r)
		throw_to(local, 0, 1);
	return r;
}

int main(void)
{
	for (int n = 1; n < 7; n++) {
		printf("%d:", n);
		printf(" %d", equals_zero(n));
		printf(" %d", negated(n));
		printf(" %d", switched());
		printf(" %d", assigned(n));
		printf(" %d", declared());
		printf(" %d", looped());
		printf(" %d", until());
		printf(" %d", logical(n));
		printf(" %d", nested(n));
		printf(" %d\n", value_zero());
	}
	return check_done();
}
