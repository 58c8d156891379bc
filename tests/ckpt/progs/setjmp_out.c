/* tests: longjmp out of qsort's comparator, bsearch's, and a signal handler; polls go on */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include "check.h"

static jmp_buf from_compare;
static sigjmp_buf from_handler;
static int fuse;

static int burn(int n)
{
	for (int i = 0; i < 4; i++)
		n = (n * 71 + 3) % 9923;
	check_mix(n);
	return n;
}

static int compare(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	if (--fuse == 0)
		longjmp(from_compare, x * 10 + y % 10 + 1);
	return x - y;
}

static int sorted(int limit)
{
	int values[20];
	int r;

	for (int i = 0; i < 20; i++)
		values[i] = burn(i + limit) % 50;
	fuse = limit;
	r = setjmp(from_compare);
	if (r == 0) {
		qsort(values, 20, sizeof(*values), compare);
		burn(values[7]);
		return values[3];
	}
	/* how far it came is the library's affair */
	return burn(limit);
}

static int searched(int limit)
{
	static const int table[] = { 1, 4, 9, 16, 25, 36, 49, 64, 81, 100 };
	int key = 49;

	fuse = limit;
	if (setjmp(from_compare))
		return burn(-limit);
	return bsearch(&key, table, 10, sizeof(*table), compare) != NULL;
}

/* By a pointer: gcc takes raise for a leaf that runs nothing of this unit. */
static int (*volatile send)(int) = raise;
static volatile sig_atomic_t handled;

static void handler(int sig)
{
	handled += sig == SIGUSR1;
	siglongjmp(from_handler, 3);
}

static int signalled(int n)
{
	volatile int count = 0;
	sigset_t now;
	int r = sigsetjmp(from_handler, 1);

	count++;
	if (burn(n) && r == 0)
		send(SIGUSR1);
	sigprocmask(SIG_BLOCK, NULL, &now);
	check_mix(sigismember(&now, SIGUSR1));
	if (r == 3 && count < 3)
		send(SIGUSR1);
	check_mix(handled);
	return r * 10 + count;
}

int main(void)
{
	signal(SIGUSR1, handler);
	for (int i = 1; i < 14; i++) {
		printf("%d: %d", i, sorted(i * 3));
		printf(" %d", searched(i));
		printf(" %d\n", signalled(i));
	}
	return check_done();
}
