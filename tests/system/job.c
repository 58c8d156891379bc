/* SPDX-License-Identifier: MIT */
/*
 * A job that behaves as one built by hcc does, without it: counts to argv[1],
 * one line each argv[2] ms; SIGTERM writes the count to CKPT_IMAGE and exits
 * 85, SIGUSR2 writes it and goes on; started with an image it goes on from
 * there, its output cut to what it was then.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static volatile sig_atomic_t asked;

static void on_signal(int sig)
{
	asked = sig;
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
	char tmp[4096];
	FILE *f;

	snprintf(tmp, sizeof(tmp), "%s.tmp", path);
	f = fopen(tmp, "w");
	if (!f || fprintf(f, "%ld\n", n) < 0 || fclose(f) ||
	    rename(tmp, path) < 0)
		exit(1);
	f = fopen(getenv("CKPT_STATS"), "a");
	if (f) {
		fprintf(f, "{\"event\":\"checkpoint\","
			   "\"class\":\"any machine\"}\n");
		fclose(f);
	}
	if (asked == SIGTERM)
		exit(85);
	asked = 0;
}

/* Bytes of the lines before line n. */
static off_t length(long n)
{
	off_t bytes = 0;
	long i;

	for (i = 0; i < n; i++)
		bytes += snprintf(NULL, 0, "%ld\n", i);
	return bytes;
}

int main(int argc, char **argv)
{
	const char *image = getenv("CKPT_IMAGE");
	long i, n = argc > 1 ? atol(argv[1]) : 10;
	long ms = argc > 2 ? atol(argv[2]) : 10;

	signal(SIGTERM, on_signal);
	signal(SIGUSR2, on_signal);
	i = image ? load(image) : 0;
	if (i < 0) {
		fprintf(stderr, "this image is of another program\n");
		return 86;
	}
	/* Each line has its number: the length is known. */
	if (image && ftruncate(1, length(i)) == 0)
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
