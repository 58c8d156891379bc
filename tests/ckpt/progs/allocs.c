/* tests: wrappers of malloc several levels deep, stacks that realloc moves */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>
#include <string.h>

static size_t total;

static void *check_memory(void *p)
{
	if (!p)
		abort();
	return p;
}

static void *raw_alloc(size_t n)
{
	return check_memory(malloc(n));
}

static void *zalloc(size_t n)
{
	void *p = raw_alloc(n);

	memset(p, 0, n);
	return p;
}

static void *array_alloc(size_t n, size_t each)
{
	return zalloc(n * each);
}

static void *resize(void *p, size_t n)
{
	return check_memory(realloc(p, n));
}

#define NEW(T)	    ((T *)zalloc(sizeof(T)))
#define NEWS(T, n)  ((T *)array_alloc((n), sizeof(T)))
#define GROW(p, n)  ((p) = resize((p), (n) * sizeof(*(p))))

struct item {
	short kind;
	long weight;
	struct item *next;
	double *samples;
	char *label;
};

static char *copy_text(const char *s)
{
	size_t n = strlen(s) + 1;

	return memcpy(raw_alloc(n), s, n);
}

static struct item *make(int i, struct item *next)
{
	struct item *it = NEW(struct item);
	char text[16];

	it->kind = (short)i;
	it->weight = 10 - i;
	it->next = next;
	it->samples = NEWS(double, 3 + i % 4);
	for (int k = 0; k < 3 + i % 4; k++)
		it->samples[k] = i + k / 4.0;
	sprintf(text, "label-%d", i % 100);
	it->label = copy_text(text);
	return it;
}

struct stack {
	struct item **v;
	int n, cap;
};

static void push(struct stack *s, struct item *it)
{
	if (s->n == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 2;
		GROW(s->v, (size_t)s->cap);
	}
	s->v[s->n++] = it;
}

static struct item *pop(struct stack *s)
{
	return s->n ? s->v[--s->n] : NULL;
}

int main(void)
{
	struct stack stack = { 0 };
	struct item *list = NULL;
	long *counts = NULL;
	int ncounts = 0;

	(void)total;
	for (int i = 0; i < 60; i++) {
		list = make(i, list);
		push(&stack, list);
		if (i % 3 == 2) {
			struct item *it = pop(&stack);

			check_mix((uint32_t)it->weight +
				  (unsigned char)it->label[6]);
		}
		GROW(counts, (size_t)++ncounts);
		counts[i] = -i;
		for (struct item *it = list; it; it = it->next) {
			check_mix((uint32_t)it->kind +
				  (uint32_t)(it->samples[2] * 4));
			check_mix((uint32_t)counts[i / 2]);
		}
		for (int k = 0; k < stack.n; k++)
			check_mix((uint32_t)stack.v[k]->weight);
	}
	return check_done();
}
