/* tests: packed, negative, unsigned and 64-bit enums; enums as array index */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>

enum small { A, B, C = 200 } __attribute__((packed));
enum negative { MINUS = -100000, ZERO = 0, PLUS = 100000 };
enum big { HUGE_ONE = 0x123456789abLL, TINY = 1 };
enum low { LOW = -0x123456789abLL, HIGH = 5 };
enum top { TOP = 0xffffffffu, BOTTOM = 0 };

struct all {
	enum small s[3];
	enum negative n;
	enum big b;
	enum low l;
	enum top t;
	enum { LOCAL_ONE = 1, LOCAL_TWO } nameless;
};

static enum small letters[256];
static struct all global;

int main(void)
{
	struct all *heap = calloc(4, sizeof(*heap)), local = { 0 };
	enum big b = TINY;

	for (int i = 0; i < 200; i++) {
		struct all *a = &heap[i % 4];

		a->s[i % 3] = i % 2 ? C : B;
		a->n = i % 3 ? MINUS : PLUS;
		a->b = i % 5 ? HUGE_ONE : TINY;
		a->l = i % 2 ? LOW : HIGH;
		a->t = i % 4 ? TOP : BOTTOM;
		a->nameless = i % 2 ? LOCAL_TWO : LOCAL_ONE;
		letters[i] = a->s[i % 3];
		b = i % 2 ? HUGE_ONE : TINY;
		local = *a;
		global = heap[(i + 1) % 4];
		check_mix((uint32_t)local.s[i % 3] + (uint32_t)local.n +
			  (uint32_t)(local.b >> 8) + (uint32_t)(local.l >> 8) +
			  (uint32_t)local.t + (uint32_t)local.nameless);
		check_mix((uint32_t)(global.b >> 12) + (uint32_t)global.n +
			  (uint32_t)(b >> 4));
		check_mix((uint32_t)letters[i / 2]);
	}
	free(heap);
	return check_done();
}
