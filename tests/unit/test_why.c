/* SPDX-License-Identifier: MIT */
#include "tests/unit/sched.h"

#include "scheduler/why.h"

#include <string.h>

/* What GET /jobs/C.P/why says of job @id.0. */
static json_t *ask(struct bench *b, int id)
{
	json_t *root = json_object();

	why_json(&b->s, queue_job(b->s.queue, id, 0), root);
	return root;
}

static const char *text_of(const json_t *root, const char *key)
{
	return json_string_value(json_object_get(root, key));
}

static int int_of(const json_t *root, const char *key)
{
	const json_t *v = json_object_get(root, key);

	if (!v)
		fail_msg("no member '%s'", key);
	return (int)json_integer_value(v);
}

static const json_t *element(const json_t *root, const char *key, size_t i)
{
	return json_array_get(json_object_get(root, key), i);
}

static const char needs_memory[] =
	"RequestMemory = 1000\n"
	"Requirements = TARGET.Arch == \"X86_64\" && "
	"TARGET.Memory >= RequestMemory";

static void test_the_smallest_change(void **state)
{
	struct bench *b = *state;
	const json_t *s;
	json_t *why;

	bench_submit(b, "ann", 1, 1, needs_memory);
	bench_host(b, "a", 1, "Memory = 500");
	bench_host(b, "b", 2, "Memory = 900");
	bench_host(b, "c", 1, "Memory = 900")->owner = WIRE_OWNER_PRESENT;
	bench_host(b, "d", 1, "Memory = 2000\nArch = \"PPC\"");
	bench_turn(b);
	why = ask(b, 1);
	assert_string_equal(text_of(why, "limits"), "no-host");
	assert_int_equal(int_of(why, "slots"), 5);
	assert_int_equal(int_of(why, "matched"), 0);
	s = element(why, "suggestion", 0);
	assert_string_equal(text_of(s, "text"),
			    "request_memory = 900 would match 3 slots");
	assert_string_equal(text_of(s, "attr"), "RequestMemory");
	assert_int_equal(int_of(s, "value"), 900);
	assert_int_equal(int_of(s, "owner_present"), 1);
	/* The next value matches too few more; dropping comes last. */
	s = element(why, "suggestion", 1);
	assert_string_equal(text_of(s, "clause"),
			    "TARGET.Memory >= RequestMemory");
	assert_int_equal(int_of(s, "slots"), 4);
	s = element(why, "suggestion", 2);
	assert_string_equal(text_of(s, "clause"), "TARGET.Arch == \"X86_64\"");
	assert_int_equal(int_of(s, "slots"), 1);
	assert_null(element(why, "suggestion", 3));
	s = element(why, "clauses", 0);
	assert_int_equal(int_of(s, "matched"), 4);
	assert_int_equal(int_of(s, "without"), 1);
	s = element(why, "nearest", 0);
	assert_string_equal(text_of(s, "slot"), "slot1@a");
	assert_string_equal(text_of(element(s, "fails", 0), "values"),
			    "TARGET.Memory = 500, RequestMemory = 1000");
	json_decref(why);
}

static void test_busy_is_not_too_small(void **state)
{
	struct bench *b = *state;
	json_t *why;

	bench_host(b, "h", 1,
		   "PartitionableSlot = true\nCpus = 2\nMemory = 2000\n"
		   "Disk = 100000");
	bench_submit(b, "ann", 1, 1, "RequestCpus = 2\nRequestMemory = 100");
	bench_submit(b, "bob", 2, 1, needs_memory);
	bench_submit(b, "bob", 3, 1, "RequestCpus = 3\nRequestMemory = 100");
	bench_turn(b);
	assert_int_equal(queue_job(b->s.queue, 1, 0)->state, JOBSTATE_STARTING);
	why = ask(b, 2);
	assert_string_equal(text_of(why, "limits"), "busy");
	assert_string_equal(text_of(why, "state"), "busy");
	assert_int_equal(int_of(why, "serving_others"), 1);
	assert_int_equal(int_of(why, "slots"), 1);
	json_decref(why);
	/* No clause says so, but three cannot be carved from two. */
	why = ask(b, 3);
	assert_string_equal(text_of(why, "limits"), "no-host");
	assert_string_equal(text_of(element(why, "suggestion", 0), "text"),
			    "request_cpus = 2 would match 1 slot");
	json_decref(why);
}

static void test_owner_present(void **state)
{
	struct bench *b = *state;
	struct host *h = bench_host(b, "h", 2, "Start = false");
	json_t *why;

	h->owner = WIRE_OWNER_PRESENT;
	for (size_t i = 0; i < 2; i++) {
		ad_set_text(h->slots[i]->ad, "Requirements", "Start", NULL);
		h->slots[i]->accepts = false;
		match_slot_changed(b->s.match, h->slots[i]);
	}
	bench_submit(b, "ann", 1, 1, "");
	bench_turn(b);
	why = ask(b, 1);
	assert_string_equal(text_of(why, "limits"), "owner-present");
	assert_int_equal(int_of(why, "owner_present"), 2);
	assert_int_equal(int_of(why, "rejected_by_slot"), 0);
	json_decref(why);
	/* One that takes jobs, but not this one, is another matter. */
	h->owner = WIRE_OWNER_AWAY;
	h->slots[0]->accepts = true;
	match_slot_changed(b->s.match, h->slots[0]);
	why = ask(b, 1);
	assert_int_equal(int_of(why, "rejected_by_slot"), 1);
	json_decref(why);
}

static void test_priority(void **state)
{
	struct bench *b = *state;
	json_t *why;

	bench_host(b, "h", 1, "");
	bench_submit(b, "ann", 1, 2, "");
	bench_turn(b);
	bench_submit(b, "bob", 2, 1, "");
	queue_find_user(b->s.queue, "bob")->share.priority = 1000;
	bench_turn(b);
	why = ask(b, 2);
	assert_string_equal(text_of(why, "limits"), "priority");
	json_decref(why);
	why = json_object();
	why_json(&b->s, queue_job(b->s.queue, 1, 1), why);
	assert_string_equal(text_of(why, "limits"), "busy");
	assert_int_equal(int_of(why, "serving_you"), 1);
	json_decref(why);
}

static void test_other_architecture(void **state)
{
	struct bench *b = *state;
	const json_t *s;
	json_t *why;

	bench_host(b, "h", 3, "Arch = \"S390X\"");
	bench_submit(b, "ann", 1, 1, "ExecutableArchs = \"PPC, X86_64\"");
	bench_turn(b);
	why = ask(b, 1);
	assert_int_equal(int_of(why, "rejected_by_checkpoint"), 3);
	s = element(why, "suggestion", 0);
	assert_string_equal(text_of(s, "text"),
			    "built for S390X as well it would match 3 slots");
	json_decref(why);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, bench_setup, bench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_smallest_change),
		TEST(test_busy_is_not_too_small),
		TEST(test_owner_present),
		TEST(test_priority),
		TEST(test_other_architecture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
