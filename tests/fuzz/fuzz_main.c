/* SPDX-License-Identifier: MIT */
/*
 * fuzz_X [ROUNDS [SEED]]: mutations of the seeds. fuzz_X FILE: that input
 * alone. With FUZZ_MS set, new mutations for so many milliseconds. When an
 * input ends the process, it is left in the file that FUZZ_CRASH names
 * (fuzz-crash by default).
 */
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define INPUT_MAX 4096
#define ROUNDS	  4000

static uint64_t state = 1;
static uint8_t input[INPUT_MAX];
static size_t size;

/* splitmix64 (Steele, Lea, Flood, 2014) */
static size_t below(size_t n)
{
	uint64_t z = state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return n ? (size_t)((z ^ z >> 31) % n) : 0;
}

static const char *any_seed(void)
{
	size_t n = 0;

	while (fuzz_seeds[n])
		n++;
	return fuzz_seeds[below(n)];
}

static void insert(size_t at, const void *bytes, size_t n)
{
	if (n > INPUT_MAX - size)
		n = INPUT_MAX - size;
	memmove(input + at + n, input + at, size - at);
	memcpy(input + at, bytes, n);
	size += n;
}

static void mutate(void)
{
	static const char odd[] = "\"'\\()[]{}$=@#|,;:.\n\t \0\xff%-";
	size_t at = below(size + 1), n;
	const char *seed;
	uint8_t copy[INPUT_MAX];

	switch (below(6)) {
	case 0: /* another byte */
		if (at < size)
			input[at] = (uint8_t)below(256);
		break;
	case 1: /* a sign that parsers look for */
		insert(at, &odd[below(sizeof(odd))], 1);
		break;
	case 2: /* lost bytes */
		n = below(size - at < 16 ? size - at : 16);
		memmove(input + at, input + at + n, size - at - n);
		size -= n;
		break;
	case 3: /* a piece of another input */
		seed = any_seed();
		n = below(strlen(seed) + 1);
		insert(at, seed + n, below(strlen(seed) - n + 1));
		break;
	case 4: /* a piece of itself, some times */
		n = below(size - at < 24 ? size - at : 24);
		memcpy(copy, input + at, n);
		for (size_t i = below(20); i > 0; i--)
			insert(at, copy, n);
		break;
	default:
		if (at < size)
			input[at] ^= (uint8_t)(1u << below(8));
	}
}

/* Signal-safe: keeps the input that did it. */
static void on_crash(int sig)
{
	const char *path = getenv("FUZZ_CRASH");
	int fd = open(path ? path : "fuzz-crash", O_WRONLY | O_CREAT | O_TRUNC,
		      0600);

	if (fd >= 0 && write(fd, input, size) >= 0)
		close(fd);
	signal(sig, SIG_DFL);
	raise(sig);
}

/* In a block of its own size, so that a sanitizer sees reads behind it. */
static void run_one(void)
{
	uint8_t *exact = malloc(size ? size : 1);

	if (!exact)
		abort();
	memcpy(exact, input, size);
	LLVMFuzzerTestOneInput(exact, size);
	free(exact);
}

static int run_file(const char *path)
{
	FILE *in = fopen(path, "rb");

	if (!in) {
		perror(path);
		return 1;
	}
	size = fread(input, 1, sizeof(input), in);
	fclose(in);
	run_one();
	return 0;
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void run_mutation(bool plain)
{
	const char *seed = any_seed();

	size = strlen(seed);
	memcpy(input, seed, size);
	for (size_t k = plain ? 0 : below(12); k > 0; k--)
		mutate();
	alarm(20); /* an input that takes so long is a finding */
	run_one();
}

int main(int argc, char **argv)
{
	long rounds = argc > 1 ? atol(argv[1]) : ROUNDS, done = 0;
	const char *ms = getenv("FUZZ_MS");
	int64_t end = ms && *ms ? now_ms() + atoll(ms) : 0;

	if (argc > 1 && rounds == 0)
		return run_file(argv[1]);
	if (end)
		state = (uint64_t)time(NULL);
	if (argc > 2)
		state = strtoull(argv[2], NULL, 10);
	signal(SIGSEGV, on_crash);
	signal(SIGABRT, on_crash);
	signal(SIGALRM, on_crash);
	for (; end ? now_ms() < end : done < rounds; done++)
		run_mutation(done == 0);
	printf("%ld inputs\n", done);
	return 0;
}
