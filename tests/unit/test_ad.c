/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "common/ad/ad.h"
#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/svc/json.h"

#include <errno.h>

static void assert_text(const struct ad *ad, const char *name, const char *want)
{
	struct strbuf text = STRBUF_INIT;

	assert_true(ad_unparse_attr(ad, name, &text));
	assert_string_equal(text.data, want);
	strbuf_release(&text);
}

static void assert_long(const struct ad *ad, const char *want)
{
	struct strbuf text = STRBUF_INIT;

	ad_unparse_long(ad, &text);
	assert_string_equal(text.data, want);
	strbuf_release(&text);
}

static void test_set_and_get(void **state)
{
	struct ad *ad = ad_new();
	int64_t i = 0;
	double r = 0;
	bool b = false;

	(void)state;
	assert_int_equal(0, ad_set_int(ad, "Cpus", 4));
	assert_int_equal(0, ad_set_real(ad, "Load", 0.1));
	assert_int_equal(0, ad_set_bool(ad, "Has", true));
	assert_int_equal(0, ad_set_string(ad, "Owner", "me"));
	assert_int_equal(0, ad_set_text(ad, "Twice", "2 * cpus", NULL));
	assert_true(ad_get_int(ad, "CPUS", &i));
	assert_int_equal(4, i);
	assert_true(ad_get_int(ad, "twice", &i));
	assert_int_equal(8, i);
	assert_true(ad_get_real(ad, "load", &r));
	assert_true(r == 0.1);
	assert_true(ad_get_bool(ad, "has", &b));
	assert_true(b);
	assert_string_equal(ad_str(ad, "OWNER"), "me");
	assert_null(ad_str(ad, "Twice"));
	assert_false(ad_get_int(ad, "load", &i));
	assert_false(ad_get_int(ad, "owner", &i));
	assert_int_equal(7, ad_int(ad, "nosuch", 7));
	assert_int_equal(5, ad_count(ad));
	assert_string_equal(ad_name_at(ad, 4), "Twice");
	/* a second setting keeps spelling and place */
	assert_int_equal(0, ad_set_text(ad, "CPUS", "1 + 1", NULL));
	assert_string_equal(ad_name_at(ad, 0), "Cpus");
	assert_int_equal(4, ad_int(ad, "Twice", 0));
	assert_int_equal(5, ad_count(ad));
	ad_free(ad);
}

static void test_bad_names(void **state)
{
	struct ad *ad = ad_new();
	struct err err = ERR_INIT;
	char longest[AD_NAME_MAX + 2];

	(void)state;
	memset(longest, 'a', sizeof(longest));
	longest[AD_NAME_MAX + 1] = '\0';
	assert_int_equal(-EINVAL, ad_set_int(ad, "", 1));
	assert_int_equal(-EINVAL, ad_set_int(ad, "1a", 1));
	assert_int_equal(-EINVAL, ad_set_int(ad, "a b", 1));
	assert_int_equal(-EINVAL, ad_set_int(ad, longest, 1));
	longest[AD_NAME_MAX] = '\0';
	assert_int_equal(0, ad_set_int(ad, longest, 1));
	assert_int_equal(-EINVAL, ad_set_text(ad, "A", "1 +", &err));
	assert_string_equal(err.text,
			    "A: column 4: expected a value, found the end");
	assert_int_equal(1, ad_count(ad));
	ad_free(ad);
}

/* A string may be set from the ad's own text. */
static void test_set_itself(void **state)
{
	struct ad *ad = ad_new();

	(void)state;
	ad_set_string(ad, "A", "text");
	ad_set_string(ad, "A", ad_str(ad, "A"));
	assert_string_equal(ad_str(ad, "A"), "text");
	ad_free(ad);
}

