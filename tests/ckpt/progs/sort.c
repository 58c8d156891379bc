/* tests: qsort and bsearch of libc with callbacks, own quicksort, stable ties */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>
#include <string.h>

struct person {
	char name[8];
	int age, order;
};

static int comparisons;
static int descending;

static int by_age(const void *a, const void *b)
{
	const struct person *p = a, *q = b;
	int d = (p->age > q->age) - (p->age < q->age);

	for (int i = 0; i < 3; i++)
		d += i - 1;
	return descending ? -d : d;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int find_age(const void *key, const void *element)
{
	return *(const int *)key - ((const struct person *)element)->age;
}

static void quicksort(char *base, int n, int size,
		      int (*compare)(const void *, const void *))
{
	char t[64];
	int last = 0;

	if (n < 2)
		return;
	for (int i = 1; i < n; i++)
		if (comparisons++, compare(base + i * size, base) < 0) {
			last++;
			memcpy(t, base + i * size, size);
			memcpy(base + i * size, base + last * size, size);
			memcpy(base + last * size, t, size);
		}
	memcpy(t, base, size);
	memcpy(base, base + last * size, size);
	memcpy(base + last * size, t, size);
	quicksort(base, last, size, compare);
	quicksort(base + (last + 1) * size, n - last - 1, size, compare);
}

static void fill(struct person *p, int n, uint32_t seed)
{
	for (int i = 0; i < n; i++) {
		seed = seed * 69069u + 5;
		p[i].age = (int)(seed >> 24) % 20;
		p[i].order = i;
		sprintf(p[i].name, "p%u", (unsigned)(seed >> 12 & 4095));
	}
}

int main(void)
{
	struct person *p = calloc(64, sizeof *p), *found;
	char *names[64];

	for (uint32_t round = 0; round < 40; round++) {
		int n = 20 + (int)round;

		fill(p, n, round);
		descending = round % 3 == 0;
		if (round % 2)
			quicksort((char *)p, n, sizeof *p, by_age);
		else
			qsort(p, n, sizeof *p, by_age);
		for (int i = 0; i < n; i++) {
			check_mix((uint32_t)p[i].age * 64 +
				  (uint32_t)p[i].order);
			names[i] = p[i].name;
		}
		qsort(names, n, sizeof *names, by_name);
		for (int i = 0; i < n; i++)
			check_mix((uint32_t)(names[i][1] * 7 + names[i][2]));
		descending = 0;
		qsort(p, n, sizeof *p, by_age);
		found = bsearch(&(int){ 7 }, p, n, sizeof *p, find_age);
		check_mix(found ? (uint32_t)found->age : 99);
		if (round % 8 == 0)
			printf("%u: first %s oldest %d compared %d\n",
			       (unsigned)round, names[0], p[n - 1].age,
			       comparisons);
	}
	free(p);
	return check_done();
}
