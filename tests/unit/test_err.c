/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include <errno.h>

#include "common/base/err.h"

static void test_first_cause_wins(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_false(err_is_set(&err));
	assert_int_equal(err_set(&err, -EINVAL, "bad mode '%s'", "x"), -EINVAL);
	assert_int_equal(err_set(&err, -EIO, "later"), -EIO);
	assert_int_equal(err.code, -EINVAL);
	assert_string_equal(err_text(&err), "bad mode 'x'");
	err_clear(&err);
	assert_false(err_is_set(&err));
	assert_int_equal(err_set(NULL, -EIO, "nobody listens"), -EIO);
}

static void test_reason(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(err_sys(&err, -ENOENT, "cannot open '%s'", "f"),
			 -ENOENT);
	assert_string_equal(err_text(&err),
			    "cannot open 'f': no such file or directory");
	assert_string_equal(err_reason(EACCES), "permission denied");
	assert_string_equal(err_reason(-EACCES), "permission denied");
}

static void test_prefix(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	err_prefix(&err, "nothing to prefix");
	assert_string_equal(err.text, "");
	err_set(&err, -EINVAL, "no '='");
	err_prefix(&err, "%s:%d", "file", 3);
	assert_string_equal(err_text(&err), "file:3: no '='");
}

static void test_long_text_is_cut(void **state)
{
	struct err err = ERR_INIT;
	char text[2 * ERR_TEXT_SIZE];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	err_sys(&err, -EIO, "%s", text);
	assert_int_equal(strlen(err.text), ERR_TEXT_SIZE - 1);
	err_prefix(&err, "%s", text);
	assert_int_equal(strlen(err.text), ERR_TEXT_SIZE - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_cause_wins),
		cmocka_unit_test(test_reason),
		cmocka_unit_test(test_prefix),
		cmocka_unit_test(test_long_text_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
