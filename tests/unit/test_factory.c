/* SPDX-License-Identifier: MIT */
#include "tests/unit/sched.h"

#include "common/base/fault.h"
#include "scheduler/db/meta.h"
#include "scheduler/factory.h"

#include <errno.h>

/* "[\"<proc>\"]", or none where arg is NULL */
static char *row(void *arg, int proc)
{
	return arg ? xasprintf("[\"%d\"]", proc) : NULL;
}

static struct cluster *submit(struct bench *b, int count, bool rows,
			      const char *more)
{
	char *ad = xasprintf("{\"Cmd\":\"/bin/true\",\"Iwd\":\"/\","
			     "\"TransferExecutable\":false,"
			     "\"Requirements\":true,\"JobPrio\":0%s}",
			     more);
	struct dbjobs_cluster c = { .id = 1,
				    .owner = "ann",
				    .uid = (int64_t)getuid(),
				    .ad = ad,
				    .columns = rows ? "[\"Args\"]" : "[]",
				    .count = count };
	struct err err = ERR_INIT;
	struct cluster *ret;

	ok(core_write(&b->s, &err), &err);
	ok(dbjobs_add_cluster(b->s.db, &c, &err), &err);
	ok(queue_add_cluster(b->s.queue, &c, 1, &ret, &err), &err);
	ok(factory_begin(&b->s, ret, row, rows ? b : NULL, &err), &err);
	free(ad);
	return ret;
}

static void drop(struct bench *b, int proc)
{
	struct err err = ERR_INIT;

	ok(jobs_event(&b->s, queue_job(b->s.queue, 1, proc), JOBEVENT_REMOVE,
		      NULL, NULL, &err),
	   &err);
}

static int64_t rows_left(struct bench *b)
{
	return db_query_int(b->s.db, -1, "SELECT count(*) FROM later_rows", "");
}

static char *args_of(struct bench *b, int proc)
{
	struct ad *ad;
	char *text;

	assert_int_equal(queue_ad(b->s.db, queue_job(b->s.queue, 1, proc), &ad,
				  NULL),
			 0);
	text = xstrdup(ad_str(ad, "Args"));
	ad_free(ad);
	return text;
}

static void test_only_so_many_at_a_time(void **state)
{
	struct bench *b = *state;
	struct cluster *c = submit(b, 6, true, ",\"JobMaterializeLimit\":2");
	char *args;

	assert_int_equal(c->live, 2);
	assert_int_equal(rows_left(b), 4);
	bench_turn(b);
	assert_int_equal(c->next_proc, 2);
	drop(b, 0);
	bench_turn(b);
	assert_int_equal(c->next_proc, 3);
	assert_int_equal(c->live, 2);
	assert_int_equal(rows_left(b), 3);
	/* Over a restart, too. */
	bench_close(b);
	bench_open(b);
	c = queue_cluster(b->s.queue, 1);
	assert_int_equal(c->count, 6);
	drop(b, 1);
	bench_turn(b);
	args = args_of(b, 3);
	assert_string_equal(args, "3");
	free(args);
	for (int i = 2; i < 6; i++) {
		drop(b, i);
		bench_turn(b);
	}
	assert_null(queue_cluster(b->s.queue, 1));
	assert_int_equal(rows_left(b), 0);
	assert_int_equal(db_query_int(b->s.db, -1,
				      "SELECT count(*) FROM clusters", ""),
			 0);
}

static void test_idle_ones_are_counted(void **state)
{
	struct bench *b = *state;
	struct cluster *c = submit(b, 9, false, ",\"JobMaterializeMaxIdle\":2");

	bench_turn(b);
	assert_int_equal(c->live, 2);
	bench_host(b, "h", 3, "");
	bench_turn(b);
	bench_turn(b);
	assert_int_equal(c->live - c->idle, 3);
	assert_int_equal(c->idle, 2);
}

