/* SPDX-License-Identifier: MIT */
/*
 * Takes other branches of the preprocessor on other architectures: functions,
 * types, variables and lines that exist on one side only. It has polls (loops,
 * recursion) only in what all sides have.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#include <string.h>
#endif

struct node {
	struct node *next;
	uint32_t value;
};

#if __SIZEOF_POINTER__ == 8
struct only_wide {
	uint64_t word;
	double twice;
};
static struct only_wide wide = { 1, 2 };

static uint32_t fold(uint64_t x)
{
	wide.word ^= x;
	return (uint32_t)(x >> 32) ^ (uint32_t)x;
}
#else
static uint32_t narrow_calls;

static uint32_t high_word(uint64_t x)
{
	return (uint32_t)(x >> 32);
}

static uint32_t fold(uint64_t x)
{
	narrow_calls++;
	return high_word(x) ^ (uint32_t)x;
}
#endif

static uint32_t bytes(const uint32_t *x)
{
	unsigned char b[4];

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	memcpy(b, x, 4);
#else
	b[0] = (unsigned char)(*x >> 24);
	b[1] = (unsigned char)(*x >> 16);
	b[2] = (unsigned char)(*x >> 8);
	b[3] = (unsigned char)*x;
#endif
	return b[0] * 3u + b[1] * 5u + b[2] * 7u + b[3];
}

#ifdef __s390x__
static int never_called(int n)
{
	return n ? never_called(n - 1) : 0;
}
int (*keep)(int) = never_called;
#endif

int main(void)
{
	struct node *list = NULL;
	uint64_t x = 88172645463325252u;
	uint32_t sum = 0;

	for (int i = 0; i < 3000; i++) {
		struct node *n = malloc(sizeof *n);
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		n->value = fold(x);
		n->next = list;
		list = n;
		sum = sum * 31 + bytes(&n->value);
		if (i % 600 == 0)
			printf("%d: %08x\n", i, (unsigned)sum);
	}
	while (list) {
		struct node *next = list->next;
		sum = sum * 17 + list->value;
		free(list);
		list = next;
	}
	printf("end %08x\n", (unsigned)sum);
	return 0;
}
