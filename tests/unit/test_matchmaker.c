/* SPDX-License-Identifier: MIT */
/* match, slot classes and dynamic slots together, on a whole scheduler. */
#include "tests/unit/sched.h"

#include "scheduler/conclimit.h"
#include "scheduler/hostend.h"
#include "scheduler/why.h"

static struct job *job(struct bench *b, int cluster, int proc)
{
	return queue_job(b->s.queue, cluster, proc);
}

/* The job's attempt ends and it waits again. */
static void evict(struct bench *b, struct job *j)
{
	struct wire_end end = { .how = WIRE_HOW_EVICTED };
	struct err err = ERR_INIT;

	wire_figures_init(&end.figures);
	ok(jobs_attempt_end(&b->s, j, &end, &err), &err);
}

static const char whole[] = "PartitionableSlot = true\nCpus = 4\n"
			    "Memory = 1000\nDisk = 100000\nRank = 0";

static const char for_x86[] = "Requirements = TARGET.Arch == \"X86_64\"";

static bool is_ready(const struct job *j)
{
	return !list_empty(&j->bucket->ready_link);
}

static void test_a_freed_slot_wakes_who_waits(void **state)
{
	struct bench *b = *state;

	bench_host(b, "h", 1, "");
	bench_submit(b, "ann", 1, 1, for_x86);
	bench_turn(b);
	/* This one stays free: so all who wait were asked, and are left
	 * alone from then on. */
	bench_host(b, "arm", 1, "Arch = \"ARM\"");
	bench_submit(b, "ann", 2, 1, "Requirements = TARGET.Arch == \"PPC\"");
	bench_submit(b, "bob", 3, 1, for_x86);
	bench_turn(b);
	assert_non_null(job(b, 1, 0)->attempt);
	assert_false(is_ready(job(b, 2, 0)));
	assert_false(is_ready(job(b, 3, 0)));
	/* Nobody who fits is left out, nobody who does not is asked. */
	jobs_event(&b->s, job(b, 1, 0), JOBEVENT_HOLD, NULL, NULL, NULL);
	evict(b, job(b, 1, 0));
	bench_turn(b);
	assert_int_equal(job(b, 1, 0)->state, JOBSTATE_HELD);
	assert_non_null(job(b, 3, 0)->attempt);
	assert_false(is_ready(job(b, 2, 0)));
	bench_host(b, "ppc", 1, "Arch = \"PPC\"");
	bench_turn(b);
	assert_string_equal(job(b, 2, 0)->attempt->host, "ppc");
}

/* A job that looks at something new makes classes of what was one. */
static void test_classes_fall_apart(void **state)
{
	struct bench *b = *state;

	bench_host(b, "a", 1, "Color = \"red\"");
	bench_host(b, "b", 1, "Color = \"blue\"");
	bench_submit(b, "ann", 1, 1, "Requirements = TARGET.Color == \"blue\"");
	bench_turn(b);
	assert_string_equal(job(b, 1, 0)->attempt->host, "b");
	bench_submit(b, "ann", 2, 1,
		     "Requirements = true\nRank = TARGET.Color == \"red\"");
	bench_turn(b);
	assert_string_equal(job(b, 2, 0)->attempt->host, "a");
}

static void test_carving_until_nothing_is_left(void **state)
{
	struct bench *b = *state;
	struct host *h = bench_host(b, "h", 1, whole);
	const struct slot *s;

	bench_submit(b, "ann", 1, 6, "RequestMemory = 100\nRequestDisk = 10");
	bench_turn(b);
	assert_int_equal(h->slot_count, 5);
	assert_null(job(b, 1, 4)->attempt);
	s = job(b, 1, 0)->attempt->slot;
	assert_string_equal(s->full, "slot1_1@h");
	/* Rounded up, so that few kinds of remainders arise. */
	assert_int_equal(s->given.memory_mb, 128);
	assert_int_equal(s->given.disk_kb, 1024);
	evict(b, job(b, 1, 1));
	bench_turn(b);
	/* The same name, the same place. */
	assert_int_equal(h->slot_count, 5);
	assert_non_null(nodes_slot(h, "slot1_2")->attempt);
}

