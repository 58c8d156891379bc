/* tests: pointers into the middle of objects, to members, one past the end */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>

struct inner {
	char tag;
	double d[3];
	int *into;
};

struct outer {
	short head;
	struct inner a, b;
	long long tail;
};

struct view {
	double *first, *end, *at; /* end: one past the end */
	int *number;
	char *tag;
	struct inner *part;
	long long *tail;
	void *any;
};

static struct outer global[3];
static int numbers[10] = { 9, 8, 7, 6, 5, 4, 3, 2, 1, 0 };

static void look(struct view *v, struct outer *o, int n)
{
	struct inner *in = n & 1 ? &o->a : &o->b;

	v->first = in->d;
	v->end = in->d + 3;
	v->at = &in->d[n % 3];
	v->number = &numbers[n % 10];
	v->tag = &in->tag;
	v->part = in;
	v->tail = &o->tail;
	v->any = n % 2 ? (void *)v->at : (void *)v->number;
}

static int use(struct view *v, int n)
{
	int sum = 0;

	for (double *p = v->first; p != v->end; p++) {
		*p += n * 0.5;
		sum += (int)*p;
	}
	*v->at -= 1;
	++*v->number;
	*v->tag = (char)('a' + n % 26);
	v->part->into = n % 4 ? v->number : numbers + 10;
	*v->tail += sum;
	return sum + (v->part->into == v->number) + (int)(v->end - v->at) +
	       (int)(numbers + 10 - v->part->into);
}

int main(void)
{
	struct outer *heap = calloc(4, sizeof *heap), local = { 0 };
	struct outer *where[3] = { global + 1, heap + 2, &local };
	struct view *views = calloc(5, sizeof *views);
	int *stop = numbers + 10, *walk = numbers;

	for (int n = 0; n < 900; n++) {
		struct view *v = &views[n % 5];
		int sum;

		look(v, where[n % 3], n);
		sum = use(v, n % 50);
		for (int i = 0; i < 5 && i <= n; i++)
			check_mix((uint32_t)(views[i].end - views[i].at) +
				  (uint32_t)*views[i].number);
		if (++walk == stop)
			walk = numbers;
		if (v->any == v->at)
			sum += (int)*(double *)v->any;
		else
			sum += *(int *)v->any;
		check_mix(sum + *walk);
		if (n % 180 == 0)
			printf("%d: %d %d %c %lld\n", n, sum, *walk, *v->tag,
			       *v->tail);
	}
	for (int i = 0; i < 3; i++)
		check_mix((uint32_t)where[i]->tail ^ (uint32_t)where[i]->a.tag);
	free(views);
	free(heap);
	return check_done();
}
