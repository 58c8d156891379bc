/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include <time.h>

#include "common/base/clock.h"

static void test_real(void **state)
{
	int64_t a = clock_mono_ns(), b = clock_mono_ns();

	(void)state;
	assert_true(b >= a);
	assert_true(llabs(clock_real_ms() / 1000 - (long long)time(NULL)) <= 1);
	assert_true(clock_boot_ms() >= clock_mono_ms() - 1);
}

static void test_held(void **state)
{
	(void)state;
	clock_hold(5000);
	assert_int_equal(clock_mono_ms(), 5000);
	assert_int_equal(clock_boot_ms(), 5000);
	assert_int_equal(clock_real_ms(), 5000);
	clock_advance(250);
	assert_true(clock_mono_ns() == 5250000000);
	clock_release();
	assert_true(clock_real_ms() > 1000000000000);
}

static void test_scale(void **state)
{
	(void)state;
	setenv("HARRIER_CLOCK_SCALE", "0.01", 1);
	assert_int_equal(clock_scaled_ms(60000), 600);
	assert_int_equal(clock_scaled_ms(1), 1);
	assert_int_equal(clock_scaled_ms(0), 0);
	clock_set_scale(1);
	assert_int_equal(clock_scaled_ms(60000), 60000);
	/* Read anew: nonsense in the environment is 1. */
	setenv("HARRIER_CLOCK_SCALE", "-3", 1);
	clock_set_scale(0);
	assert_int_equal(clock_scaled_ms(60000), 60000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_real),
		cmocka_unit_test(test_held),
		cmocka_unit_test(test_scale),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
