/* SPDX-License-Identifier: MIT */
/*
 * One run of a program, measured.
 *
 *	measure time CMD...		its processor time in seconds
 *	measure stop MS CMD...		the same, with SIGTERM after so long
 *	measure ask N SEED FIFO CMD...	up to N requests at random times; per
 *					request the milliseconds until its poll
 *
 * `ask` makes FIFO, which CKPT_STATS of the program names, and waits for each
 * answer: a request during a capture would wait for its end, not for a poll.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ANSWER_MS = 20000, GAP_MIN_US = 500, GAP_SPAN_US = 6000 };

static void die(const char *what)
{
	fprintf(stderr, "measure: %s: %s\n", what, strerror(errno));
	exit(2);
}

static pid_t start(char **argv)
{
	pid_t pid = fork();
	int fd;

	if (pid < 0)
		die("fork");
	if (pid)
		return pid;
	fd = open("/dev/null", O_WRONLY);
	if (fd < 0)
		die("/dev/null");
	dup2(fd, 1);
	execvp(argv[0], argv);
	die(argv[0]);
	return 0;
}

static void pause_us(long us)
{
	struct timespec t = { us / 1000000, us % 1000000 * 1000 };

	nanosleep(&t, NULL);
}

/* stop_ms: milliseconds until SIGTERM, or 0 for none. */
static int measure_time(char **argv, long stop_ms)
{
	struct rusage use;
	int status;
	pid_t pid = start(argv);

	if (stop_ms > 0) {
		pause_us(stop_ms * 1000);
		kill(pid, SIGTERM);
	}
	if (wait4(pid, &status, 0, &use) < 0)
		die("wait");
	printf("%.6f\n",
	       (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
		       (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) /
			       1e6);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 2;
}

/* Microseconds; a small generator, so that a run can be repeated. */
static long gap(unsigned *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return GAP_MIN_US + (long)((*seed >> 8) % GAP_SPAN_US);
}

/* Reads one line of statistics; 0 when the program ended without one. */
static int answer(int fd, pid_t pid, char *line, size_t size)
{
	size_t n = 0;
	struct pollfd p = { fd, POLLIN, 0 };

	for (int ms = 0; ms < ANSWER_MS; ms += 20) {
		ssize_t got;

		if (poll(&p, 1, 20) <= 0) {
			siginfo_t info = { 0 };

			if (!waitid(P_PID, (id_t)pid, &info,
				    WEXITED | WNOHANG | WNOWAIT) &&
			    info.si_pid)
				return 0;
			continue;
		}
		got = read(fd, line + n, size - 1 - n);
		if (got <= 0)
			continue;
		n += (size_t)got;
		line[n] = '\0';
		if (strchr(line, '\n') || n == size - 1)
			return 1;
	}
	fprintf(stderr, "measure: no answer within %d s\n", ANSWER_MS / 1000);
	return 0;
}

static int measure_ask(int n, unsigned seed, const char *fifo, char **argv)
{
	static char line[1 << 16];
	int fd, status;
	pid_t pid;

	unlink(fifo);
	if (mkfifo(fifo, 0600))
		die(fifo);
	fd = open(fifo, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		die(fifo);
	setenv("CKPT_STATS", fifo, 1);
	pid = start(argv);
	pause_us(20000); /* its handlers must stand: the signal ends it else */
	for (int i = 0; i < n; i++) {
		const char *at;

		pause_us(gap(&seed));
		if (kill(pid, SIGUSR2) || !answer(fd, pid, line, sizeof(line)))
			break;
		at = strstr(line, "\"poll_latency\":");
		if (at)
			printf("%.3f\n", atof(at + 15) * 1000);
	}
	fflush(stdout);
	if (waitpid(pid, &status, WNOHANG) == 0) {
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
	}
	unlink(fifo);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 2 && !strcmp(argv[1], "time"))
		return measure_time(argv + 2, 0);
	if (argc > 3 && !strcmp(argv[1], "stop"))
		return measure_time(argv + 3, atol(argv[2]));
	if (argc > 5 && !strcmp(argv[1], "ask"))
		return measure_ask(atoi(argv[2]), (unsigned)atoi(argv[3]),
				   argv[4], argv + 5);
	fputs("usage: measure time CMD... | stop MS CMD... | ask N SEED FIFO CMD...\n",
	      stderr);
	return 2;
}
