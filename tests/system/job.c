/* SPDX-License-Identifier: MIT */
/*
 * A job that behaves as one built by hcc does, without it: counts to argv[1],
 * one line each argv[2] ms; SIGTERM writes the count to CKPT_IMAGE and exits
 * 85; started with an image it goes on from there.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static volatile sig_atomic_t asked;

static void on_term(int sig)
{
	(void)sig;
	asked = 1;
}

static long load(const char *path)
{
	FILE *f = fopen(path, "r");
	long n = 0;

	if (!f)
		return 0;
	if (fscanf(f, "%ld", &n) != 1)
		n = -1;
	fclose(f);
	return n;
}

static void save(const char *path, long n)
{
	FILE *f = fopen(path, "w");

	if (!f || fprintf(f, "%ld\n", n) < 0 || fclose(f))
		exit(1);
	f = fopen(getenv("CKPT_STATS"), "a");
	if (f) {
		fprintf(f, "{\"event\":\"checkpoint\","
			   "\"class\":\"any machine\"}\n");
		fclose(f);
	}
	exit(85);
}

int main(int argc, char **argv)
{
	const char *image = getenv("CKPT_IMAGE");
	long i, n = argc > 1 ? atol(argv[1]) : 10;
	long ms = argc > 2 ? atol(argv[2]) : 10;

	signal(SIGTERM, on_term);
	i = image ? load(image) : 0;
	if (i < 0) {
		fprintf(stderr, "this image is of another program\n");
		return 86;
	}
	lseek(1, 0, SEEK_END);
	for (; i < n; i++) {
		if (asked && image)
			save(image, i);
		printf("%ld\n", i);
		fflush(stdout);
		usleep((useconds_t)ms * 1000);
	}
	return 0;
}
