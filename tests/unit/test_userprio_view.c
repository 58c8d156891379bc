/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "submit/userprio_view.h"

#include <stdlib.h>

#define NOW 1700000000

static struct ad *user(const char *text)
{
	json_t *json = json_loads(text, 0, NULL);
	struct ad *ad;

	assert_non_null(json);
	assert_int_equal(userprio_ad(json, &ad, NULL), 0);
	json_decref(json);
	return ad;
}

static struct ad *ann(void)
{
	return user("{\"user\": \"ann\", \"priority\": 75000.0,"
		    " \"real_priority\": 75.0, \"factor\": 1000.0,"
		    " \"in_use\": 100.0, \"idle\": 3, \"usage_s\": 17280000,"
		    " \"first_used\": 1699827200, \"last_used\": 1699994600,"
		    " \"floor\": 2.5, \"ceiling\": 200, \"up_down\": -7}");
}

static void test_short(void **state)
{
	struct userprio_totals totals = { 0 };
	struct strbuf out = STRBUF_INIT;
	struct ad *a = ann();

	(void)state;
	userprio_head(USERPRIO_SHORT, NOW, &out);
	userprio_line(USERPRIO_SHORT, a, NOW, &totals, &out);
	userprio_foot(USERPRIO_SHORT, &totals, &out);
	assert_string_equal(
		out.data,
		"Last Priority Update: 11/14 22:13\n"
		"                            Effective       Priority  Wghted"
		"  Total Usage Time Since Submitter Submitter\n"
		"User Name                    Priority         Factor  In Use"
		" (wghted-hrs) Last Usage     Floor   Ceiling\n"
		"------------------------ ------------ -------------- -------"
		" ------------ ---------- --------- ---------\n"
		"ann                          75000.00        1000.00     100"
		"      4800.00    0+01:30      2.50       200\n"
		"------------------------ ------------ -------------- -------"
		" ------------ ---------- --------- ---------\n"
		"Number of users: 1                                       100"
		"      4800.00\n");
	ad_free(a);
	strbuf_release(&out);
}

static void test_usage(void **state)
{
	struct userprio_totals totals = { 0 };
	struct strbuf out = STRBUF_INIT;
	struct ad *a = ann();

	(void)state;
	userprio_line(USERPRIO_USAGE, a, NOW, &totals, &out);
	assert_string_equal(out.data, "ann                           4800.00"
				      " 11/12/2023 22:13 11/14/2023 20:43\n");
	ad_free(a);
	strbuf_release(&out);
}

static void test_never_used_and_long_name(void **state)
{
	struct userprio_totals totals = { 0 };
	struct strbuf out = STRBUF_INIT;
	struct ad *a = user(
		"{\"user\": \"nice-user.somebody_with_a_name\","
		" \"priority\": 5e9, \"real_priority\": 0.5, \"factor\": 1e10,"
		" \"in_use\": 0.0, \"idle\": 0, \"usage_s\": 0,"
		" \"first_used\": 0, \"last_used\": 0, \"floor\": 0,"
		" \"ceiling\": -1, \"up_down\": 0}");

	(void)state;
	userprio_line(USERPRIO_SHORT, a, NOW, &totals, &out);
	assert_string_equal(out.data,
			    "nice-user.somebody_with_a_name 5000000000.00"
			    " 10000000000.00       0         0.00"
			    "                    0\n");
	assert_false(userprio_active(a, NOW, 86400));
	ad_free(a);
	a = ann();
	assert_true(userprio_active(a, NOW, 86400));
	ad_free(a);
	strbuf_release(&out);
}

static void test_bad_answers(void **state)
{
	json_t *json = json_loads("{\"user\": \"ann\"}", 0, NULL);
	struct err err = ERR_INIT;
	struct ad *ad;

	(void)state;
	assert_true(userprio_ad(json, &ad, &err) < 0);
	assert_string_equal(err_text(&err), "missing 'priority'");
	json_decref(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_never_used_and_long_name),
		cmocka_unit_test(test_bad_answers),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
