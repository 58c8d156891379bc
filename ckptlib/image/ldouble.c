/* SPDX-License-Identifier: MIT */
/*
 * Each format is taken apart with integers, and put together with this
 * machine's own long double arithmetic.
 */
#include "ckptlib/image/ldouble.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

/* Bytes of the value, least significant first. */
static void little(unsigned char *to, const unsigned char *from, size_t n,
		   int big_endian)
{
	size_t i;

	for (i = 0; i < n; i++)
		to[i] = from[big_endian ? n - 1 - i : i];
}

static uint64_t bits_of(const unsigned char *p, int bytes)
{
	uint64_t v = 0;

	while (bytes-- > 0)
		v = v << 8 | p[bytes];
	return v;
}

static double double_of(const unsigned char *p, int big_endian)
{
	unsigned char b[8];
	uint64_t bits;
	double d;

	little(b, p, 8, big_endian);
	bits = bits_of(b, 8);
	memcpy(&d, &bits, sizeof(d));
	return d;
}

/* x * 2^e without libm: by squares, exact but for over- and underflow. */
static long double scale(long double x, int e)
{
	long double factor = e < 0 ? 0.5L : 2.0L;
	unsigned n = e < 0 ? 0u - (unsigned)e : (unsigned)e;

	for (; n && x != 0; n >>= 1) {
		if (n & 1)
			x *= factor;
		if (n > 1)
			factor *= factor;
	}
	return x;
}

/*
 * v * 2^e: exact where long double has 64 bits or more, else rounded once. In
 * two steps, so that no power overflows where the result does not.
 */
static long double whole(uint64_t v, int e)
{
	long double x =
		(long double)(uint32_t)(v >> 32) * 4294967296.0L + (uint32_t)v;

	return scale(scale(x, e / 2), e - e / 2);
}

/* The 113 bits high:low times 2^e, rounded once. */
static long double wide(uint64_t high, uint64_t low, int e)
{
	uint64_t top = high << 15 | low >> 49;
	uint64_t rest = low << 15 >> 15;

	/* Too narrow for the top alone: the rest only breaks ties. */
	if (LDBL_MANT_DIG < 64)
		return whole(top | (rest != 0), e + 49);
	return whole(top, e + 49) + whole(rest, e);
}

#define EXPONENT_MAX  0x7fff
#define EXPONENT_BIAS 16383

static int from_x87(const unsigned char *p, long double *ret)
{
	uint64_t mantissa = bits_of(p, 8);
	unsigned top = (unsigned)bits_of(p + 8, 2);
	int exponent = (int)(top & 0x7fff);
	long double v;

	if (exponent == EXPONENT_MAX)
		v = mantissa << 1 ? NAN : INFINITY;
	else
		v = whole(mantissa,
			  (exponent ? exponent : 1) - EXPONENT_BIAS - 63);
	*ret = top & 0x8000 ? -v : v;
	return exponent != EXPONENT_MAX && isinf(v) ? -1 : 0;
}

static int from_binary128(const unsigned char *p, long double *ret)
{
	uint64_t low = bits_of(p, 8);
	uint64_t high = bits_of(p + 8, 6);
	unsigned top = (unsigned)bits_of(p + 14, 2);
	int exponent = (int)(top & 0x7fff);
	long double v;

	if (exponent == EXPONENT_MAX) {
		v = high || low ? NAN : INFINITY;
	} else {
		if (exponent)
			high |= (uint64_t)1 << 48;
		v = wide(high, low,
			 (exponent ? exponent : 1) - EXPONENT_BIAS - 112);
	}
	*ret = top & 0x8000 ? -v : v;
	return exponent != EXPONENT_MAX && isinf(v) ? -1 : 0;
}

int ckpti_ldouble_convert(const unsigned char *from, enum img_ldouble format,
			  int big_endian, long double *ret_value)
{
	unsigned char bytes[16];
	double high, low;

	switch (format) {
	case IMG_LD_BINARY64:
		*ret_value = double_of(from, big_endian);
		return 0;
	case IMG_LD_X87:
		little(bytes, from, 10, big_endian);
		return from_x87(bytes, ret_value);
	case IMG_LD_BINARY128:
		little(bytes, from, 16, big_endian);
		return from_binary128(bytes, ret_value);
	case IMG_LD_DOUBLE_DOUBLE:
		/* The first double is the high one in either byte order. */
		high = double_of(from, big_endian);
		low = double_of(from + 8, big_endian);
		*ret_value = isfinite(high) ? (long double)high + low : high;
		return 0;
	}
	return -1;
}
