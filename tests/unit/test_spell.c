/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "common/base/spell.h"

static const char *const words[] = { "executable", "arguments", "output",
				     "queue", "error" };

static const char *near(const char *word)
{
	return spell_nearest(word, words, sizeof(words) / sizeof(*words));
}

static void test_nearest(void **state)
{
	(void)state;
	assert_string_equal(near("executeable"), "executable");
	assert_string_equal(near("EXECUTABLE"), "executable");
	assert_string_equal(near("argumnets"), "arguments");
	assert_string_equal(near("ouptut"), "output");
	assert_string_equal(near("qeue"), "queue");
	assert_string_equal(near("eror"), "error");
}

static void test_none(void **state)
{
	char text[200];

	(void)state;
	assert_null(near("universe"));
	assert_null(near(""));
	memset(text, 'q', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_null(near(text));
	assert_null(spell_nearest("x", NULL, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