static void test_many_and_delete(void **state)
{
	struct ad *ad = ad_new();
	char name[16];

	(void)state;
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "Name%d", i);
		assert_int_equal(0, ad_set_int(ad, name, i));
	}
	for (int i = 0; i < 1000; i += 2) {
		snprintf(name, sizeof(name), "nAME%d", i);
		assert_true(ad_delete(ad, name));
		assert_false(ad_delete(ad, name));
	}
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "NAME%d", i);
		assert_int_equal(i % 2 ? i : -1, ad_int(ad, name, -1));
	}
	assert_string_equal(ad_name_at(ad, 499), "Name999");
	for (int i = 1000; i < AD_ATTRS_MAX + 500; i++) {
		snprintf(name, sizeof(name), "Name%d", i);
		assert_int_equal(0, ad_set_int(ad, name, i));
	}
	assert_int_equal(-E2BIG, ad_set_int(ad, "OneMore", 1));
	ad_free(ad);
}

static void test_parent(void **state)
{
	struct ad *cluster = ad_new(), *proc = ad_new(), *copy, *flat;

	(void)state;
	ad_set_int(cluster, "ClusterId", 7);
	ad_set_int(cluster, "RequestMemory", 100);
	ad_set_text(cluster, "Wanted", "RequestMemory * 2", NULL);
	ad_set_int(proc, "ProcId", 1);
	ad_set_int(proc, "requestMemory", 200);
	ad_set_parent(proc, cluster);
	ad_free(cluster); /* the child holds it */
	assert_int_equal(7, ad_int(proc, "clusterid", 0));
	/* the parent's expression sees the child's value */
	assert_int_equal(400, ad_int(proc, "Wanted", 0));
	copy = ad_copy(proc);
	assert_true(ad_equal(copy, proc));
	assert_true(ad_delete(copy, "RequestMemory"));
	assert_false(ad_delete(copy, "ClusterId"));
	assert_int_equal(200, ad_int(copy, "Wanted", 0));
	assert_false(ad_equal(copy, proc));
	flat = ad_flatten(proc);
	assert_null(ad_parent(flat));
	assert_long(flat, "ClusterId = 7\n"
			  "RequestMemory = 200\n"
			  "Wanted = RequestMemory * 2\n"
			  "ProcId = 1\n");
	assert_long(proc, "ClusterId = 7\n"
			  "RequestMemory = 200\n"
			  "Wanted = RequestMemory * 2\n"
			  "ProcId = 1\n");
	ad_free(flat);
	ad_free(copy);
	ad_free(proc);
}

static void test_long_form(void **state)
{
	static const char text[] = "A = 1\n"
				   "B = \"x \\\"y\\\" \\\\ \n z\"\n"
				   "C = (A + 1) * 2 > 3 ? \"yes\" : undefined\n"
				   "D = { 1, 2.5, \"x\" }\n"
				   "E = [ a = 1; b = { }.c ]\n"
				   "F = - 5 - -5\n"
				   "G = a ?: b\n"
				   "H = MY.a =?= TARGET.b && !c || ~1 >>> 2\n"
				   "I = 1e+100\n"
				   "J = 0.1\n"
				   "K = strcat(\"a\", 'odd name')\n"
				   "L = true\n"
				   "M = 5 .x + .5 .y[0]\n";
	struct err err = ERR_INIT;
	struct ad *ad, *again;
	struct strbuf out = STRBUF_INIT;

	(void)state;
	assert_int_equal(0, ad_parse_long(text, &ad, &err));
	ad_unparse_long(ad, &out);
	assert_int_equal(0, ad_parse_long(out.data, &again, &err));
	assert_true(ad_equal(ad, again));
	assert_string_equal(ad_str(ad, "B"), "x \"y\" \\ \n z");
	assert_text(ad, "C", "(A + 1) * 2 > 3 ? \"yes\" : undefined");
	assert_text(ad, "F", "- 5 - -5");
	assert_text(ad, "H", "MY.a =?= TARGET.b && !c || ~1 >>> 2");
	assert_text(ad, "J", "0.1");
	assert_text(ad, "K", "strcat(\"a\", 'odd name')");
	ad_free(again);
	ad_free(ad);
	strbuf_release(&out);
}

