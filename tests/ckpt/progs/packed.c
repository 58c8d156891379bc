/* tests: packed and aligned structs, #pragma pack, aligned blocks */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdalign.h>
#include <stdlib.h>

struct node {
	char tag;
	struct node *next;
	double weight;
	short count;
} __attribute__((packed));

#pragma pack(push, 2)
struct half {
	char c;
	long long x;
	void *self;
};
#pragma pack(pop)

struct line {
	alignas(64) int counter;
	char rest[10];
	struct half inner;
};

struct nested {
	char c;
	struct node packed[2];
	alignas(16) double d[2];
	struct {
		char a;
		int b;
	} __attribute__((packed)) odd;
};

static struct line lines[3];
static struct nested *nested;
static alignas(128) int table[5];

int main(void)
{
	struct node *list = NULL;
	struct line *block = aligned_alloc(64, 4 * sizeof(*block));
	struct line local = { 0 };
	int *middle = &table[3];

	nested = calloc(2, sizeof(*nested));
	for (int i = 0; i < 4; i++)
		block[i] = local;
	for (int i = 0; i < 200; i++) {
		struct node *n = malloc(sizeof(*n));
		struct line *l = &lines[i % 3];

		n->tag = (char)(i % 100);
		n->next = list;
		n->weight = i * 0.5;
		n->count = (short)-i;
		list = n;
		l->counter += i;
		l->rest[i % 10]++;
		l->inner.c = (char)(i % 50);
		l->inner.x = (long long)i << 35;
		l->inner.self = &l->inner.x;
		block[i % 4] = *l;
		block[i % 4].inner.self = &block[(i + 1) % 4].rest[i % 10];
		local = block[i % 4];
		nested[i % 2].c = (char)(i % 7);
		nested[i % 2].packed[1] = *n;
		nested[i % 2].d[1] = i / 4.0;
		nested[i % 2].odd.b = i * 3;
		*middle += i;
		if (i % 20 == 0)
			for (n = list; n; n = n->next) {
				check_mix((uint32_t)n->count);
				check_mix((uint32_t)(n->weight * 2));
				check_mix((uint32_t)n->tag);
			}
		check_mix((uint32_t)*(char *)block[i % 4].inner.self);
		check_mix((uint32_t)(*(long long *)l->inner.self >> 35));
		check_mix((uint32_t)(local.counter + table[3]));
		check_mix((uint32_t)(nested[0].d[1] * 4) +
			  (uint32_t)nested[1].odd.b +
			  (uint32_t)nested[1].packed[1].count);
		if ((uintptr_t)block % 64 || (uintptr_t)table % 128)
			printf("not aligned\n");
	}
	return check_done();
}
