/* tests: flexible array members of scalars, structs and pointers */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>
#include <string.h>

struct text {
	struct text *next;
	int length;
	char bytes[];
};

struct poly {
	int degree;
	double coefficient[];
};

struct pair {
	short a;
	double b;
};

struct pairs {
	unsigned char n;
	struct pair at[];
};

struct fan {
	int n;
	struct text *leaf[];
};

static struct text *text_new(const char *s, int times, struct text *next)
{
	int len = (int)strlen(s);
	struct text *t = malloc(sizeof *t + len * times + 1);

	t->next = next;
	t->length = len * times;
	for (int i = 0; i < times; i++)
		memcpy(t->bytes + i * len, s, len);
	t->bytes[t->length] = '\0';
	return t;
}

static struct poly *times(const struct poly *a, const struct poly *b)
{
	int degree = a->degree + b->degree;
	struct poly *p = calloc(1, sizeof *p + (degree + 1) * sizeof(double));

	p->degree = degree;
	for (int i = 0; i <= a->degree; i++)
		for (int k = 0; k <= b->degree; k++)
			p->coefficient[i + k] +=
				a->coefficient[i] * b->coefficient[k];
	return p;
}

static double value(const struct poly *p, double x)
{
	double y = 0;

	for (int i = p->degree; i >= 0; i--)
		y = y * x + p->coefficient[i];
	return y;
}

static double powers(int n)
{
	struct poly *base = malloc(sizeof *base + 2 * sizeof(double)), *p, *q;
	double y;

	base->degree = 1;
	base->coefficient[0] = 0.5;
	base->coefficient[1] = 1;
	p = times(base, base);
	for (int i = 0; i < n; i++) {
		q = times(p, base);
		free(p);
		p = q;
	}
	y = value(p, 0.25);
	free(p);
	free(base);
	return y;
}

static int pairs_sum(int n)
{
	struct pairs *p = malloc(sizeof *p + n * sizeof(struct pair));
	double sum = 0;

	p->n = (unsigned char)n;
	for (int i = 0; i < p->n; i++)
		p->at[i] = (struct pair){ (short)i, i / 4.0 };
	for (const struct pair *q = p->at; q < p->at + p->n; q++)
		sum += q->a * q->b;
	free(p);
	return (int)(sum * 4);
}

int main(void)
{
	struct text *list = NULL;
	struct fan *fan = malloc(sizeof *fan + 5 * sizeof(struct text *));

	fan->n = 5;
	for (int i = 0; i < 5; i++)
		fan->leaf[i] = NULL;
	for (int i = 1; i < 60; i++) {
		list = text_new(i % 2 ? "ab" : "xyz", i, list);
		fan->leaf[i % fan->n] = list;
		check_mix((uint32_t)(powers(i) * 1e6));
		check_mix(pairs_sum(i));
		for (int k = 0; k < fan->n; k++)
			if (fan->leaf[k])
				check_mix((uint32_t)fan->leaf[k]->length ^
					  (uint32_t)fan->leaf[k]->bytes[i / 2]);
		if (i % 12 == 0)
			printf("%d: %.12f %d %.6s\n", i, powers(i),
			       list->length, list->next->bytes);
	}
	while (list) {
		struct text *next = list->next;
		check_mix((uint32_t)strlen(list->bytes));
		free(list);
		list = next;
	}
	free(fan);
	return check_done();
}
