/* SPDX-License-Identifier: MIT */
/*
 * Restarts a program from damaged images.
 *
 *   damage flip STEP | cut STEP | mend ROUNDS   IMAGE PROGRAM [ARGS...]
 *
 * flip: every STEP-th byte altered; cut: truncated to every STEP-th length. The
 * program must end with 86 and a message, and leave the image as it is.
 * mend: a few bytes altered and the checksums made right again: a hostile
 * image. The program may go on, but must not die of a signal, or need a
 * gigabyte, before it has told its statistics that it was restarted.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ckptlib/image/sum.h"

#define BAD   "damaged.image"
#define STATS "damaged.stats"
#define SAID  "damaged.stderr"

static unsigned char *good, *bad;
static size_t size;
static char **program;
static unsigned findings;
static uint64_t seed;

static unsigned char *read_all(const char *path, size_t *ret_size)
{
	int fd = open(path, O_RDONLY);
	unsigned char *bytes;
	struct stat st;

	if (fd < 0 || fstat(fd, &st)) {
		perror(path);
		exit(2);
	}
	bytes = malloc((size_t)st.st_size + 1);
	if (!bytes || read(fd, bytes, (size_t)st.st_size) != st.st_size)
		exit(2);
	close(fd);
	*ret_size = (size_t)st.st_size;
	return bytes;
}

static void store(size_t n)
{
	int fd = open(BAD, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || write(fd, bad, n) != (ssize_t)n)
		exit(2);
	close(fd);
	unlink(STATS);
	unlink(SAID);
}

/* The status of a restart from what is stored. */
static int restart(void)
{
	struct rlimit memory = { .rlim_cur = 1u << 30, .rlim_max = 1u << 30 };
	struct rlimit core = { 0 };
	int status, null, said;
	pid_t pid = fork();

	if (pid == 0) {
		null = open("/dev/null", O_RDWR);
		said = open(SAID, O_WRONLY | O_CREAT | O_APPEND, 0600);
		dup2(null, 0);
		dup2(null, 1);
		dup2(said, 2);
		setrlimit(RLIMIT_AS, &memory);
		setrlimit(RLIMIT_CORE, &core);
		setenv("CKPT_IMAGE", BAD, 1);
		setenv("CKPT_STATS", STATS, 1);
		setenv("CKPT_AFTER_POLLS", "1", 1);
		alarm(10);
		execv(program[0], program);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		exit(2);
	return status;
}

/* Keeps the image that did it. */
static void finding(const char *what, size_t where, int status)
{
	char name[40];

	snprintf(name, sizeof(name), "finding.%u", findings++);
	rename(BAD, name);
	printf("# %s %zu: %s %d, kept in %s\n", what, where,
	       WIFSIGNALED(status) ? "signal" : "exit code",
	       WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
	       name);
}

static void must_refuse(const char *what, size_t where, size_t n)
{
	size_t left;
	unsigned char *now;
	struct stat said;
	int status;

	store(n);
	status = restart();
	now = read_all(BAD, &left);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 86 || left != n ||
	    memcmp(now, bad, n) != 0 || stat(SAID, &said) || !said.st_size)
		finding(what, where, status);
	free(now);
}

static void must_survive(size_t round)
{
	struct stat told;
	int status;

	store(size);
	status = restart();
	if (WIFSIGNALED(status) && stat(STATS, &told))
		finding("mended", round, status);
}

/* splitmix64 (Steele, Lea, Flood, 2014) */
static size_t below(size_t n)
{
	uint64_t z = seed += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return (size_t)((z ^ z >> 31) % n);
}

static uint64_t get_le(const unsigned char *p)
{
	uint64_t v = 0;
	int i;

	for (i = 8; i-- > 0;)
		v = v << 8 | p[i];
	return v;
}

/* Makes the checksums of all sections right. */
static void mend(void)
{
	struct ckpti_sum sum;
	size_t at = 16;
	uint64_t n, value;
	int i;

	while (at + 24 <= size) {
		n = get_le(bad + at + 8);
		if (n > size - at - 24)
			return;
		ckpti_sum_init(&sum);
		ckpti_sum_add(&sum, bad + at, (size_t)n + 16);
		value = ckpti_sum_value(&sum);
		at += (size_t)n + 16;
		for (i = 0; i < 8; i++)
			bad[at + (size_t)i] = (unsigned char)(value >> 8 * i);
		at += 8;
	}
}

static void alter(size_t round)
{
	static const unsigned char odd[] = { 0, 1, 0x7f, 0x80, 0xff, 0x40 };
	size_t k, i;

	for (k = 0; k < 1 + round % 4; k++) {
		i = 16 + below(size - 16);
		if (round % 3 == 0)
			bad[i] = odd[below(sizeof(odd))];
		else if (round % 3 == 1)
			bad[i] += (unsigned char)(below(3) - 1);
		else
			bad[i] = (unsigned char)below(256);
	}
	mend();
}

int main(int argc, char **argv)
{
	size_t step = argc > 2 ? strtoul(argv[2], NULL, 10) : 0, i, n = 0;

	if (argc < 5 || !step)
		return 2;
	program = argv + 4;
	good = read_all(argv[3], &size);
	bad = malloc(size + 1);
	if (!bad || size < 32)
		return 2;
	for (i = argv[1][0] == 'f' ? step / 2 : 0;
	     i < (argv[1][0] == 'm' ? step : size);
	     i += argv[1][0] == 'm' ? 1 : step, n++) {
		memcpy(bad, good, size);
		if (argv[1][0] == 'f') {
			bad[i] ^= (unsigned char)(1 << i % 8);
			must_refuse("flipped", i, size);
		} else if (argv[1][0] == 'c') {
			must_refuse("cut", i, i);
		} else {
			seed = i;
			alter(i);
			must_survive(i);
		}
	}
	printf("# %zu restarts, %u findings\n", n, findings);
	return findings != 0;
}
