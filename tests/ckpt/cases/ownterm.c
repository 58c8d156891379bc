/* SPDX-License-Identifier: MIT */
/*
 * Has a handler of SIGTERM of its own, sends the signal to itself once, then
 * works until the handler has run again or all rounds are done.
 *
 *   ownterm ROUNDS
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static volatile sig_atomic_t handled;

static void on_term(int sig)
{
	handled += sig == SIGTERM;
}

static uint32_t step(uint32_t x)
{
	for (int i = 0; i < 2000000; i++)
		x = x * 1664525u + 1013904223u;
	return x;
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 100;
	uint32_t x = 1;

	signal(SIGTERM, on_term);
	raise(SIGTERM);
	printf("handled %d\n", (int)handled);
	fflush(stdout);
	for (int i = 0; i < rounds && handled < 2; i++)
		x = step(x);
	printf("%s %08x\n", handled < 2 ? "done" : "stopped",
	       handled < 2 ? (unsigned)x : 0);
	return handled < 2 ? 0 : 9;
}
