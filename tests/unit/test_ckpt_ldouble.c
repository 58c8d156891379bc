/* SPDX-License-Identifier: MIT */
/* long double as the other machines write it, into this one's. */
#include "tests/unit/test.h"

#include <float.h>
#include <math.h>

#include "ckptlib/image/ldouble.h"

struct sample {
	const char *hex; /* big-endian, most significant byte first */
	enum img_ldouble format;
	long double value;
};

/* gcc's own bytes for these values on s390x, ppc64, armhf and x86-64. */
static const struct sample samples[] = {
	{ "3fff0000000000000000000000000000", IMG_LD_BINARY128, 1.0L },
	{ "c0008000000000000000000000000000", IMG_LD_BINARY128, -3.0L },
	{ "3ffd5555555555555555555555555555", IMG_LD_BINARY128, 1.0L / 3 },
	{ "3ffb999999999999999999999999999a", IMG_LD_BINARY128, 0.1L },
	{ "00000000000000000000000000000000", IMG_LD_BINARY128, 0.0L },
	{ "80000000000000000000000000000000", IMG_LD_BINARY128, -0.0L },
	{ "7fff0000000000000000000000000000", IMG_LD_BINARY128, INFINITY },
	{ "3ff00000000000000000000000000000", IMG_LD_DOUBLE_DOUBLE, 1.0L },
	{ "3fd55555555555553c75555555555555", IMG_LD_DOUBLE_DOUBLE, 1.0L / 3 },
	{ "c0080000000000000000000000000000", IMG_LD_DOUBLE_DOUBLE, -3.0L },
	{ "7ff00000000000000000000000000000", IMG_LD_DOUBLE_DOUBLE, INFINITY },
	{ "3ff8000000000000", IMG_LD_BINARY64, 1.5L },
	{ "bfb999999999999a", IMG_LD_BINARY64, -0.1 },
	{ "3fff8000000000000000", IMG_LD_X87, 1.0L },
	{ "c000c000000000000000", IMG_LD_X87, -3.0L },
	{ "7fff8000000000000000", IMG_LD_X87, INFINITY },
};

static size_t bytes_of(const char *hex, unsigned char *bytes)
{
	size_t n;
	unsigned v;

	for (n = 0; hex[2 * n]; n++) {
		sscanf(hex + 2 * n, "%2x", &v);
		bytes[n] = (unsigned char)v;
	}
	return n;
}

/* The other byte order; a double-double keeps its halves' order. */
static void turn(unsigned char *to, const unsigned char *from, size_t n,
		 enum img_ldouble format)
{
	size_t i, part = format == IMG_LD_DOUBLE_DOUBLE ? 8 : n;

	for (i = 0; i < n; i++)
		to[i] = from[i / part * part + part - 1 - i % part];
}

static void test_samples(void **state)
{
	unsigned char big[16], little[16];
	long double v, w;
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		const struct sample *s = &samples[i];

		n = bytes_of(s->hex, big);
		turn(little, big, n, s->format);
		assert_int_equal(ckpti_ldouble_convert(big, s->format, 1, &v),
				 0);
		assert_int_equal(
			ckpti_ldouble_convert(little, s->format, 0, &w), 0);
		assert_true(v == w);
		assert_true(signbit(v) == signbit(w));
		/* formats of other precision differ in the last bit */
		assert_true(v == s->value ||
			    fabsl(v - s->value) < fabsl(s->value) * 2e-32L ||
			    (s->format == IMG_LD_DOUBLE_DOUBLE &&
			     fabsl(v - s->value) <=
				     fabsl(s->value) * LDBL_EPSILON));
		assert_true(signbit(v) == signbit(s->value));
	}
}

static void test_not_a_number(void **state)
{
	unsigned char bytes[16];
	long double v;

	(void)state;
	bytes_of("7fff8000000000000000000000000000", bytes);
	ckpti_ldouble_convert(bytes, IMG_LD_BINARY128, 1, &v);
	assert_true(isnan(v));
	bytes_of("7fffc000000000000000", bytes);
	ckpti_ldouble_convert(bytes, IMG_LD_X87, 1, &v);
	assert_true(isnan(v));
	bytes_of("7ff8000000000000", bytes);
	ckpti_ldouble_convert(bytes, IMG_LD_BINARY64, 1, &v);
	assert_true(isnan(v));
}

/* This machine's own bytes come back as they were. */
static void test_own(void **state)
{
	const long double values[] = { 0.1L,	 -1e300L,
				       1e-300L,	 LDBL_MAX,
				       LDBL_MIN, 3.14159265358979323846L };
	enum img_ldouble own = LDBL_MANT_DIG == 64    ? IMG_LD_X87
			       : LDBL_MANT_DIG == 113 ? IMG_LD_BINARY128
			       : LDBL_MANT_DIG == 106 ? IMG_LD_DOUBLE_DOUBLE
						      : IMG_LD_BINARY64;
	unsigned char bytes[sizeof(long double)];
	long double v;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		memcpy(bytes, &values[i], sizeof(bytes));
		assert_int_equal(ckpti_ldouble_convert(
					 bytes, own,
					 __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__,
					 &v),
				 0);
		assert_true(v == values[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_not_a_number),
		cmocka_unit_test(test_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
