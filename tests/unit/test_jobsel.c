/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "submit/jobsel.h"

#include <errno.h>

static void ids(void **state)
{
	static const char *const bad[] = { "",		 "0",	  "a",	  "1.",
					   ".1",	 "1.2.3", "1a",	  "-1",
					   " 1",	 "1 ",	  "1.-1", "0.1",
					   "99999999999" };
	int c = 0, p = 0;

	(void)state;
	assert_int_equal(jobsel_parse_id("12", &c, &p), 0);
	assert_int_equal(c, 12);
	assert_int_equal(p, -1);
	assert_int_equal(jobsel_parse_id("12.345", &c, &p), 0);
	assert_int_equal(p, 345);
	assert_int_equal(jobsel_parse_id("12.0", &c, &p), 0);
	assert_int_equal(p, 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(jobsel_parse_id(bad[i], &c, &p), -EINVAL);
}

/* The query that the words make. */
static void query(const char *const *words, const char *constraint,
		  const char *owner, const char *want)
{
	struct strbuf path = STRBUF_INIT;
	struct jobsel sel;

	jobsel_init(&sel);
	for (; *words; words++)
		assert_int_equal(jobsel_add(&sel, *words, NULL), 0);
	if (constraint)
		assert_int_equal(jobsel_constrain(&sel, constraint, NULL), 0);
	strbuf_addstr(&path, "/j");
	jobsel_query(&sel, owner, &path);
	assert_string_equal(path.data, want);
	strbuf_release(&path);
	jobsel_release(&sel);
}

static void queries(void **state)
{
	(void)state;
	query((const char *[]){ NULL }, NULL, NULL, "/j");
	query((const char *[]){ NULL }, NULL, "ann", "/j?owner=ann");
	query((const char *[]){ "1", "2.003", NULL }, NULL, "ann",
	      "/j?ids=1%2C2.3");
	query((const char *[]){ "bob", NULL }, NULL, "ann", "/j?owner=bob");
	query((const char *[]){ NULL }, "A > 1", "ann",
	      "/j?owner=ann&constraint=A%20%3E%201");
	query((const char *[]){ "1", NULL }, "A", NULL,
	      "/j?ids=1&constraint=A");
	query((const char *[]){ "1", "2.3", "bob", NULL }, "A", NULL,
	      "/j?constraint=%28ClusterId%20%3D%3D%201%20%7C%7C%20"
	      "%28ClusterId%20%3D%3D%202%20%26%26%20ProcId%20%3D%3D%203%29"
	      "%20%7C%7C%20Owner%20%3D%3D%20%22bob%22%29%20%26%26%20%28A%29");
}

static bool is_queue(const char *const *words, const char *constraint)
{
	struct jobsel sel;
	bool is;

	jobsel_init(&sel);
	for (; *words; words++)
		assert_int_equal(jobsel_add(&sel, *words, NULL), 0);
	if (constraint)
		assert_int_equal(jobsel_constrain(&sel, constraint, NULL), 0);
	is = jobsel_is_queue(&sel);
	jobsel_release(&sel);
	return is;
}

static void whole_queues_are_known(void **state)
{
	(void)state;
	assert_true(is_queue((const char *[]){ NULL }, NULL));
	assert_true(is_queue((const char *[]){ "bob", NULL }, NULL));
	assert_false(is_queue((const char *[]){ NULL }, "A"));
	assert_false(is_queue((const char *[]){ "1", NULL }, NULL));
	assert_false(is_queue((const char *[]){ "1.0", "bob", NULL }, NULL));
	assert_false(is_queue((const char *[]){ "ann", "bob", NULL }, NULL));
}

static void nonsense_is_refused(void **state)
{
	struct err err = ERR_INIT;
	struct jobsel sel;

	(void)state;
	jobsel_init(&sel);
	assert_int_equal(jobsel_add(&sel, "12x", &err), -EINVAL);
	assert_string_equal(err_text(&err),
			    "'12x' is neither a job (12 or 12.3) nor a user");
	assert_int_equal(jobsel_add(&sel, "a\" || true || \"", NULL), -EINVAL);
	assert_int_equal(jobsel_add(&sel, "%n%s", NULL), -EINVAL);
	err_clear(&err);
	assert_int_equal(jobsel_constrain(&sel, "1 +", &err), -EINVAL);
	assert_non_null(strstr(err_text(&err), "bad constraint '1 +'"));
	assert_true(jobsel_empty(&sel));
	jobsel_release(&sel);
}

static void constraints_are_joined(void **state)
{
	struct jobsel sel;

	(void)state;
	jobsel_init(&sel);
	assert_int_equal(jobsel_constrain(&sel, "A || B", NULL), 0);
	assert_int_equal(jobsel_constrain(&sel, "C", NULL), 0);
	assert_string_equal(sel.constraint, "(A || B) && (C)");
	jobsel_release(&sel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids),
		cmocka_unit_test(queries),
		cmocka_unit_test(whole_queues_are_known),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(constraints_are_joined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
