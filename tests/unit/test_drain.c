/* SPDX-License-Identifier: MIT */
#include "tests/unit/sched.h"

#include "scheduler/drain.h"

#include <errno.h>
#include <string.h>

static json_t *drain(struct bench *b, struct host *h, const char *how,
		     bool resume)
{
	struct drain_request req = { how, "a disk", "ann", resume };
	struct err err = ERR_INIT;
	json_t *jobs = json_array();

	ok(drain_start(&b->s, h, &req, jobs, &err), &err);
	return jobs;
}

static enum job_state state_of(struct bench *b, int cluster)
{
	return queue_job(b->s.queue, cluster, 0)->state;
}

static void test_nothing_starts(void **state)
{
	struct bench *b = *state;
	struct host *h = bench_host(b, "h", 2, "");
	struct err err = ERR_INIT;
	json_t *jobs;

	bench_submit(b, "ann", 1, 1, "");
	bench_turn(b);
	assert_int_equal(state_of(b, 1), JOBSTATE_STARTING);
	jobs = drain(b, h, "graceful", false);
	assert_int_equal(json_array_size(jobs), 1);
	assert_string_equal(json_string_value(json_array_get(jobs, 0)), "1.0");
	json_decref(jobs);
	bench_submit(b, "ann", 2, 1, "");
	bench_turn(b);
	/* Its job is left alone, its other slot is not free. */
	assert_int_equal(state_of(b, 1), JOBSTATE_STARTING);
	assert_int_equal(state_of(b, 2), JOBSTATE_IDLE);
	ok(drain_cancel(&b->s, h, &err), &err);
	bench_turn(b);
	assert_int_equal(state_of(b, 2), JOBSTATE_STARTING);
	assert_int_equal(drain_cancel(&b->s, h, &err), -ENOENT);
}

static void test_quick_sends_jobs_away(void **state)
{
	struct bench *b = *state;
	struct host *h = bench_host(b, "h", 1, "");

	bench_submit(b, "ann", 1, 1, "");
	bench_turn(b);
	json_decref(drain(b, h, "quick", false));
	bench_turn(b);
	assert_int_not_equal(state_of(b, 1), JOBSTATE_STARTING);
}

static void test_it_outlives_the_scheduler(void **state)
{
	struct bench *b = *state;
	struct host *h = bench_host(b, "h", 1, "");
	json_t *json;

	json_decref(drain(b, h, "graceful", true));
	bench_turn(b);
	bench_close(b);
	bench_open(b);
	bench_submit(b, "ann", 1, 1, "");
	h = bench_host(b, "h", 1, "");
	assert_true(h->drain.on);
	json = drain_json(h);
	assert_string_equal(json_string_value(json_object_get(json, "reason")),
			    "a disk");
	json_decref(json);
	bench_turn(b);
	assert_int_equal(state_of(b, 1), JOBSTATE_IDLE);
	/* It is empty, and was to end then. */
	drain_tick(&b->s);
	bench_turn(b);
	assert_false(h->drain.on);
	assert_int_equal(state_of(b, 1), JOBSTATE_STARTING);
}

static void test_bad_ways(void **state)
{
	struct bench *b = *state;
	struct host *h = bench_host(b, "h", 1, "");
	struct drain_request req = { "slowly", "", "ann", false };
	struct err err = ERR_INIT;

	assert_int_equal(drain_start(&b->s, h, &req, NULL, &err), -EINVAL);
	assert_false(h->drain.on);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_nothing_starts,
						bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_quick_sends_jobs_away,
						bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_it_outlives_the_scheduler,
						bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_bad_ways, bench_setup,
						bench_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
