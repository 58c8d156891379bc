/* tests: fork and wait, popen, pipes, system: a request waits until they end */
/* SPDX-License-Identifier: MIT */
/* says: the checkpoint waits: the program has */
#include "check.h"
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int spin(int n)
{
	int k = 0;

	while (n > 1)
		n = n & 1 ? 3 * n + 1 : n / 2, k++;
	return k;
}

static int in_child(int n)
{
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(spin(n) & 63);
	check_mix((uint32_t)spin(n + 60));
	while (waitpid(pid, &status, 0) != pid)
		;
	return WEXITSTATUS(status);
}

static int by_command(int n)
{
	char command[60], line[40] = "";
	FILE *f;
	int sum = 0;

	sprintf(command, "echo one; echo %d; echo three", n);
	f = popen(command, "r");
	while (f && fgets(line, sizeof line, f))
		sum += spin((int)strlen(line) + 20) + line[0];
	check_mix(f ? (uint32_t)pclose(f) : 1);
	return sum;
}

static int through_pipe(int n)
{
	int fds[2], k, sum = 0;
	char text[20];

	if (pipe(fds))
		return -1;
	for (int i = 0; i < 4; i++) {
		k = sprintf(text, "%d", n + i);
		check_mix((uint32_t)write(fds[1], text, (size_t)k));
		check_mix((uint32_t)spin(n + i + 70));
		memset(text, 0, sizeof text);
		check_mix((uint32_t)read(fds[0], text, sizeof text - 1));
		sum += atoi(text);
	}
	close(fds[0]);
	close(fds[1]);
	return sum;
}

int main(void)
{
	for (int i = 0; i < 12; i++) {
		check_mix((uint32_t)in_child(i + 10));
		check_mix((uint32_t)by_command(i));
		check_mix((uint32_t)through_pipe(i * 5));
		check_mix((uint32_t)spin(i + 97));
		if (i % 4 == 0) {
			fflush(stdout);
			check_mix((uint32_t)system("exit 3"));
			printf("%d: %08x\n", i, (unsigned)check_sum);
		}
	}
	check_mix(wait(NULL) == -1);
	return check_done();
}
