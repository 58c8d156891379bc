/* SPDX-License-Identifier: MIT */
/* Asks for a checkpoint while something is in use that no image can carry. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int asks;

static int spin(int n)
{
	int k = 0;

	while (n > 1)
		n = n & 1 ? 3 * n + 1 : n / 2, k++;
	return k;
}

/* A request, and polls that cannot answer it. */
static void ask(void)
{
	if (asks)
		kill(getpid(), SIGUSR2);
	spin(97);
}

/* Polls that can. */
static void answer(const char *what)
{
	printf("%s %d\n", what, spin(97));
}

static void *work(void *arg)
{
	int *n = arg;

	*n = spin(*n);
	return n;
}

static void with_threads(void)
{
	pthread_t a, b;
	int one = 27, two = 54;

	if (pthread_create(&a, NULL, work, &one) ||
	    pthread_create(&b, NULL, work, &two))
		exit(1);
	ask();
	pthread_join(a, NULL);
	pthread_join(b, NULL);
	printf("%d %d\n", one, two);
	answer("threads");
}

static void with_sockets(void)
{
	char text[8] = "";
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) ||
	    write(fds[0], "sent", 4) != 4)
		exit(1);
	ask();
	if (read(fds[1], text, 4) != 4)
		exit(1);
	close(fds[0]);
	close(fds[1]);
	answer(text);
}

static void with_memory(void)
{
	char *p = mmap(NULL, 100, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int id = shmget(IPC_PRIVATE, 100, 0600);
	char *q;

	if (p == MAP_FAILED || id < 0)
		exit(1);
	strcpy(p, "shared");
	ask();
	printf("%s\n", p);
	munmap(p, 100);
	answer("mmap");
	q = shmat(id, NULL, 0);
	shmctl(id, IPC_RMID, NULL);
	if (q == (char *)-1)
		exit(1);
	strcpy(q, "attached");
	ask();
	printf("%s\n", q);
	shmdt(q);
	answer("shmat");
}

static void with_children(void)
{
	char line[20] = "";
	int status = 0;
	FILE *f = popen("echo said", "r");
	pid_t pid;

	if (!f)
		exit(1);
	ask();
	if (fgets(line, sizeof line, f))
		printf("%s", line);
	pclose(f);
	answer("popen");
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(7);
	ask();
	waitpid(pid, &status, 0);
	printf("%d\n", WEXITSTATUS(status));
	answer("fork");
}

int main(int argc, char **argv)
{
	asks = argc > 1 && !strcmp(argv[1], "ask");
	with_threads();
	with_sockets();
	with_memory();
	with_children();
	return 0;
}
