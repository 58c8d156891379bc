/* SPDX-License-Identifier: MIT */
#include "startd/policy.h"

#include "common/ad/ad.h"
#include "common/base/clock.h"
#include "common/base/err.h"
#include "startd/settings.h"

#include <errno.h>

#include "tests/unit/test.h"

#define MINUTE 60000

static struct settings s;
static struct policy *p;
static struct ad *machine;
static struct policy_facts f;
static struct policy_verdict v;

static void make(const char *policy, const char *line)
{
	struct err err = ERR_INIT;
	char text[64];

	settings_init(&s);
	snprintf(text, sizeof(text), "policy=%s", policy);
	assert_int_equal(settings_set(&s, text, &err), 0);
	if (line)
		assert_int_equal(settings_set(&s, line, &err), 0);
	assert_int_equal(settings_apply(&s, &err), 0);
	assert_int_equal(policy_new(&s, &p, &err), 0);
	machine = ad_new();
	ad_set_int(machine, "Memory", 2048);
	f = (struct policy_facts){
		.now_ms = 100 * MINUTE,
		.keyboard_idle_ms = 60 * MINUTE,
		.owner_switch = "auto",
		.cpu_busy_since_ms = -1,
		.state = "Unclaimed",
		.activity = "Idle",
		.activation_since_ms = -1,
	};
}

static int teardown(void **state)
{
	(void)state;
	policy_free(p);
	ad_free(machine);
	settings_release(&s);
	p = NULL;
	machine = NULL;
	return 0;
}

static void judge(void)
{
	policy_judge(p, machine, &f, &v);
}

static void test_desktop_starts_after_a_quarter_of_an_hour(void **state)
{
	(void)state;
	make("desktop", NULL);
	judge();
	assert_int_equal(v.start, 1);
	assert_false(v.owner);
	f.keyboard_idle_ms = 15 * MINUTE;
	judge();
	assert_int_equal(v.start, 0);
	assert_true(v.owner);
	f.keyboard_idle_ms = 15 * MINUTE + 1;
	judge();
	assert_int_equal(v.start, 1);
	/* Somebody computes there. */
	f.load = 1.5;
	f.job_load = 1.0;
	judge();
	assert_int_equal(v.start, 0);
	f.job_load = 1.25;
	judge();
	assert_int_equal(v.start, 1);
}

static void test_desktop_suspends_and_continues(void **state)
{
	(void)state;
	make("desktop", NULL);
	f.state = "Claimed";
	f.activity = "Busy";
	judge();
	assert_false(v.suspend);
	f.keyboard_idle_ms = 0;
	judge();
	assert_true(v.suspend);
	assert_false(v.preempt);
	f.activity = "Suspended";
	f.activity_since_ms = f.now_ms - 11000;
	f.keyboard_idle_ms = 5 * MINUTE;
	judge();
	assert_false(v.suspend);
	assert_false(v.resume);
	f.keyboard_idle_ms = 5 * MINUTE + 1;
	judge();
	assert_true(v.resume);
	f.activity_since_ms = f.now_ms - 10 * MINUTE - 1;
	judge();
	assert_true(v.preempt);
	assert_true(v.want_vacate);
	assert_false(v.kill);
}

static void test_desktop_suspends_for_load(void **state)
{
	(void)state;
	make("desktop", NULL);
	f.state = "Claimed";
	f.activity = "Busy";
	f.cpu_busy_since_ms = f.now_ms - 121000;
	f.activation_since_ms = f.now_ms - 91000;
	judge();
	assert_true(v.suspend);
	f.activation_since_ms = f.now_ms - 89000;
	judge();
	assert_false(v.suspend);
}

static void test_own_heeds_the_switch_alone(void **state)
{
	(void)state;
	make("own", NULL);
	f.keyboard_idle_ms = 0;
	f.load = 8;
	judge();
	assert_int_equal(v.start, 1);
	assert_false(v.suspend);
	assert_true(v.resume);
	f.owner_switch = "back";
	judge();
	assert_int_equal(v.start, 0);
	assert_true(v.suspend);
	assert_false(v.resume);
	assert_true(policy_is_idle_class(p));
}

static void test_dedicated_runs(void **state)
{
	(void)state;
	make("dedicated", NULL);
	f.keyboard_idle_ms = 0;
	judge();
	assert_int_equal(v.start, 1);
	assert_false(v.suspend);
	assert_false(policy_is_idle_class(p));
}

static void test_expressions_replace_the_defaults(void **state)
{
	struct ad *job = ad_new();

	(void)state;
	make("own", "START = TARGET.Owner == \"ann\" && Memory > 1024");
	judge();
	assert_int_equal(v.start, -1);
	assert_false(policy_starts(p, machine, &f, job));
	ad_set_string(job, "Owner", "ann");
	assert_true(policy_starts(p, machine, &f, job));
	ad_free(job);
}

static void test_errors_are_on_the_safe_side(void **state)
{
	(void)state;
	make("own", "WANT_VACATE = 1 + \"a\"");
	judge();
	assert_true(v.want_vacate);
	teardown(state);
	make("own", "KILL = NoSuchAttribute");
	judge();
	assert_false(v.kill);
}

static void test_durations_are_scaled(void **state)
{
	(void)state;
	clock_set_scale(0.001);
	make("desktop", NULL);
	f.keyboard_idle_ms = 901;
	judge();
	assert_int_equal(v.start, 1);
	f.keyboard_idle_ms = 899;
	judge();
	assert_int_equal(v.start, 0);
	clock_set_scale(1);
}

static void test_unknown_policy_is_refused(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	settings_init(&s);
	assert_int_equal(settings_set(&s, "policy=lazy", &err), 0);
	assert_int_equal(settings_apply(&s, &err), 0);
	assert_int_equal(policy_new(&s, &p, &err), -EINVAL);
	assert_non_null(strstr(err.text, "'lazy'"));
	err_clear(&err);
	assert_int_equal(settings_set(&s, "policy=own", &err), 0);
	assert_int_equal(settings_set(&s, "START=1 +", &err), 0);
	assert_int_equal(settings_apply(&s, &err), 0);
	assert_int_equal(policy_new(&s, &p, &err), -EINVAL);
	assert_memory_equal(err.text, "START:", 6);
	machine = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_teardown(name, teardown)
		T(test_desktop_starts_after_a_quarter_of_an_hour),
		T(test_desktop_suspends_and_continues),
		T(test_desktop_suspends_for_load),
		T(test_own_heeds_the_switch_alone),
		T(test_dedicated_runs),
		T(test_expressions_replace_the_defaults),
		T(test_errors_are_on_the_safe_side),
		T(test_durations_are_scaled),
		T(test_unknown_policy_is_refused),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
