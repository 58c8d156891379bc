/* SPDX-License-Identifier: MIT */
#include "startd/load.h"

#include "common/base/clock.h"

#include "tests/unit/test.h"

#define S INT64_C(1000000)

static void test_shares(void **state)
{
	struct load l;

	(void)state;
	load_init(&l);
	load_sample(&l, 1000, 100 * S, 50 * S, 0.5);
	assert_true(l.cores == 0);
	load_sample(&l, 3000, 103 * S, 52 * S, 0.5);
	assert_true(l.cores == 1.5);
	assert_true(l.job_cores == 1.0);
	assert_int_equal(l.busy_since_ms, 3000);
	load_sample(&l, 5000, 107 * S, 54 * S, 0.5);
	assert_int_equal(l.busy_since_ms, 3000);
	/* Only jobs work. */
	load_sample(&l, 7000, 109 * S, 56 * S, 0.5);
	assert_int_equal(l.busy_since_ms, -1);
	/* A job that ended took its sum along; the clocks differ a little. */
	load_sample(&l, 9000, 110 * S, 10 * S, 0.5);
	assert_true(l.job_cores == 0);
	load_sample(&l, 11000, 111 * S, 13 * S, 0.5);
	assert_true(l.job_cores == l.cores);
	load_sample(&l, 11000, 111 * S, 13 * S, 0.5);
	assert_true(l.cores == 0.5);
}

/* This process works: the machine's sum must grow by it. */
static void test_machine_counts(void **state)
{
	int64_t before_us = load_busy_us(), limit_ms = clock_mono_ms() + 10000;

	(void)state;
	assert_true(before_us > 0);
	while (load_busy_us() - before_us < 50000)
		assert_true(clock_mono_ms() < limit_ms);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shares),
		cmocka_unit_test(test_machine_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
