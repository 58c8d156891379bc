/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "scheduler/health.h"

static const int64_t minute = 60000;

static void test_quick_good_jobs_are_fine(void **state)
{
	struct health h = { 0 };
	struct health_kind k = { 0 };

	(void)state;
	for (int i = 0; i < 1000; i++)
		assert_false(health_note(&h, "h", &k, 1, HEALTH_GOOD, i));
	assert_int_equal(health_state(&h), HEALTH_OK);
}

static void test_jobs_of_several_kinds(void **state)
{
	struct health_kind k[3] = { 0 };
	struct health h = { 0 };

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_false(health_note(&h, "h", &k[i % 3], i % 3, HEALTH_BAD,
					 i * minute));
	assert_true(health_note(&h, "h", &k[1], 1, HEALTH_BAD, 4 * minute));
	assert_int_equal(health_state(&h), HEALTH_ASIDE);
}

/* Exit code 1 within a second is what many jobs have to say. */
static void test_exit_codes_are_the_jobs(void **state)
{
	struct health_kind k[3] = { 0 };
	struct health h = { 0 };

	(void)state;
	for (int i = 0; i < 3; i++)
		health_note(&h, "h", &k[i], i, HEALTH_GOOD, i);
	for (int i = 0; i < 100; i++)
		assert_false(health_note(&h, "h", &k[i % 3], i % 3,
					 HEALTH_DOUBTFUL, i));
}

/* One that runs well in between is no black hole. */
static void test_a_good_run_between(void **state)
{
	struct health_kind k[3] = { 0 };
	struct health h = { 0 };

	(void)state;
	for (int i = 0; i < 100; i++)
		assert_false(health_note(&h, "h", &k[i % 3], i % 3,
					 i % 4 ? HEALTH_BAD : HEALTH_GOOD, i));
	h = (struct health){ 0 };
	/* Nor is one that fails now and then, hours between. */
	for (int i = 0; i < 100; i++)
		assert_false(health_note(&h, "h", &k[i % 3], i % 3, HEALTH_BAD,
					 i * 30 * minute));
}

/* It fails wherever it comes: that is the job. */
static void test_one_bad_job(void **state)
{
	struct health h[4] = { 0 };
	struct health_kind k = { 0 };
	static const char *const names[] = { "a", "b", "c", "d" };

	(void)state;
	for (int i = 0; i < 40; i++)
		assert_false(health_note(&h[i % 4], names[i % 4], &k, 7,
					 HEALTH_BAD, i));
	/* On one host alone it is no proof either. */
	k = (struct health_kind){ 0 };
	for (int i = 0; i < 40; i++)
		assert_false(health_note(&h[0], "a", &k, 8, HEALTH_BAD, i));
}

/* The same jobs run well elsewhere: then it is the host. */
static void test_proven_elsewhere(void **state)
{
	struct health good = { 0 }, hole = { 0 };
	struct health_kind k = { 0 };
	int i = 0;

	(void)state;
	health_note(&good, "good", &k, 7, HEALTH_GOOD, 0);
	while (!health_note(&hole, "hole", &k, 7, HEALTH_DOUBTFUL, i))
		i++;
	assert_int_equal(i, 4);
	assert_int_equal(health_state(&good), HEALTH_OK);
	assert_int_equal(health_state(&hole), HEALTH_ASIDE);
}

static void test_probation(void **state)
{
	struct health_kind k[3] = { 0 };
	struct health h = { 0 };
	int64_t now = 0;

	(void)state;
	for (int i = 0; i < 5; i++)
		health_note(&h, "h", &k[i % 3], i % 3, HEALTH_BAD, now);
	assert_false(health_tick(&h, now + HEALTH_ASIDE_MS - 1));
	now += HEALTH_ASIDE_MS;
	assert_true(health_tick(&h, now));
	assert_false(health_tick(&h, now));
	assert_int_equal(health_state(&h), HEALTH_PROBATION);
	/* One more is enough now, and it takes twice as long. */
	assert_true(health_note(&h, "h", &k[0], 0, HEALTH_BAD, now));
	assert_false(health_tick(&h, now + 2 * HEALTH_ASIDE_MS - 1));
	assert_true(health_tick(&h, now + 2 * HEALTH_ASIDE_MS));
	assert_true(health_note(&h, "h", &k[0], 0, HEALTH_GOOD, now));
	assert_int_equal(health_state(&h), HEALTH_OK);
	assert_int_equal(h.aside_ms, 0);
	/* Who started it anew has perhaps mended it. */
	for (int i = 0; i < 5; i++)
		health_note(&h, "h", &k[i % 3], i % 3, HEALTH_BAD, now);
	assert_true(health_restarted(&h));
	assert_int_equal(health_state(&h), HEALTH_PROBATION);
	assert_false(health_note(&h, "h", &k[0], 0, HEALTH_NOTHING, now));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quick_good_jobs_are_fine),
		cmocka_unit_test(test_jobs_of_several_kinds),
		cmocka_unit_test(test_exit_codes_are_the_jobs),
		cmocka_unit_test(test_a_good_run_between),
		cmocka_unit_test(test_one_bad_job),
		cmocka_unit_test(test_proven_elsewhere),
		cmocka_unit_test(test_probation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
