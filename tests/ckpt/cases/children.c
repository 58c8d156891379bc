/* SPDX-License-Identifier: MIT */
/*
 * Children of its own, waited for in all ways, and a SIGCHLD handler: whatever
 * else is made meanwhile must not be seen.
 *
 *   children ROUNDS
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t signals;

static void on_child(int sig)
{
	(void)sig;
	signals++;
}

static unsigned step(unsigned x)
{
	for (int i = 0; i < 2000000; i++)
		x = x * 1664525u + 1013904223u;
	return x;
}

static void quiet(int round)
{
	int status;
	pid_t pid = waitpid(-1, &status, WNOHANG | WUNTRACED);

	if (pid != -1 || errno != ECHILD)
		printf("round %d: a child %d that nobody made\n", round,
		       pid > 0);
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 100;
	unsigned x = 1;
	int status;

	signal(SIGCHLD, on_child);
	for (int i = 0; i < rounds; i++) {
		x = step(x);
		quiet(i);
		if (i % 20 == 0) {
			pid_t pid = fork();

			if (pid == 0)
				_exit(i % 7);
			if (wait(&status) != pid)
				printf("round %d: another child\n", i);
			printf("%d: %d, %d signals\n", i, WEXITSTATUS(status),
			       (int)signals);
			fflush(stdout);
		}
	}
	printf("end %08x, %d signals\n", x, (int)signals);
	return 0;
}