/* Held ones wait, too: a hold does not make all of them. */
static void test_held_ones_are_counted(void **state)
{
	struct bench *b = *state;
	struct cluster *c = submit(b, 9, false, ",\"JobMaterializeMaxIdle\":2");
	struct err err = ERR_INIT;

	ok(factory_hold(&b->s, c, true, &err), &err);
	for (int i = 0; i < 2; i++)
		ok(jobs_event(&b->s, queue_job(b->s.queue, 1, i), JOBEVENT_HOLD,
			      NULL, NULL, &err),
		   &err);
	bench_turn(b);
	bench_turn(b);
	assert_int_equal(c->live, 2);
	/* Over a restart, too. */
	bench_close(b);
	bench_open(b);
	bench_turn(b);
	c = queue_cluster(b->s.queue, 1);
	assert_int_equal(c->live, 2);
	assert_int_equal(c->held, 2);
	drop(b, 0);
	bench_turn(b);
	assert_int_equal(c->next_proc, 3);
}

static void test_a_large_one_comes_in_turns(void **state)
{
	struct bench *b = *state;
	struct cluster *c = submit(b, FACTORY_FIRST + 2500, false, "");

	assert_int_equal(c->live, FACTORY_FIRST);
	for (int i = 0; i < 5 && c->next_proc < c->count; i++)
		bench_turn(b);
	assert_int_equal(c->live, FACTORY_FIRST + 2500);
	assert_non_null(queue_job(b->s.queue, 1, FACTORY_FIRST + 2499)->bucket);
}

static void test_a_million_costs_what_is_there(void **state)
{
	struct bench *b = *state;
	struct cluster *c =
		submit(b, 1000000, false, ",\"JobMaterializeLimit\":4");
	int pos = 0;

	for (int i = 0; i < 3000; i++) {
		drop(b, i);
		bench_turn(b);
	}
	assert_int_equal(c->live, 4);
	assert_true(c->size <= 16);
	assert_null(queue_job(b->s.queue, 1, 2999));
	assert_int_equal(queue_next_job(c, &pos)->proc, 3000);
	assert_int_equal(queue_job(b->s.queue, 1, 3003)->proc, 3003);
}

static void test_stop_and_hold(void **state)
{
	struct bench *b = *state;
	struct cluster *c = submit(b, 6, true, ",\"JobMaterializeLimit\":1");
	struct err err = ERR_INIT;
	bool gone;

	ok(factory_hold(&b->s, c, true, &err), &err);
	drop(b, 0);
	bench_turn(b);
	assert_int_equal(queue_job(b->s.queue, 1, 1)->state, JOBSTATE_HELD);
	ok(factory_stop(&b->s, c, &gone, &err), &err);
	assert_false(gone);
	assert_int_equal(rows_left(b), 0);
	drop(b, 1);
	bench_turn(b);
	assert_null(queue_cluster(b->s.queue, 1));
}

static void test_a_failed_turn_is_made_again(void **state)
{
	struct bench *b = *state;

	submit(b, 6, true, ",\"JobMaterializeLimit\":1");
	bench_turn(b);
	drop(b, 0);
	fault_arm("factory.make:1=enospc");
	bench_turn(b);
	fault_arm(NULL);
	/* All of the turn is undone, the removal with it. */
	assert_non_null(queue_job(b->s.queue, 1, 0));
	drop(b, 0);
	bench_turn(b);
	assert_int_equal(queue_cluster(b->s.queue, 1)->next_proc, 2);
	assert_non_null(queue_job(b->s.queue, 1, 1));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, bench_setup, bench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_only_so_many_at_a_time),
		TEST(test_idle_ones_are_counted),
		TEST(test_held_ones_are_counted),
		TEST(test_a_large_one_comes_in_turns),
		TEST(test_a_million_costs_what_is_there),
		TEST(test_stop_and_hold),
		TEST(test_a_failed_turn_is_made_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