static void test_the_tightest_fit(void **state)
{
	struct bench *b = *state;

	bench_host(b, "large", 1,
		   "PartitionableSlot = true\nCpus = 64\nMemory = 64000\n"
		   "Disk = 100000");
	bench_host(b, "small", 1, whole);
	bench_submit(b, "ann", 1, 2, "RequestMemory = 600");
	bench_turn(b);
	assert_string_equal(job(b, 1, 0)->attempt->host, "small");
	assert_string_equal(job(b, 1, 1)->attempt->host, "large");
	/* The job's own wish goes before. */
	bench_submit(b, "ann", 2, 1, "RequestMemory = 1\nRank = TARGET.Memory");
	bench_turn(b);
	assert_string_equal(job(b, 2, 0)->attempt->host, "large");
}

static void test_provisions_outlive_a_restart(void **state)
{
	struct bench *b = *state;
	struct host *h = bench_host(b, "h", 1, whole);
	char *attrs, *row;

	bench_submit(b, "ann", 1, 2, "RequestMemory = 500\nRequestCpus = 2");
	bench_turn(b);
	assert_non_null(job(b, 1, 0)->attempt);
	assert_null(job(b, 1, 1)->attempt);
	assert_int_equal(dbjobs_get(b->s.db, 1, 0, &row, &attrs, NULL), 0);
	assert_non_null(strstr(attrs, "\"CpusProvisioned\":2"));
	assert_non_null(strstr(attrs, "\"MemoryProvisioned\":512"));
	free(row);
	free(attrs);
	bench_close(b);
	bench_open(b);
	assert_string_equal(job(b, 1, 0)->attempt->slot->name, "slot1_1");
	h = bench_host(b, "h", 1, whole);
	assert_int_equal(nodes_slot(h, "slot1")->left.cpus, 2);
	assert_int_equal(nodes_slot(h, "slot1")->left.memory_mb, 488);
	bench_turn(b);
	assert_null(job(b, 1, 1)->attempt);
	evict(b, job(b, 1, 0));
	bench_turn(b);
	assert_int_equal(nodes_slot(h, "slot1")->left.memory_mb, 488);
}

static void test_attributes_of_the_carved_slot_are_expanded(void **state)
{
	struct bench *b = *state;
	const json_t *start;

	bench_host(b, "h", 1, whole);
	bench_submit(b, "ann", 1, 1,
		     "RequestMemory = 300\nRequestCpus = 3\n"
		     "Args = \"$$(Cpus) $$([Memory * 2]) $$(Name)\"");
	bench_turn(b);
	start = job(b, 1, 0)->attempt->start;
	assert_non_null(start);
	assert_string_equal(json_string_value(json_array_get(
				    json_object_get(start, "argv"), 0)),
			    "3");
	assert_string_equal(json_string_value(json_array_get(
				    json_object_get(start, "argv"), 1)),
			    "768");
	assert_string_equal(json_string_value(json_array_get(
				    json_object_get(start, "argv"), 2)),
			    "slot1_1@h");
	assert_int_equal(json_integer_value(json_object_get(
				 json_object_get(start, "provision"), "cpus")),
			 3);
}

static void end_so(struct bench *b, struct job *j, enum wire_how how, int code)
{
	struct wire_end end = { .how = how,
				.code = code,
				.started = sched_now(),
				.ended = sched_now() };
	struct err err = ERR_INIT;

	wire_figures_init(&end.figures);
	ok(jobs_attempt_end(&b->s, j, &end, &err), &err);
	bench_turn(b);
}

