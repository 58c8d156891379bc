/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "scheduler/policy.h"
#include "scheduler/share.h"

#include <math.h>

#define DAY 86400

static void near(double got, double want)
{
	if (fabs(got - want) > fabs(want) * 0.01)
		fail_msg("%g is not %g", got, want);
}

static struct share make(const struct policy *p)
{
	struct share s;

	share_init(&s, p, false, 0);
	return s;
}

/* HTCondor's manual: alone on 100 slots for 48 h the priority is 75. */
static void test_half_life(void **state)
{
	struct share s = make(&policy_default);

	(void)state;
	share_use(&s, 0, 100);
	share_update(&s, 2 * DAY);
	near(s.priority, 75);
	near(share_effective(&s), 75000);
	near(s.usage_s, 100.0 * 2 * DAY);
	share_use(&s, 2 * DAY, -100);
	share_update(&s, 3 * DAY);
	near(s.priority, 37.5);
	assert_int_equal(s.first_used, 0);
	assert_int_equal(s.last_used, 2 * DAY);
	share_update(&s, 1000 * DAY);
	near(s.priority, SHARE_FLOOR);
	near(s.usage_s, 100.0 * 2 * DAY);
}

static void test_half_life_is_set(void **state)
{
	struct policy p = policy_default;
	struct share s;

	(void)state;
	p.half_life_s = 3600;
	s = make(&p);
	share_use(&s, 0, 8);
	share_update(&s, 3600);
	near(s.priority, 4.25);
}

static void test_clock_set_back(void **state)
{
	struct share s;

	(void)state;
	share_init(&s, &policy_default, false, 1000);
	share_use(&s, 1000, 1);
	share_update(&s, 10);
	near(s.priority, SHARE_FLOOR);
	assert_true(s.usage_s == 0);
	share_update(&s, 20);
	assert_true(s.usage_s == 10);
}

/* Slots are dealt in inverse proportion to the effective priority. */
static void test_turns(void **state)
{
	struct share a = make(&policy_default), b = a, nice;

	(void)state;
	share_init(&nice, &policy_default, true, 0);
	b.factor = 3 * a.factor;
	for (int i = 0; i < 100; i++) {
		struct share *next = share_turn(&a) <= share_turn(&b) ? &a : &b;

		assert_true(share_turn(&nice) > share_turn(next));
		next->in_use++;
	}
	assert_true(a.in_use == 75);
}

/* Cores, not jobs, count: one of 4 cores weighs as much as four of one. */
static void test_weights(void **state)
{
	struct share a = make(&policy_default), b = a;

	(void)state;
	while (a.in_use + b.in_use < 80) {
		if (share_turn(&a) <= share_turn(&b))
			share_use(&a, 0, 4);
		else
			share_use(&b, 0, 1);
	}
	assert_in_range((int)a.in_use, 38, 42);
}

static void test_floor_comes_first(void **state)
{
	struct share a = make(&policy_default), b = a;

	(void)state;
	b.floor = 5;
	b.factor = 1e10;
	b.priority = 500;
	for (int i = 0; i < 20; i++) {
		struct share *next = share_turn(&a) <= share_turn(&b) ? &a : &b;

		assert_ptr_equal(next, i < 5 ? &b : &a);
		share_use(next, 0, 1);
	}
}

static void test_ceiling(void **state)
{
	struct share a = make(&policy_default);

	(void)state;
	assert_true(share_allows(&a, 1e6));
	a.ceiling = 4;
	share_use(&a, 0, 3);
	assert_true(share_allows(&a, 1));
	assert_false(share_allows(&a, 2));
	a.ceiling = 0;
	assert_false(share_allows(&a, 1));
}

static void test_preemption(void **state)
{
	struct policy p = policy_default;
	struct share a, b, nice;

	(void)state;
	a = b = make(&p);
	share_init(&nice, &p, true, 0);
	b.priority = 100;
	b.in_use = nice.in_use = 10;
	assert_false(share_may_preempt(&a, &b, 7200)); /* off by default */
	p.preempt = true;
	assert_true(share_may_preempt(&a, &b, 7200));
	assert_false(share_may_preempt(&a, &b, 3599));
	assert_false(share_may_preempt(&b, &a, 7200));
	assert_false(share_may_preempt(&b, &b, 7200));
	assert_true(share_may_preempt(&b, &nice, 0));
	assert_false(share_may_preempt(&nice, &nice, 7200));
	b.priority = 1.19 * a.priority; /* not enough better */
	assert_false(share_may_preempt(&a, &b, 7200));
	b.priority = 100;
	b.floor = 10; /* what is his is not taken */
	assert_false(share_may_preempt(&a, &b, 7200));
}

static void test_updown_index(void **state)
{
	struct policy p = policy_default;
	struct share s;

	(void)state;
	p.ops = &policy_updown;
	s = make(&p);
	share_wait(&s, 0, 3);
	share_update(&s, 600); /* five cycles of waiting */
	near(s.index, 5);
	share_use(&s, 600, 2);
	near(s.index, 3); /* a grant costs 1 */
	share_update(&s, 1200);
	near(s.index, -2); /* five cycles, 1 - 2 each */
	share_use(&s, 1200, -2);
	share_wait(&s, 1200, -3);
	share_update(&s, 1212);
	near(s.index, -1); /* wants nothing: a tenth of ten */
	share_update(&s, 5000);
	assert_true(s.index == 0);
	share_use(&s, 5000, 1e6);
	near(s.index, -p.index_max);
}

static void test_updown_preempts(void **state)
{
	struct policy p = policy_default;
	struct share light, heavy;

	(void)state;
	p.ops = &policy_updown;
	p.preempt = true;
	light = heavy = make(&p);
	share_use(&heavy, 0, 100);
	assert_true(share_may_preempt(&light, &heavy, 3600));
	assert_false(share_may_preempt(&light, &heavy, 3599));
	assert_false(share_may_preempt(&heavy, &light, 3600));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_half_life),
		cmocka_unit_test(test_half_life_is_set),
		cmocka_unit_test(test_clock_set_back),
		cmocka_unit_test(test_turns),
		cmocka_unit_test(test_weights),
		cmocka_unit_test(test_floor_comes_first),
		cmocka_unit_test(test_ceiling),
		cmocka_unit_test(test_preemption),
		cmocka_unit_test(test_updown_index),
		cmocka_unit_test(test_updown_preempts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
