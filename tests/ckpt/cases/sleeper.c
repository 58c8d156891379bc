/* SPDX-License-Identifier: MIT */
/* Sleeps in the way that its argument names, a second, and says how it went. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "sleep";
	struct timespec want = { 1, 0 };
	struct timeval limit = { 1, 0 };
	double start = now();
	int r = -1;

	FILE *f = fopen("asleep", "w");
	if (f)
		fclose(f);
	if (!strcmp(how, "sleep"))
		r = (int)sleep(1);
	else if (!strcmp(how, "usleep"))
		r = usleep(1000000);
	else if (!strcmp(how, "nanosleep"))
		r = nanosleep(&want, &want);
	else if (!strcmp(how, "select"))
		r = select(0, NULL, NULL, NULL, &limit);
	else if (!strcmp(how, "poll"))
		r = poll(NULL, 0, 1000);
	else if (!strcmp(how, "clock"))
		r = clock_nanosleep(CLOCK_MONOTONIC, 0, &want, NULL);
	printf("%s: %d, %s\n", how, r,
	       now() - start < 0.99 ? "too short" : "long enough");
	return 0;
}
