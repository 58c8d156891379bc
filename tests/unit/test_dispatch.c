/* SPDX-License-Identifier: MIT */
/* dispatch and match: who gets which slot. */
#include "tests/unit/sched.h"

#include "scheduler/dispatch.h"

static struct job *job_on(struct host *h, size_t slot)
{
	struct attempt *a = h->slots[slot]->attempt;

	return a ? a->job : NULL;
}

static void test_idle_job_gets_a_free_slot(void **state)
{
	struct bench *b = *state;
	struct cluster *c = bench_submit(b, "ann", 1, 3, "");
	struct host *h = bench_host(b, "h", 2, "");

	bench_turn(b);
	assert_ptr_equal(job_on(h, 0), c->jobs[0]);
	assert_ptr_equal(job_on(h, 1), c->jobs[1]);
	assert_int_equal(c->jobs[0]->state, JOBSTATE_STARTING);
	assert_int_equal(c->jobs[2]->state, JOBSTATE_IDLE);
	/* Without files the start is made at once. */
	assert_non_null(c->jobs[0]->attempt->start);
	assert_string_not_equal(c->jobs[0]->attempt->nonce,
				c->jobs[1]->attempt->nonce);
	assert_int_equal(c->owner->share.in_use, 2);
}

static void test_slots_that_do_not_accept_get_nothing(void **state)
{
	struct bench *b = *state;
	struct cluster *c = bench_submit(b, "ann", 1, 1, "");
	struct host *h = bench_host(b, "h", 2, "");

	h->slots[0]->accepts = false;
	h->slots[1]->accepts = false;
	bench_turn(b);
	assert_int_equal(c->jobs[0]->state, JOBSTATE_IDLE);
	h->slots[1]->accepts = true;
	h->online = false;
	core_want_match(&b->s);
	bench_turn(b);
	assert_int_equal(c->jobs[0]->state, JOBSTATE_IDLE);
}

static void test_both_sides_are_asked(void **state)
{
	struct bench *b = *state;
	struct cluster *big = bench_submit(
		b, "ann", 1, 1, "Requirements = TARGET.Memory >= 4096");
	struct cluster *eve = bench_submit(b, "eve", 2, 1, "");
	struct host *h =
		bench_host(b, "h", 1, "Requirements = TARGET.Owner == \"ann\"");

	bench_turn(b);
	assert_null(job_on(h, 0));
	bench_host(b, "big", 1, "Memory = 8192");
	bench_turn(b);
	/* One slot for two that fit: the same turn, the same priority. */
	assert_int_equal((big->jobs[0]->state == JOBSTATE_STARTING) +
				 (eve->jobs[0]->state == JOBSTATE_STARTING),
			 1);
}

static void test_rank_chooses_the_slot(void **state)
{
	struct bench *b = *state;
	struct host *small = bench_host(b, "small", 1, "Memory = 2000");
	struct host *big = bench_host(b, "big", 1, "Memory = 4000");
	struct cluster *c =
		bench_submit(b, "ann", 1, 1, "Rank = TARGET.Memory");

	bench_turn(b);
	assert_null(job_on(small, 0));
	assert_ptr_equal(job_on(big, 0), c->jobs[0]);
}

static void test_users_share(void **state)
{
	struct bench *b = *state;
	struct cluster *a = bench_submit(b, "ann", 1, 50, "");
	struct cluster *e = bench_submit(b, "eve", 2, 50, "");

	bench_host(b, "h", 10, "");
	bench_turn(b);
	assert_int_equal(a->owner->share.in_use, 5);
	assert_int_equal(e->owner->share.in_use, 5);
}

/* A job that fits nowhere does not keep the ones behind it waiting. */
static void test_unmatchable_jobs_do_not_block(void **state)
{
	struct bench *b = *state;
	struct cluster *never = bench_submit(
		b, "ann", 1, 100, "JobPrio = 9\nRequirements = NoSuch == 1");
	struct cluster *c = bench_submit(b, "ann", 2, 1, "");

	bench_host(b, "h", 1, "");
	bench_turn(b);
	assert_int_equal(never->jobs[0]->state, JOBSTATE_IDLE);
	assert_int_equal(c->jobs[0]->state, JOBSTATE_STARTING);
	assert_int_equal(queue_autocluster_count(b->s.queue), 2);
}

