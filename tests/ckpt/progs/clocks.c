/* tests: clocks do not go back, the environment, umask and static results stay */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

static int spin(int n)
{
	int k = 0;

	while (n > 1)
		n = n & 1 ? 3 * n + 1 : n / 2, k++;
	return k;
}

static double seconds(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static double used(void)
{
	struct tms t;

	times(&t);
	return (double)t.tms_utime;
}

int main(void)
{
	double rising = 0, cpu = 0, user = 0, now;
	clock_t last = 0, c;
	time_t then = 86400 * 365, wall = 0;
	char entry[] = "CLOCKS_ENTRY=put";
	const char *kept;
	struct tm *tm;
	char *text;

	setlocale(LC_ALL, "C");
	umask(027);
	setenv("CLOCKS_SET", "first", 1);
	putenv(entry);
	kept = getenv("CLOCKS_SET");
	tm = gmtime(&then);
	text = asctime(tm);
	errno = ENOSPC;
	for (int i = 0; i < 80; i++) {
		check_mix((uint32_t)spin(i + 20));
		check_mix(errno == ENOSPC);
		c = clock();
		check_mix(c >= last);
		last = c;
		now = seconds(CLOCK_MONOTONIC);
		check_mix(now >= rising);
		rising = now;
		now = seconds(CLOCK_PROCESS_CPUTIME_ID);
		check_mix(now >= cpu);
		cpu = now;
		now = used();
		check_mix(now >= user);
		user = now;
		check_mix(time(NULL) >= wall);
		wall = time(NULL);
		check_mix((uint32_t)tm->tm_year);
		check_mix(strlen(text));
		check_mix(strcmp(kept, "first") == 0);
		entry[13] = (char)('a' + i % 26);
		check_mix((uint32_t)getenv("CLOCKS_ENTRY")[0]);
		if (i % 20 == 10) {
			char name[20] = "";

			sprintf(name, "V%d", i);
			setenv(name, text, 1);
			unsetenv("V10");
			printf("%d: %s %s", i, getenv("CLOCKS_ENTRY"), text);
		}
		errno = ENOSPC;
	}
	check_mix((uint32_t)umask(022));
	check_mix(getenv("V10") == NULL);
	check_mix(strlen(getenv("V30")));
	return check_done();
}
