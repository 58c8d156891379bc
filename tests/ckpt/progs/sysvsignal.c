/* SPDX-License-Identifier: MIT */
/* signal() as headers have it that are asked for X/Open alone: a handler holds
 * for one signal. */
#define _XOPEN_SOURCE 500
#include <signal.h>
#include <stdio.h>

static volatile sig_atomic_t seen;

static void handler(int sig)
{
	seen += sig;
}

int main(void)
{
	unsigned sum = 0;

	for (int i = 0; i < 100; i++) {
		void (*old)(int);

		if (signal(SIGWINCH, handler) == SIG_ERR)
			return 1;
		for (int k = 0; k < 40; k++)
			sum = sum * 31 + k + seen;
		raise(SIGWINCH);
		for (int k = 0; k < 40; k++)
			sum = sum * 31 + k + seen;
		old = signal(SIGWINCH, handler);
		sum += old == SIG_DFL ? 1 : 2;
		signal(SIGWINCH, SIG_DFL);
	}
	printf("%d %u\n", seen > 0, sum);
	return 0;
}
