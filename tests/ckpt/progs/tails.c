/* tests: flexible tails, [] and [0], of structures with pointers */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct text {
	int len;
	char s[];
};

struct entry {
	struct text *name;
	short id;
};

struct table {
	int n;
	struct table *next;
	struct entry entries[];
};

struct zero {
	struct text *owner;
	long n;
	struct entry e[0];
};

static struct text *text(const char *s, int i)
{
	struct text *t = malloc(sizeof(*t) + strlen(s) + 4);

	t->len = sprintf(t->s, "%s%d", s, i % 100);
	return t;
}

static struct table *table(int n, struct table *next)
{
	struct table *t = malloc(sizeof(struct table) +
				 (size_t)n * sizeof(struct entry));

	t->n = n;
	t->next = next;
	for (int i = 0; i < n; i++) {
		t->entries[i].name = text("name", n * i);
		t->entries[i].id = (short)(i - n);
	}
	return t;
}

static struct zero *zero(int n)
{
	struct zero *z = calloc(1, offsetof(struct zero, e) +
					   (size_t)n * sizeof(z->e[0]));

	z->owner = text("zero", n);
	z->n = n;
	for (int i = 0; i < n; i++) {
		z->e[i].name = z->owner;
		z->e[i].id = (short)i;
	}
	return z;
}

static struct zero *zeros[20];

int main(void)
{
	struct table *all = NULL;
	struct entry *last = NULL;

	for (int i = 0; i < 20; i++) {
		all = table(i % 6 + 1, all);
		last = &all->entries[all->n - 1];
		zeros[i] = zero(i % 4 + 1);
		for (struct table *t = all; t; t = t->next)
			for (int k = 0; k < t->n; k++)
				check_mix((uint32_t)t->entries[k].id +
					  (uint32_t)t->entries[k].name->len +
					  (uint32_t)t->entries[k].name->s[4]);
		for (int k = 0; k <= i; k++) {
			check_mix((uint32_t)zeros[k]->e[zeros[k]->n - 1].id +
				  (uint32_t)zeros[k]->e[0].name->len);
		}
		check_mix((uint32_t)last->id + (uint32_t)last->name->len);
	}
	return check_done();
}
