/* SPDX-License-Identifier: MIT */
#include "startd/settings.h"

#include "common/base/err.h"
#include "common/base/fd.h"

#include <errno.h>

#include "tests/unit/test.h"

static struct settings s;
static struct err err;

static int setup(void **state)
{
	(void)state;
	err = (struct err)ERR_INIT;
	settings_init(&s);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	settings_release(&s);
	return 0;
}

static void test_defaults(void **state)
{
	(void)state;
	assert_int_equal(settings_apply(&s, &err), 0);
	assert_string_equal(s.policy, "own");
	assert_int_equal(s.start_idle_ms, 15 * 60 * 1000);
	assert_int_equal(s.max_vacate_ms, 10 * 60 * 1000);
	assert_int_equal(s.cap_millicores, 100);
	assert_true(s.high_load == 0.5);
	assert_null(s.arch);
	assert_null(settings_expr(&s, "START"));
}

static void test_file_and_line(void **state)
{
	static const char text[] = "# comment\n\nmax_vacate_time = 90\n"
				   "START = Memory > 4\n";
	char dir[TEST_DIR_SIZE], path[64];

	(void)state;
	test_make_dir(dir);
	snprintf(path, sizeof(path), "%s/c", dir);
	assert_int_equal(settings_read(&s, path, &err), 0);
	assert_int_equal(fd_write_file_atomic(path, text, sizeof(text) - 1,
					      0600, &err),
			 0);
	assert_int_equal(settings_read(&s, path, &err), 0);
	assert_int_equal(settings_set(&s, "arch = S390X", &err), 0);
	assert_int_equal(settings_set(&s, "max_suspend_time=250ms", &err), 0);
	assert_int_equal(settings_apply(&s, &err), 0);
	assert_int_equal(s.max_vacate_ms, 90000);
	assert_int_equal(s.max_suspend_ms, 250);
	assert_string_equal(settings_expr(&s, "START"), "Memory > 4");
	assert_string_equal(s.arch, "S390X");
	test_remove_dir(dir);
}

static void test_refused(void **state)
{
	static const char *const bad[] = {
		"", "=1", "slots", "sltos=1", "slots=many", "memory=1Q"
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		err_clear(&err);
		assert_int_equal(settings_set(&s, bad[i], &err), -EINVAL);
		assert_true(err_is_set(&err));
	}
}

static void test_out_of_range(void **state)
{
	static const char *const bad[] = { "slots=-1", "slots=5000",
					   "cap_millicores=0", "high_load=nan",
					   "background_load=x" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		err_clear(&err);
		assert_int_equal(settings_set(&s, bad[i], &err), 0);
		assert_int_equal(settings_apply(&s, &err), -EINVAL);
		teardown(state);
		setup(state);
	}
}

static void test_periods_never_spin(void **state)
{
	(void)state;
	assert_int_equal(settings_set(&s, "polling_interval=0", &err), 0);
	assert_int_equal(settings_apply(&s, &err), 0);
	assert_true(s.polling_ms >= 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(test_defaults),
		T(test_file_and_line),
		T(test_refused),
		T(test_out_of_range),
		T(test_periods_never_spin),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
