/* SPDX-License-Identifier: MIT */
#include "startd/ladder.h"

#include "tests/unit/test.h"

static const struct ladder_limits limits = { .max_vacate_ms = 1000,
					     .killing_ms = 100 };

static struct ladder l;
static struct ladder_in in;

static int setup(void **state)
{
	(void)state;
	ladder_init(&l, 0);
	in = (struct ladder_in){ .want_vacate = true, .resume = true };
	return 0;
}

static unsigned step(int64_t now_ms)
{
	in.now_ms = now_ms;
	return ladder_step(&l, &in, &limits);
}

static void owner_comes(void)
{
	in.suspend = true;
	in.resume = false;
}

static void test_owner_freezes_at_once(void **state)
{
	(void)state;
	assert_int_equal(step(0), 0);
	owner_comes();
	assert_int_equal(step(1), LADDER_DO_FREEZE);
	assert_int_equal(l.state, LADDER_FROZEN);
	assert_int_equal(step(2), 0);
}

static void test_owner_leaves_soon(void **state)
{
	(void)state;
	owner_comes();
	step(1);
	in.suspend = false;
	/* CONTINUE does not hold yet. */
	assert_int_equal(step(2), 0);
	in.resume = true;
	assert_int_equal(step(3), LADDER_DO_THAW);
	assert_int_equal(l.state, LADDER_RUNNING);
}

static void test_owner_stays(void **state)
{
	(void)state;
	owner_comes();
	step(1);
	in.preempt = true;
	assert_int_equal(step(50),
			 LADDER_DO_CAP | LADDER_DO_TERM | LADDER_DO_THAW);
	assert_int_equal(l.state, LADDER_LEAVING);
	assert_int_equal(l.why, LADDER_WHY_POLICY);
	assert_int_equal(ladder_deadline_ms(&l, &limits), 1050);
	assert_int_equal(step(1049), 0);
	in.ended = true;
	assert_int_equal(step(1049), 0);
	assert_int_equal(l.state, LADDER_ENDED);
	assert_int_equal(ladder_deadline_ms(&l, &limits), INT64_MAX);
}

static void test_leaving_is_not_taken_back(void **state)
{
	(void)state;
	owner_comes();
	step(1);
	in.preempt = true;
	step(2);
	in = (struct ladder_in){ .resume = true, .want_vacate = true };
	/* The SIGTERM is out; but nobody minds its speed now. */
	assert_int_equal(step(3), LADDER_DO_UNCAP);
	assert_int_equal(l.state, LADDER_LEAVING);
	owner_comes();
	assert_int_equal(step(4), LADDER_DO_CAP);
}

static void test_kill_at_the_limit_and_again(void **state)
{
	unsigned kill_thaw = LADDER_DO_KILL | LADDER_DO_THAW;

	(void)state;
	in.vacate_asked = true;
	/* Nobody is at the machine: no cap. */
	assert_int_equal(step(0), LADDER_DO_TERM);
	assert_int_equal(step(999), 0);
	assert_int_equal(step(1000), kill_thaw);
	assert_int_equal(l.state, LADDER_KILLING);
	assert_int_equal(l.why, LADDER_WHY_ASKED);
	assert_int_equal(step(1099), 0);
	assert_int_equal(step(1100), kill_thaw);
	assert_int_equal(ladder_deadline_ms(&l, &limits), 1200);
}

static void test_kill_expression_and_no_vacate(void **state)
{
	(void)state;
	in.vacate_asked = true;
	step(0);
	in.kill = true;
	assert_true(step(1) & LADDER_DO_KILL);

	setup(state);
	in.preempt = true;
	in.want_vacate = false;
	assert_int_equal(step(1), LADDER_DO_KILL | LADDER_DO_THAW);
}

static void test_removal_kills_from_each_state(void **state)
{
	int i;

	for (i = 0; i < 3; i++) {
		setup(state);
		if (i >= 1)
			owner_comes();
		step(1);
		if (i >= 2)
			in.preempt = true;
		step(2);
		in.kill_asked = true;
		assert_int_equal(step(3), LADDER_DO_KILL | LADDER_DO_THAW);
		assert_int_equal(l.why, LADDER_WHY_REMOVED);
	}
}

static void test_suspended_by_its_user(void **state)
{
	(void)state;
	in.suspend_asked = true;
	assert_int_equal(step(1), LADDER_DO_FREEZE);
	/* PREEMPT counts how long it is suspended: not for this reason. */
	in.preempt = true;
	assert_int_equal(step(2), 0);
	in.preempt = false;
	in.suspend_asked = false;
	assert_int_equal(step(3), LADDER_DO_THAW);
}

static void test_owner_meets_suspended_job(void **state)
{
	(void)state;
	in.suspend_asked = true;
	step(1);
	owner_comes();
	assert_int_equal(step(2), 0);
	assert_int_equal(l.why, LADDER_WHY_POLICY);
	/* The owner goes; the user still wants it suspended. */
	in.suspend = false;
	in.resume = true;
	assert_int_equal(step(3), 0);
	assert_int_equal(l.state, LADDER_FROZEN);
	in.suspend_asked = false;
	assert_int_equal(step(4), LADDER_DO_THAW);
}

/*
 * Whatever comes, in any order: a job that was frozen is thawed before it is
 * waited for, never runs uncapped beside the owner while it leaves, and is
 * not signalled once it has ended.
 */
static void test_any_order(void **state)
{
	unsigned seed;

	for (seed = 1; seed < 2000; seed++) {
		bool frozen = false, capped = false, termed = false;
		int64_t now_ms;

		setup(state);
		srand(seed);
		for (now_ms = 0; now_ms < 3000; now_ms += rand() % 60) {
			unsigned acts;

			in.suspend = rand() % 3 == 0;
			in.resume = !in.suspend && rand() % 2;
			in.preempt = rand() % 20 == 0;
			in.vacate_asked |= rand() % 100 == 0;
			in.kill_asked |= rand() % 200 == 0;
			in.ended |= rand() % 200 == 0;
			acts = step(now_ms);
			frozen |= !!(acts & LADDER_DO_FREEZE);
			capped |= !!(acts & LADDER_DO_CAP);
			capped &= !(acts & LADDER_DO_UNCAP);
			termed |= !!(acts & LADDER_DO_TERM);
			if (acts & LADDER_DO_THAW)
				frozen = false;
			if (l.state == LADDER_ENDED) {
				assert_int_equal(acts, 0);
				break;
			}
			assert_int_equal(frozen, l.state == LADDER_FROZEN);
			if (l.state == LADDER_LEAVING) {
				assert_true(termed);
				assert_true(capped || !in.suspend);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_owner_freezes_at_once, setup),
		cmocka_unit_test_setup(test_owner_leaves_soon, setup),
		cmocka_unit_test_setup(test_owner_stays, setup),
		cmocka_unit_test_setup(test_leaving_is_not_taken_back, setup),
		cmocka_unit_test_setup(test_kill_at_the_limit_and_again, setup),
		cmocka_unit_test_setup(test_kill_expression_and_no_vacate,
				       setup),
		cmocka_unit_test_setup(test_removal_kills_from_each_state,
				       setup),
		cmocka_unit_test_setup(test_suspended_by_its_user, setup),
		cmocka_unit_test_setup(test_owner_meets_suspended_job, setup),
		cmocka_unit_test_setup(test_any_order, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
