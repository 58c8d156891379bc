/* tests: pointers to freed blocks, uninitialised and made-up pointers, never used */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>

struct node {
	struct node *next, *stale;
	int value;
};

static struct node *left_over;
static void *made_up = (void *)16;

static int *escaped;

static int remember(int n)
{
	int local = n * 2;

	escaped = &local;
	while (n > 0)
		n -= 7;
	return *escaped + n;
}

static struct node *push(struct node *list, int value)
{
	struct node *n = malloc(sizeof *n); /* stale stays as it was */

	n->next = list;
	n->value = value;
	if (value % 3 == 0)
		n->stale = left_over;
	return n;
}

static struct node *pop(struct node *list)
{
	left_over = list;
	list = list->next;
	free(left_over);
	return list;
}

static int sum(const struct node *list)
{
	int s = 0;

	for (; list; list = list->next)
		s += list->value;
	return s;
}

int main(void)
{
	struct node *list = NULL, *never;
	char *odd = (char *)&made_up + 1;

	for (int i = 0; i < 1200; i++) {
		list = push(list, i);
		list = push(list, i + 1);
		if (i % 3)
			list = pop(list);
		if (i % 100 == 99)
			for (int k = 0; k < 120; k++)
				list = pop(list);
		made_up = i % 2 ? (void *)16 : (void *)-1;
		check_mix(remember(i % 50));
		if (i % 10 == 0)
			check_mix(sum(list));
		check_mix(made_up == (void *)-1);
		if (i % 240 == 0) {
			never = list;
			printf("%d: sum %d first %d\n", i, sum(list),
			       never->value);
		}
	}
	check_mix(odd != NULL);
	while (list)
		list = pop(list);
	return check_done();
}
