/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include <errno.h>

#include "common/svc/json.h"

static json_t *parse(const char *text)
{
	struct err err = ERR_INIT;
	json_t *json = NULL;

	if (json_parse(text, strlen(text), &json, &err))
		fail_msg("%s", err_text(&err));
	return json;
}

static void test_parse_errors(void **state)
{
	static const char *const bad[] = { "{",	   "{\"a\":1,\"a\":2}",
					   "[1,]", "",
					   "{} x", "\"a\\u0000b\"" };
	struct err err = ERR_INIT;
	json_t *json = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(json_parse(bad[i], strlen(bad[i]), &json,
					    NULL),
				 -EINVAL);
	assert_int_equal(json_parse("{\n  x", 5, &json, &err), -EINVAL);
	assert_non_null(strstr(err_text(&err), "line 2"));
	err_clear(&err);
	assert_int_equal(json_parse_object("[]", 2, &json, &err), -EINVAL);
	assert_null(json);
}

static void test_getters(void **state)
{
	json_t *o = parse("{\"s\":\"text\",\"i\":-7,\"r\":1.5,\"b\":true,"
			  "\"o\":{},\"a\":[1],\"n\":null}");
	const char *s = NULL;
	int64_t i = 0;
	double r = 0;
	bool b = false;
	json_t *v = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(json_get_str(o, "s", &s, NULL), 0);
	assert_string_equal(s, "text");
	assert_int_equal(json_get_int(o, "i", &i, NULL), 0);
	assert_int_equal(i, -7);
	assert_int_equal(json_get_real(o, "r", &r, NULL), 0);
	assert_true(r == 1.5);
	assert_int_equal(json_get_real(o, "i", &r, NULL), 0);
	assert_true(r == -7);
	assert_int_equal(json_get_bool(o, "b", &b, NULL), 0);
	assert_true(b);
	assert_int_equal(json_get_object(o, "o", &v, NULL), 0);
	assert_int_equal(json_get_array(o, "a", &v, NULL), 0);
	assert_int_equal(json_array_size(v), 1);

	assert_int_equal(json_get_str(o, "none", &s, &err), -EINVAL);
	assert_string_equal(err_text(&err), "missing 'none'");
	err_clear(&err);
	assert_int_equal(json_get_str(o, "n", &s, &err), -EINVAL);
	assert_string_equal(err_text(&err), "missing 'n'");
	err_clear(&err);
	assert_int_equal(json_get_int(o, "s", &i, &err), -EINVAL);
	assert_string_equal(err_text(&err), "'s' must be an integer");
	assert_int_equal(json_get_int(o, "r", &i, NULL), -EINVAL);
	assert_int_equal(json_get_object(o, "a", &v, NULL), -EINVAL);
	assert_int_equal(json_get_array(o, "o", &v, NULL), -EINVAL);
	assert_int_equal(json_get_bool(o, "i", &b, NULL), -EINVAL);
	assert_string_equal(s, "text");
	assert_int_equal(i, -7);
	json_decref(o);
}

static void test_optional(void **state)
{
	json_t *o = parse("{\"i\":1,\"n\":null}");
	int64_t i = 5;
	const char *s = "default";

	(void)state;
	assert_int_equal(json_opt_int(o, "none", &i, NULL), 0);
	assert_int_equal(json_opt_int(o, "n", &i, NULL), 0);
	assert_int_equal(i, 5);
	assert_int_equal(json_opt_int(o, "i", &i, NULL), 0);
	assert_int_equal(i, 1);
	assert_int_equal(json_opt_str(o, "i", &s, NULL), -EINVAL);
	assert_string_equal(s, "default");
	json_decref(o);
}

static void test_write(void **state)
{
	struct strbuf out = STRBUF_INIT;
	json_t *o = json_object(), *back;

	(void)state;
	json_set_str(o, "s", "caf\xc3\xa9 \xff\xc0\x80\xe2\x82\xac\xe2\x82");
	json_set_int(o, "i", INT64_MIN);
	json_set_bool(o, "b", false);
	json_set_real(o, "inf", 1.0 / 0.0);
	json_set_value(o, "a", json_array());
	json_write(o, &out);
	assert_string_equal(
		out.data, "{\"s\":\"caf\xc3\xa9 \xef\xbf\xbd\xef\xbf\xbd"
			  "\xef\xbf\xbd\xe2\x82\xac\xef\xbf\xbd\xef\xbf\xbd\","
			  "\"i\":-9223372036854775808,\"b\":false,"
			  "\"inf\":null,\"a\":[]}");
	back = parse(out.data);
	json_decref(back);
	json_decref(o);
	strbuf_release(&out);
}

static void test_file(void **state)
{
	char dir[TEST_DIR_SIZE], path[64];
	struct err err = ERR_INIT;
	json_t *json = NULL;
	FILE *file;

	(void)state;
	test_make_dir(dir);
	snprintf(path, sizeof(path), "%s/x.json", dir);
	assert_int_equal(json_read_file(path, 100, &json, NULL), -ENOENT);
	file = fopen(path, "w");
	fputs("{\"a\": 1}", file);
	fclose(file);
	assert_int_equal(json_read_file(path, 100, &json, NULL), 0);
	json_decref(json);
	json = NULL;
	assert_int_equal(json_read_file(path, 3, &json, NULL), -EFBIG);
	file = fopen(path, "w");
	fputs("{\"a\": }", file);
	fclose(file);
	assert_int_equal(json_read_file(path, 100, &json, &err), -EINVAL);
	assert_non_null(strstr(err_text(&err), path));
	test_remove_dir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_errors),
		cmocka_unit_test(test_getters),
		cmocka_unit_test(test_optional),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
