/* tests: the types of the standard headers, by value in structs and the heap */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "check.h"
#include <locale.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/types.h>
#include <time.h>
#include <wchar.h>

struct record {
	size_t n;
	ssize_t left;
	time_t when;
	off_t at;
	wchar_t letter;
	wint_t wide;
	intptr_t number;
	uintptr_t unsigned_number;
	ptrdiff_t distance;
	struct tm date;
	struct timeval tv;
	struct timespec ts;
	div_t d;
	ldiv_t l;
	clock_t ticks;
	int_fast16_t fast;
	int_least8_t least;
	intmax_t most;
	sig_atomic_t flag;
	mode_t mode;
	uid_t uid;
};

static struct record global;
static struct stat first;

static void step(struct record *r, int i)
{
	r->n += 3;
	r->left = -i;
	r->when = 1000000000 + i;
	r->at += 1 << 20;
	r->letter = L'a' + i % 26;
	r->wide = (wint_t)r->letter;
	r->number = -7 * i;
	r->unsigned_number = 7u * (unsigned)i;
	r->distance = 5 - i;
	r->tv.tv_sec = r->when;
	r->tv.tv_usec = i;
	r->ts.tv_sec = r->when;
	r->ts.tv_nsec = 999 - i;
	r->d = div(1000 * i, 7);
	r->l = ldiv(-1000L * i, 7);
	r->ticks = i;
	r->fast = (int_fast16_t)(i - 50);
	r->least = (int_least8_t)(i - 60);
	r->most = (intmax_t)i << 40;
	r->flag = i % 2;
	r->mode = 0644;
	r->uid = (uid_t)-1;
	gmtime_r(&r->when, &r->date);
}

static uint32_t weigh(const struct record *r)
{
	return (uint32_t)r->n + (uint32_t)r->left + (uint32_t)r->when +
	       (uint32_t)(r->at >> 20) + (uint32_t)r->letter +
	       (uint32_t)r->wide + (uint32_t)r->number +
	       (uint32_t)r->unsigned_number + (uint32_t)r->distance +
	       (uint32_t)r->date.tm_sec + 60u * (uint32_t)r->date.tm_min +
	       (uint32_t)r->date.tm_yday + (uint32_t)r->tv.tv_sec +
	       (uint32_t)r->tv.tv_usec + (uint32_t)r->ts.tv_nsec +
	       (uint32_t)r->d.quot + (uint32_t)r->d.rem +
	       (uint32_t)r->l.quot + (uint32_t)r->l.rem + (uint32_t)r->ticks +
	       (uint32_t)r->fast + (uint32_t)r->least +
	       (uint32_t)(r->most >> 38) + (uint32_t)r->flag +
	       (uint32_t)r->mode + (uint32_t)r->uid;
}

int main(void)
{
	struct record *heap = calloc(5, sizeof(*heap)), local = { 0 };
	wchar_t text[20];
	struct stat now;

	if (stat("/", &first))
		return 1;
	now = first;
	for (int i = 0; i < 100; i++) {
		step(&local, i);
		step(&heap[i % 5], 2 * i);
		step(&global, 100 - i);
		swprintf(text, 20, L"<%d>", i);
		for (int k = 0; k < 5; k++)
			check_mix(weigh(&heap[k]));
		check_mix(weigh(&local));
		check_mix(weigh(&global));
		check_mix((uint32_t)text[1]);
		if (!S_ISDIR(now.st_mode) || now.st_size != first.st_size ||
		    now.st_mtime != first.st_mtime)
			printf("stat differs\n");
	}
	free(heap);
	return check_done();
}
