/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "scheduler/share.h"

#include <math.h>

static void near(double got, double want)
{
	if (fabs(got - want) > want * 0.01)
		fail_msg("%g is not %g", got, want);
}

/* HTCondor's manual: alone on 100 slots for 48 h the priority is 75. */
static void test_half_life(void **state)
{
	struct share s;

	(void)state;
	share_init(&s, 0);
	share_use(&s, 0, 100);
	share_update(&s, 2 * 86400);
	near(s.priority, 75);
	near(s.usage_s, 100.0 * 2 * 86400);
	share_use(&s, 2 * 86400, -100);
	share_update(&s, 3 * 86400);
	near(s.priority, 37.5);
	share_update(&s, 1000 * 86400);
	near(s.priority, SHARE_FLOOR);
}

static void test_clock_set_back(void **state)
{
	struct share s;

	(void)state;
	share_init(&s, 1000);
	share_use(&s, 1000, 1);
	share_update(&s, 10);
	near(s.priority, SHARE_FLOOR);
	assert_true(s.usage_s == 0);
}

/* Slots are dealt in inverse proportion to the effective priority. */
static void test_shares(void **state)
{
	struct share a, b;

	(void)state;
	share_init(&a, 0);
	share_init(&b, 0);
	b.factor = 3 * a.factor;
	for (int i = 0; i < 100; i++) {
		struct share *next = share_turn(&a) <= share_turn(&b) ? &a : &b;

		next->in_use++;
	}
	assert_in_range(a.in_use, 74, 76);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_half_life),
		cmocka_unit_test(test_clock_set_back),
		cmocka_unit_test(test_shares),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
