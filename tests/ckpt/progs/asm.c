/* tests: inline assembly that keeps no state, beside resume points */
/* SPDX-License-Identifier: MIT */
#include "check.h"

static unsigned barriers;
static int rounds = 6;

static uint32_t swap(uint32_t x)
{
	uint32_t y = x;

#if defined __x86_64__ || defined __i386__
	__asm__("bswap %0" : "+r"(y));
#elif defined __arm__ || defined __aarch64__
#ifdef __aarch64__
	__asm__("rev %w0, %w1" : "=r"(y) : "r"(x));
#else
	__asm__("rev %0, %1" : "=r"(y) : "r"(x));
#endif
#else
	y = x >> 24 | (x >> 8 & 0xff00) | (x << 8 & 0xff0000) | x << 24;
	__asm__ volatile("" : "+r"(y));
#endif
	return y;
}

static int poll_some(int x)
{
	for (int i = 0; i < rounds / 2; i++) {
		__asm__ volatile("" ::: "memory");
		barriers++;
		x += i;
	}
	return x - 3;
}

/* The optimiser's hands are tied around a call that is a resume point. */
static uint32_t opaque(uint32_t seed)
{
	uint32_t sum = seed, array[4] = { 1, 2, 3, 4 };

	for (int i = 0; i < rounds; i++) {
		uint32_t x = seed + (uint32_t)i;

		__asm__("" : "+r"(x));
		x = swap(x) ^ (uint32_t)poll_some(i);
		__asm__ volatile("" : "+m"(array) : "r"(&sum) : "memory");
		sum = sum * 31 + x + array[i & 3];
		__asm__ volatile(".Lhere%=:" : "+r"(sum));
	}
	return sum;
}

int main(void)
{
	for (uint32_t i = 0; i < 8; i++)
		check_mix(opaque(i * 77));
	printf("%u\n", barriers);
	return check_done();
}