static void test_a_black_hole_is_set_aside(void **state)
{
	struct bench *b = *state;
	struct host *hole = bench_host(b, "hole", 2, "");
	struct host *good;

	for (int i = 1; i <= 5; i++)
		bench_submit(b, "ann", i, 2, "");
	good = bench_host(b, "good", 1, "");
	bench_turn(b);
	for (int i = 0; i < 5; i++)
		end_so(b, hole->slots[i % 2]->attempt->job, WIRE_HOW_FAILED, 2);
	assert_int_equal(health_state(&hole->health), HEALTH_ASIDE);
	assert_int_equal(health_state(&good->health), HEALTH_OK);
	while (hole->slots[0]->attempt || hole->slots[1]->attempt)
		end_so(b,
		       (hole->slots[0]->attempt ? hole->slots[0]
						: hole->slots[1])
			       ->attempt->job,
		       WIRE_HOW_EVICTED, 0);
	assert_int_equal(
		queue_find_user(b->s.queue, "ann")->counts[JOBSTATE_STARTING],
		1);
	/* On probation: one at a time, and all of it after a good run. */
	assert_true(health_tick(&hole->health, INT64_MAX));
	match_all_changed(b->s.match);
	core_want_match(&b->s);
	bench_turn(b);
	assert_int_equal(nodes_attempts(hole), 1);
	end_so(b,
	       (hole->slots[0]->attempt ? hole->slots[0] : hole->slots[1])
		       ->attempt->job,
	       WIRE_HOW_EXITED, 0);
	assert_int_equal(health_state(&hole->health), HEALTH_OK);
	assert_int_equal(nodes_attempts(hole), 2);
}

static void test_a_job_that_fails_everywhere_is_held(void **state)
{
	struct bench *b = *state;
	static const char *const names[] = { "a", "b", "c" };
	struct job *j;

	bench_submit(b, "ann", 1, 1, "OnExitRemove = false");
	j = job(b, 1, 0);
	for (int i = 0; i < 3; i++) {
		struct host *h = bench_host(b, names[i], 1, "");

		bench_turn(b);
		assert_int_equal(j->state, JOBSTATE_STARTING);
		h->slots[0]->accepts = false;
		end_so(b, j, WIRE_HOW_EXITED, 1);
	}
	assert_int_equal(j->state, JOBSTATE_HELD);
}

static void test_concurrency_limits(void **state)
{
	struct bench *b = *state;
	json_t *why = json_object();
	struct err err = ERR_INIT;

	ok(config_set(&b->s.config, "concurrency_limits = lic=2", &err), &err);
	ok(recover_reload(&b->s, &err), &err);
	bench_host(b, "h", 4, "");
	bench_submit(b, "ann", 1, 3, "ConcurrencyLimits = \"LIC\"");
	bench_submit(b, "ann", 2, 1, "JobPrio = -5");
	bench_turn(b);
	assert_null(job(b, 1, 2)->attempt);
	assert_non_null(job(b, 2, 0)->attempt);
	why_json(&b->s, job(b, 1, 2), why);
	assert_string_equal(json_string_value(json_object_get(why, "limits")),
			    "limit");
	assert_string_equal(json_string_value(json_object_get(why, "text")),
			    "the concurrency limit LIC is reached: 2 of 2 are "
			    "in use");
	json_decref(why);
	end_so(b, job(b, 1, 0), WIRE_HOW_EXITED, 0);
	assert_non_null(job(b, 1, 2)->attempt);
}

/* An edited job's and an expression's count, over a restart as well. */
static void test_limits_of_edited_jobs(void **state)
{
	struct bench *b = *state;
	struct err err = ERR_INIT;
	struct ad *lic = ad_new();

	ok(config_set(&b->s.config, "concurrency_limits = lic=2", &err), &err);
	ok(recover_reload(&b->s, &err), &err);
	ad_set_string(lic, "ConcurrencyLimits", "lic");
	bench_submit(b, "ann", 1, 1, "");
	ok(jobs_set_attr(&b->s, job(b, 1, 0), lic, &err), &err);
	bench_submit(b, "ann", 2, 1,
		     "ConcurrencyLimits = strcat(\"l\", \"ic\")");
	bench_submit(b, "ann", 3, 1, "ConcurrencyLimits = \"lic\"");
	bench_host(b, "h", 4, "");
	bench_turn(b);
	assert_non_null(job(b, 1, 0)->attempt);
	assert_non_null(job(b, 2, 0)->attempt);
	assert_null(job(b, 3, 0)->attempt);
	ok(recover_reload(&b->s, &err), &err);
	assert_true(conclimit_used(b->s.limits, "lic") == 2);
	end_so(b, job(b, 1, 0), WIRE_HOW_EXITED, 0);
	assert_true(conclimit_used(b->s.limits, "lic") == 1);
	ad_free(lic);
}

