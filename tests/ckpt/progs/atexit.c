/* tests: atexit and on_exit handlers, their order, arguments and status, work in them, exit in a callback */
/* SPDX-License-Identifier: MIT */
/* code: 3 */
#define _DEFAULT_SOURCE
#include <stdlib.h>
#include <string.h>
#include "check.h"

struct note {
	const char *name;
	int count;
	struct note *next;
};

static struct note *notes;

static int burn(int n)
{
	for (int i = 0; i < 4; i++)
		n = (n * 97 + 31) % 9859;
	check_mix(n);
	return n;
}

static void first(void)
{
	check_done();
}

static void second(void)
{
	for (struct note *n = notes; n; n = n->next)
		printf("%s %d\n", n->name, n->count);
	printf("second %d\n", burn(2));
}

static void registered_late(void)
{
	printf("late %d\n", burn(4));
}

static void third(void)
{
	printf("third\n");
	atexit(registered_late);
}

static void with_status(int status, void *arg)
{
	struct note *n = arg;

	printf("%s: status %d, %d\n", n->name, status, n->count + burn(3));
	n->count = -1;
}

static struct note *add(const char *name, int count)
{
	struct note *n = malloc(sizeof(*n));

	n->name = name;
	n->count = burn(count);
	n->next = notes;
	notes = n;
	return n;
}

static int compare(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	burn(x);
	if (x == 5 || y == 5)
		exit(3);
	return x - y;
}

int main(void)
{
	int values[] = { 9, 8, 6, 5, 3 };

	atexit(first);
	for (int i = 0; i < 5; i++)
		add("early", i);
	atexit(second);
	for (int i = 0; i < 40; i++)
		on_exit(with_status, add(i % 2 ? "odd" : "even", i));
	atexit(third);
	for (int i = 0; i < 10; i++)
		burn(i);
	qsort(values, 5, sizeof(*values), compare);
	return 0;
}
