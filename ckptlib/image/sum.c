/* SPDX-License-Identifier: MIT */
/* After the specification of XXH64 (github.com/Cyan4973/xxHash, doc/). */
#include "ckptlib/image/sum.h"

#include <string.h>

#define P1 0x9e3779b185ebca87u
#define P2 0xc2b2ae3d27d4eb4fu
#define P3 0x165667b19e3779f9u
#define P4 0x85ebca77c2b2ae63u
#define P5 0x27d4eb2f165667c5u

static inline uint64_t rotate(uint64_t x, int n)
{
	return x << n | x >> (64 - n);
}

static inline uint64_t load64(const unsigned char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	return v;
}

static inline uint32_t load32(const unsigned char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap32(v);
#endif
	return v;
}

static inline uint64_t round64(uint64_t lane, uint64_t input)
{
	return rotate(lane + input * P2, 31) * P1;
}

void ckpti_sum_init(struct ckpti_sum *sum)
{
	memset(sum, 0, sizeof(*sum));
	sum->lane[0] = P1 + P2;
	sum->lane[1] = P2;
	sum->lane[3] = 0 - P1;
}

/* n: a multiple of 32 */
static void stripes(struct ckpti_sum *sum, const unsigned char *p, size_t n)
{
	uint64_t a = sum->lane[0], b = sum->lane[1];
	uint64_t c = sum->lane[2], d = sum->lane[3];
	const unsigned char *end = p + n;

	for (; p < end; p += 32) {
		a = round64(a, load64(p));
		b = round64(b, load64(p + 8));
		c = round64(c, load64(p + 16));
		d = round64(d, load64(p + 24));
	}
	sum->lane[0] = a;
	sum->lane[1] = b;
	sum->lane[2] = c;
	sum->lane[3] = d;
}

void ckpti_sum_add(struct ckpti_sum *sum, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;
	size_t part;

	sum->total += n;
	if (sum->ntail) {
		part = 32 - sum->ntail < n ? 32 - sum->ntail : n;
		memcpy(sum->tail + sum->ntail, p, part);
		sum->ntail += part;
		p += part;
		n -= part;
		if (sum->ntail < 32)
			return;
		stripes(sum, sum->tail, 32);
		sum->ntail = 0;
	}
	part = n & ~(size_t)31;
	stripes(sum, p, part);
	memcpy(sum->tail, p + part, n - part);
	sum->ntail = n - part;
}

static uint64_t merge(uint64_t h, uint64_t lane)
{
	return (h ^ round64(0, lane)) * P1 + P4;
}

uint64_t ckpti_sum_value(const struct ckpti_sum *sum)
{
	const unsigned char *p = sum->tail;
	size_t n = sum->ntail;
	uint64_t h = P5;
	int i;

	if (sum->total >= 32) {
		h = rotate(sum->lane[0], 1) + rotate(sum->lane[1], 7) +
		    rotate(sum->lane[2], 12) + rotate(sum->lane[3], 18);
		for (i = 0; i < 4; i++)
			h = merge(h, sum->lane[i]);
	}
	h += sum->total;
	for (; n >= 8; p += 8, n -= 8)
		h = rotate(h ^ round64(0, load64(p)), 27) * P1 + P4;
	if (n >= 4) {
		h = rotate(h ^ load32(p) * P1, 23) * P2 + P3;
		p += 4;
		n -= 4;
	}
	for (; n > 0; p++, n--)
		h = rotate(h ^ *p * P5, 11) * P1;
	h = (h ^ h >> 33) * P2;
	h = (h ^ h >> 29) * P3;
	return h ^ h >> 32;
}
