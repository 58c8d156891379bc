/* tests: setjmp in loops, in blocks left since, with locals in memory, volatile, const, static */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <string.h>
#include "check.h"

static jmp_buf env;

static int burn(int n)
{
	for (int i = 0; i < 3; i++)
		n = (n * 67 + 29) % 9907;
	check_mix(n);
	return n;
}

static void jump_if(int yes, int value)
{
	burn(value);
	if (yes)
		longjmp(env, value);
}

/* Memory variables of the block that holds the call. */
static int in_block(int n)
{
	volatile int rounds = 0;
	int total = 0;

	for (int k = 0; k < 3; k++) {
		int cells[4] = { n, k, n + k, n * k };
		char text[16];
		const int fixed = burn(k) % 10;
		int r;

		memset(text, 'a' + k, sizeof(text));
		r = setjmp(env);
		if (r < 3) {
			rounds++;
			for (int i = 0; i < 4; i++)
				check_mix(cells[i] + text[i] + fixed);
			jump_if(1, r + 1);
		}
		total += cells[k] + text[2] + fixed + rounds;
	}
	return total;
}

/* The block is left, entered again by the jump. */
static int left_block(int n)
{
	volatile int again = 0;
	static int calls;

	calls++;
	if (n >= 0) {
		int box[6];

		if (setjmp(env)) {
			for (int i = 0; i < 6; i++)
				box[i] = i * n + again;
			for (int i = 0; i < 6; i++)
				burn(box[i]);
			return calls * 10 + again;
		}
		box[0] = 1;
		burn(box[0]);
	}
	again++;
	jump_if(again < 2, 5);
	return -1;
}

struct wide {
	double a;
	long b[3];
	char tag[5];
};

/* Values in registers and in memory over many jumps. */
static long counted(long seed)
{
	volatile struct wide w = { 0.5, { seed, seed * 2, 3 }, "abcd" };
	volatile long steps = 0;
	const long base = seed * 7;
	double half = seed / 2.0;
	volatile struct wide *p = &w;
	int r;

	for (;;) {
		r = setjmp(env);
		steps++;
		if (r > 4)
			break;
		p->b[r % 3] += burn(r) % 5;
		w.a += half;
		jump_if(burn(r + 1) % 2, r + 1);
		jump_if(1, r + 2);
	}
	return base + steps + p->b[0] + p->b[1] + p->b[2] + (long)(w.a * 4) +
	       strlen((const char *)w.tag);
}

/* Two buffers, each jumps to the other's call. */
static int ping(int n)
{
	jmp_buf a, b;
	volatile int hits = 0;

	if (setjmp(a) == 1) {
		hits += 10;
		burn(hits);
		longjmp(b, 2);
	}
	if (setjmp(b) == 2) {
		hits += 100;
		if (hits > 300)
			return hits;
	}
	hits++;
	burn(n);
	longjmp(a, 1);
}

int main(void)
{
	for (int n = 1; n < 8; n++)
		printf("%d: %d %d %ld %d\n", n, in_block(n), left_block(n),
		       counted(n), ping(n));
	return check_done();
}