static void test_long_form_errors(void **state)
{
	static const struct {
		const char *text;
		const char *want;
	} bad[] = {
		{ "A = 1\n\n# \"x\nB\n", "line 4: no '=' in 'B'" },
		{ "A = 1 1", "line 1: A: column 4: expected an operator, "
			     "found '1'" },
		{ "A = \"\n\n", "line 1: A: column 2: string without closing "
				"'\"'" },
		{ "1A = 1", "line 1: bad attribute name '1A'" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err err = ERR_INIT;
		struct ad *ad;

		assert_int_equal(-EINVAL,
				 ad_parse_long(bad[i].text, &ad, &err));
		assert_string_equal(err.text, bad[i].want);
	}
}

static void test_json(void **state)
{
	static const char text[] =
		"{\"I\":1,\"R\":0.5,\"W\":4.0,\"S\":\"a\\\"b\\n\",\"B\":true,"
		"\"X\":\"/Expr(I + 1)/\",\"T\":\"/Expr(\\\"/Expr(1)/\\\")/\","
		"\"U\":\"/Expr(undefined)/\"}";
	struct err err = ERR_INIT;
	struct strbuf out = STRBUF_INIT;
	struct ad *ad, *again;
	json_t *json, *back;

	(void)state;
	assert_int_equal(0, json_parse(text, strlen(text), &json, &err));
	assert_int_equal(0, ad_from_json(json, &ad, &err));
	assert_int_equal(2, ad_int(ad, "X", 0));
	assert_string_equal(ad_str(ad, "T"), "/Expr(1)/");
	ad_unparse_json(ad, false, &out);
	assert_string_equal(out.data, text);
	back = ad_to_json(ad, false);
	assert_int_equal(0, ad_from_json(back, &again, &err));
	assert_true(ad_equal(ad, again));
	json_decref(back);
	json_decref(json);
	ad_free(ad);
	ad_free(again);
	strbuf_release(&out);
}

static void test_json_other_values(void **state)
{
	static const char text[] =
		"{\"L\":[1,\"x\",[null]],\"O\":{\"a\":{\"b\":"
		"-2}},\"N\":null}";
	struct err err = ERR_INIT;
	struct ad *ad;
	json_t *json;

	(void)state;
	assert_int_equal(0, json_parse(text, strlen(text), &json, &err));
	assert_int_equal(0, ad_from_json(json, &ad, &err));
	assert_text(ad, "L", "{ 1, \"x\", { undefined } }");
	assert_text(ad, "N", "undefined");
	assert_int_equal(0, ad_set_text(ad, "P", "O.a.b", NULL));
	assert_int_equal(-2, ad_int(ad, "P", 0));
	json_decref(json);
	ad_free(ad);
	json = json_pack("{s:i}", "bad name", 1);
	assert_int_equal(-EINVAL, ad_from_json(json, &ad, &err));
	json_decref(json);
}

/* Bytes that are no UTF-8 must not make bad JSON. */
static void test_json_bytes(void **state)
{
	struct strbuf out = STRBUF_INIT;
	struct err err = ERR_INIT;
	struct ad *ad = ad_new();
	json_t *json;

	(void)state;
	ad_set_string(ad, "S", "\xff\xc3\xa9\xed\xa0\x80 \x01");
	ad_unparse_json(ad, true, &out);
	assert_int_equal(0, json_parse(out.data, out.len, &json, &err));
	json_decref(json);
	json = ad_to_json(ad, true);
	assert_true(json_is_string(json_object_get(json, "S")));
	json_decref(json);
	strbuf_release(&out);
	ad_free(ad);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set_and_get),
		cmocka_unit_test(test_bad_names),
		cmocka_unit_test(test_set_itself),
		cmocka_unit_test(test_many_and_delete),
		cmocka_unit_test(test_parent),
		cmocka_unit_test(test_long_form),
		cmocka_unit_test(test_long_form_errors),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_json_other_values),
		cmocka_unit_test(test_json_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
