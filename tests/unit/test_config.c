/* SPDX-License-Identifier: MIT */
#include "scheduler/config.h"

#include "common/base/err.h"
#include "common/base/fd.h"

#include <errno.h>
#include <string.h>

#include "tests/unit/test.h"

static struct config c;
static struct err err;

static int setup(void **state)
{
	(void)state;
	err = (struct err)ERR_INIT;
	config_init(&c);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	config_release(&c);
	return 0;
}

static void test_defaults_are_htcondors(void **state)
{
	(void)state;
	assert_int_equal(config_apply(&c, &err), 0);
	assert_ptr_equal(c.policy.ops, &policy_fair);
	assert_memory_equal(&c.policy, &policy_default, sizeof(c.policy));
}

static void test_file_then_command_line(void **state)
{
	char dir[TEST_DIR_SIZE], path[TEST_DIR_SIZE + 20];
	static const char text[] = "policy = up-down\n"
				   "priority_halflife = 2h\n"
				   "preemption = yes\n";

	(void)state;
	test_make_dir(dir);
	snprintf(path, sizeof(path), "%s/scheduler.conf", dir);
	assert_int_equal(config_read(&c, path, &err), 0); /* none there */
	assert_int_equal(
		fd_write_file_atomic(path, text, strlen(text), 0600, &err), 0);
	assert_int_equal(config_read(&c, path, &err), 0);
	assert_int_equal(config_set(&c, "priority_halflife = 30m", &err), 0);
	assert_int_equal(config_apply(&c, &err), 0);
	assert_ptr_equal(c.policy.ops, &policy_updown);
	assert_true(c.policy.half_life_s == 1800 && c.policy.preempt);
	test_remove_dir(dir);
}

static void test_refused(void **state)
{
	static const struct {
		const char *line, *says;
	} bad[] = {
		{ "policy=first-come", "unknown policy 'first-come'" },
		{ "priority_halflife=0", "'priority_halflife' must be 1s" },
		{ "default_prio_factor=0", "'default_prio_factor' must be 1" },
		{ "up_down_cycle=1ms", "'up_down_cycle' must be 1s" },
		{ "priority_halflive=1d", "did you mean 'priority_halflife'" },
		{ "preemption", "expected key=value" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct config one;
		struct err why = ERR_INIT;
		int rc;

		config_init(&one);
		rc = config_set(&one, bad[i].line, &why);
		if (!rc)
			rc = config_apply(&one, &why);
		assert_int_equal(rc, -EINVAL);
		if (!strstr(err_text(&why), bad[i].says))
			fail_msg("'%s' does not say '%s'", err_text(&why),
				 bad[i].says);
		config_release(&one);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_defaults_are_htcondors,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_file_then_command_line,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
