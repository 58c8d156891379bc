/* tests: bit-fields of every base type, unnamed, zero wide, packed, 64 bits */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdbool.h>
#include <stdlib.h>

enum color { RED, GREEN, BLUE = 5 };
enum sign { DOWN = -2, FLAT, UP = 1 };

struct mixed {
	signed int a : 3;
	unsigned int b : 7;
	int : 4;
	short c : 9;
	unsigned short d : 5;
	unsigned : 0;
	signed char e : 4;
	unsigned char f : 8;
	bool yes : 1, no : 1;
	enum color color : 4;
	enum sign sign : 3;
	long long g : 40;
	unsigned long long h : 33;
	int whole : 32;
	char tail;
};

struct tight {
	unsigned char kind;
	unsigned a : 5, b : 11, c : 17;
	signed long long d : 43;
	unsigned short e : 4;
} __attribute__((packed));

struct wide {
	unsigned long long all : 64;
	struct {
		unsigned x : 1;
		int y : 31;
	} in;
	unsigned : 3;
	unsigned last : 29;
};

static struct mixed global[3];

static void set(struct mixed *m, struct tight *t, struct wide *w, int i)
{
	m->a = i % 8 - 4;
	m->b = (unsigned)i % 128;
	m->c = (short)(i % 512 - 256);
	m->d = (unsigned short)(i % 32);
	m->e = (signed char)(i % 16 - 8);
	m->f = (unsigned char)i;
	m->yes = i % 2;
	m->no = !m->yes;
	m->color = i % 3 ? BLUE : GREEN;
	m->sign = i % 2 ? DOWN : UP;
	m->g = -((long long)i << 31);
	m->h = (unsigned long long)i << 24;
	m->whole = -i;
	m->tail = (char)(i % 100);
	t->kind = (unsigned char)i;
	t->a = (unsigned)i % 32;
	t->b = (unsigned)i % 2048;
	t->c = (unsigned)i * 77 % 131072;
	t->d = -((long long)i << 33);
	t->e = (unsigned short)(i % 16);
	w->all = (unsigned long long)i * 0x123456789abcull;
	w->in.x = i % 2;
	w->in.y = -i;
	w->last = (unsigned)i * 12345 % 500000000;
}

static uint32_t weigh(const struct mixed *m, const struct tight *t,
		      const struct wide *w)
{
	uint32_t x = (uint32_t)m->a + m->b + (uint32_t)m->c + m->d +
		     (uint32_t)m->e + m->f + m->yes + 2 * m->no + m->color +
		     (uint32_t)m->sign + (uint32_t)(m->g >> 31) +
		     (uint32_t)(m->h >> 24) + (uint32_t)m->whole +
		     (uint32_t)m->tail;

	x = x * 31 + t->kind + t->a + t->b + t->c + (uint32_t)(t->d >> 33) +
	    t->e;
	return x * 31 + (uint32_t)(w->all >> 20) + w->in.x +
	       (uint32_t)w->in.y + w->last;
}

int main(void)
{
	struct tight *t = calloc(7, sizeof(*t)), lone = { 0 };
	struct wide *w = calloc(2, sizeof(*w));
	struct mixed local = { 0 };

	for (int i = 0; i < 300; i++) {
		set(&global[i % 3], &t[i % 7], &w[i % 2], i);
		set(&local, &lone, &w[1 - i % 2], 3 * i);
		for (int k = 0; k < 3; k++)
			check_mix(weigh(&global[k], &t[k + 4], &w[k % 2]));
		check_mix(weigh(&local, &lone, w));
	}
	free(t);
	free(w);
	return check_done();
}
