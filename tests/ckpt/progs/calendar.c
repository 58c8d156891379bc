/* tests: struct tm and time_t by value, gmtime's and asctime's static results */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct entry {
	time_t when;
	struct tm tm;
	char what[12];
	struct entry *next;
};

static struct entry *agenda;

/* Recursive, so that it holds polls. */
static int work(int n)
{
	return n < 2 ? 1 : work(n / 2) + work(n / 3) % 5;
}

static struct tm *date(int year, int month, int day)
{
	static struct tm tm;

	memset(&tm, 0, sizeof(tm));
	tm.tm_year = year - 1900;
	tm.tm_mon = month - 1;
	tm.tm_mday = day;
	tm.tm_hour = 12;
	return &tm;
}

static void note(const struct tm *tm, const char *what)
{
	struct entry *e = malloc(sizeof(*e)), **p = &agenda;

	e->tm = *tm;
	e->when = mktime(&e->tm);
	snprintf(e->what, sizeof(e->what), "%s", what);
	while (*p && (*p)->when < e->when)
		p = &(*p)->next;
	e->next = *p;
	*p = e;
}

int main(void)
{
	char text[40];

	setenv("TZ", "UTC0", 1);
	tzset();
	for (int i = 0; i < 40; i++) {
		snprintf(text, sizeof(text), "note %d", i);
		note(date(1990 + i * 7 % 45, 1 + i * 5 % 12, 1 + i * 11 % 28),
		     text);
		work(200);
	}
	for (struct entry *e = agenda; e; e = e->next) {
		const struct tm *tm = gmtime(&e->when);
		const char *line;

		work(300);
		strftime(text, sizeof(text), "%Y-%m-%d %j %U", tm);
		line = asctime(tm);
		work(300);
		for (const char *p = text; *p; p++)
			check_mix((unsigned char)*p);
		check_mix((uint32_t)(line[0] + tm->tm_wday + e->tm.tm_yday));
		check_mix((uint32_t)(difftime(e->when, agenda->when) / 86400));
	}
	return check_done();
}