static void test_built_archs_join_the_match(void **state)
{
	struct bench *b = *state;
	struct cluster *c =
		bench_submit(b, "ann", 1, 1, "ExecutableArchs = \"S390X,PPC\"");
	struct host *h;

	bench_host(b, "x", 1, "");
	bench_turn(b);
	assert_int_equal(c->jobs[0]->state, JOBSTATE_IDLE);
	h = bench_host(b, "z", 1, "Arch = \"PPC\"");
	bench_turn(b);
	assert_ptr_equal(job_on(h, 0), c->jobs[0]);
}

/* The host it has just left is not its next one, while others are free. */
static void test_avoided_host(void **state)
{
	struct bench *b = *state;
	struct cluster *c = bench_submit(b, "ann", 1, 2, "");
	struct host *h;

	clock_hold(clock_boot_ms());
	c->jobs[0]->avoid_host = xstrdup("h");
	c->jobs[0]->avoid_until_ms = clock_boot_ms() + 60000;
	h = bench_host(b, "h", 2, "");
	bench_turn(b);
	assert_int_equal(c->jobs[0]->state, JOBSTATE_IDLE);
	assert_ptr_equal(job_on(h, 0), c->jobs[1]);
	clock_advance(60001);
	core_want_match(&b->s);
	bench_turn(b);
	assert_ptr_equal(job_on(h, 1), c->jobs[0]);
}

/* A new slot may ask for an attribute nobody looked at before. */
static void test_new_significant_attribute_sorts_anew(void **state)
{
	struct bench *b = *state;
	struct cluster *red = bench_submit(b, "ann", 1, 1, "Color = \"red\"");
	struct cluster *blue = bench_submit(b, "ann", 2, 1, "Color = \"blue\"");
	struct host *h;

	assert_ptr_equal(red->jobs[0]->bucket, blue->jobs[0]->bucket);
	h = bench_host(b, "h", 1, "Requirements = TARGET.Color == \"blue\"");
	bench_turn(b);
	assert_ptr_equal(job_on(h, 0), blue->jobs[0]);
	assert_int_equal(red->jobs[0]->state, JOBSTATE_IDLE);
}

static void test_why(void **state)
{
	struct bench *b = *state;
	struct cluster *c = bench_submit(
		b, "ann", 1, 1,
		"Requirements = TARGET.Memory >= 9000 && TARGET.Arch == "
		"\"X86_64\"");
	json_t *why = json_object(), *clauses;

	bench_host(b, "h", 3, "");
	bench_turn(b);
	match_why(b->s.match, c->jobs[0]->bucket->ac, why);
	assert_int_equal(json_integer_value(json_object_get(why, "slots")), 3);
	clauses = json_object_get(why, "clauses");
	assert_int_equal(json_array_size(clauses), 2);
	assert_int_equal(json_integer_value(json_object_get(
				 json_array_get(clauses, 0), "matched")),
			 0);
	assert_int_equal(json_integer_value(json_object_get(
				 json_array_get(clauses, 1), "matched")),
			 3);
	assert_non_null(strstr(json_string_value(json_object_get(why, "text")),
			       "9000"));
	json_decref(why);
}

#define T(f) cmocka_unit_test_setup_teardown(f, bench_setup, bench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_idle_job_gets_a_free_slot),
		T(test_slots_that_do_not_accept_get_nothing),
		T(test_both_sides_are_asked),
		T(test_rank_chooses_the_slot),
		T(test_users_share),
		T(test_unmatchable_jobs_do_not_block),
		T(test_built_archs_join_the_match),
		T(test_avoided_host),
		T(test_new_significant_attribute_sorts_anew),
		T(test_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
