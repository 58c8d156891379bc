/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "common/base/err.h"
#include "scheduler/conclimit.h"

#include <errno.h>
#include <stdlib.h>

static struct conclimits *limits(const char *text)
{
	struct conclimits *l = NULL;
	struct err err = ERR_INIT;

	if (conclimit_new(text, CONCLIMIT_DEFAULT, &l, &err))
		fail_msg("%s", err_text(&err));
	return l;
}

static void test_so_many_and_no_more(void **state)
{
	struct conclimits *l = limits("License = 2, db = 1.5,");
	char *name = NULL;

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_true(conclimit_allows(l, "license", NULL));
		conclimit_use(l, "LICENSE", 1);
	}
	assert_false(conclimit_allows(l, "other, license", &name));
	assert_string_equal(name, "license");
	free(name);
	conclimit_use(l, "license", -1);
	assert_true(conclimit_allows(l, "other, license", NULL));
	/* weights, and their rounding */
	assert_false(conclimit_allows(l, "db:2", NULL));
	for (int i = 0; i < 15; i++) {
		assert_true(conclimit_allows(l, "db:0.1", NULL));
		conclimit_use(l, "db:0.1", 1);
	}
	assert_false(conclimit_allows(l, "db:0.1", NULL));
	assert_true(conclimit_allows(l, NULL, NULL));
	conclimit_free(l);
}

static void test_groups_and_the_default(void **state)
{
	struct conclimits *l = limits("large.* = 1, large.x = 3");

	(void)state;
	assert_true(conclimit_max(l, "large.x") == 3);
	assert_true(conclimit_max(l, "large.y") == 1);
	assert_true(conclimit_max(l, "large") == CONCLIMIT_DEFAULT);
	conclimit_use(l, "large.y", 1);
	assert_false(conclimit_allows(l, "large.y", NULL));
	assert_true(conclimit_allows(l, "large.z large.x:3", NULL));
	conclimit_free(l);
}

static void test_bad_ones_are_named(void **state)
{
	static const char *const bad[] = { "license", "a = b",	"a = -1",
					   "= 3",     "1a = 3", "a b = 3" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct conclimits *l = NULL;
		struct err err = ERR_INIT;

		assert_int_equal(conclimit_new(bad[i], 1, &l, &err), -EINVAL);
		assert_null(l);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_so_many_and_no_more),
		cmocka_unit_test(test_groups_and_the_default),
		cmocka_unit_test(test_bad_ones_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