static void start(struct bench *b, struct job *j)
{
	struct err err = ERR_INIT;

	ok(jobs_event(&b->s, j, JOBEVENT_STARTED, NULL, NULL, &err), &err);
	j->attempt->state = WIRE_RUN_RUNNING;
	j->attempt->started = sched_now();
}

static void test_preemption(void **state)
{
	struct bench *b = *state;
	struct policy *p = &b->s.config.policy;

	bench_host(b, "h", 3, "");
	bench_submit(b, "ann", 1, 3, "");
	bench_turn(b);
	for (int i = 0; i < 3; i++)
		start(b, job(b, 1, i));
	job(b, 1, 0)->attempt->started -= 9000;
	job(b, 1, 1)->attempt->started -= 7000;
	job(b, 1, 2)->attempt->started -= 8000;
	/* The one that loses least is writing a checkpoint. */
	job(b, 1, 1)->attempt->ckpt_asked = 1;
	queue_find_user(b->s.queue, "ann")->share.priority = 100;
	bench_submit(b, "bob", 2, 2, "");
	bench_turn(b);
	/* Off by default. */
	for (int i = 0; i < 3; i++)
		assert_int_equal(job(b, 1, i)->state, JOBSTATE_RUNNING);
	p->preempt = true;
	core_want_match(&b->s);
	bench_turn(b);
	assert_int_equal(job(b, 1, 0)->state, JOBSTATE_RUNNING);
	assert_int_equal(job(b, 1, 1)->state, JOBSTATE_RUNNING);
	assert_int_equal(job(b, 1, 2)->state, JOBSTATE_VACATING);
	/* One at a time, and its slot goes to who asked. */
	b->s.preempt_next_ms = 0;
	core_want_match(&b->s);
	bench_turn(b);
	assert_int_equal(job(b, 1, 0)->state, JOBSTATE_RUNNING);
	evict(b, job(b, 1, 2));
	bench_turn(b);
	assert_non_null(job(b, 2, 0)->attempt);
}

/* Nobody leaves for one who could not start there all the same. */
static void test_no_preemption_in_vain(void **state)
{
	struct bench *b = *state;
	struct host *h = bench_host(b, "h", 1, "");
	struct user *bob;

	b->s.config.policy.preempt = true;
	bench_submit(b, "ann", 1, 1, "");
	bench_turn(b);
	start(b, job(b, 1, 0));
	job(b, 1, 0)->attempt->started -= 9000;
	queue_find_user(b->s.queue, "ann")->share.priority = 100;
	bench_submit(b, "bob", 2, 1, "");
	bob = queue_find_user(b->s.queue, "bob");
	bob->share.ceiling = 0;
	bench_turn(b);
	assert_int_equal(job(b, 1, 0)->state, JOBSTATE_RUNNING);
	bob->share.ceiling = -1;
	h->drain.on = true;
	b->s.preempt_next_ms = 0;
	core_want_match(&b->s);
	bench_turn(b);
	assert_int_equal(job(b, 1, 0)->state, JOBSTATE_RUNNING);
	h->drain.on = false;
	b->s.preempt_next_ms = 0;
	core_want_match(&b->s);
	bench_turn(b);
	assert_int_equal(job(b, 1, 0)->state, JOBSTATE_VACATING);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, bench_setup, bench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_freed_slot_wakes_who_waits),
		TEST(test_classes_fall_apart),
		TEST(test_carving_until_nothing_is_left),
		TEST(test_the_tightest_fit),
		TEST(test_provisions_outlive_a_restart),
		TEST(test_attributes_of_the_carved_slot_are_expanded),
		TEST(test_a_black_hole_is_set_aside),
		TEST(test_a_job_that_fails_everywhere_is_held),
		TEST(test_concurrency_limits),
		TEST(test_preemption),
		TEST(test_limits_of_edited_jobs),
		TEST(test_no_preemption_in_vain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
