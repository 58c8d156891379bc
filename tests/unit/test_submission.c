/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "common/svc/json.h"
#include "submit/submission.h"

#include <errno.h>

static struct ad *ad_of(const char *text)
{
	struct ad *ad;

	assert_int_equal(ad_parse_long(text, &ad, NULL), 0);
	return ad;
}

static json_t *body_of(const struct submission *s, const struct ad *cluster)
{
	struct strbuf text = STRBUF_INIT;
	json_t *body;

	assert_int_equal(submission_body(s, cluster, &text, NULL), 0);
	assert_int_equal(json_parse(text.data, text.len, &body, NULL), 0);
	strbuf_release(&text);
	return body;
}

/* Rows have a cell for every column, those of later jobs too. */
static void rows_fit_columns(void **state)
{
	static const char *const texts[] = {
		"ProcId = 0\nOut = \"out.0\"\nIwd = \"/w\"\n",
		"ProcId = 1\nOut = \"out.1\"\nRequestMemory = 1024 * 2\nIwd = \"/w\"\n",
		"ProcId = 2\nIwd = \"/w\"\n",
	};
	struct submission *s = submission_new();
	struct ad *cluster = ad_of("Cmd = \"x\"\nRequirements = A > 1\n");
	struct strbuf text = STRBUF_INIT;
	const char *uuid;
	json_t *body;

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct ad *proc = ad_of(texts[i]);

		ad_set_parent(proc, cluster);
		submission_add(s, proc, 1);
		ad_free(proc);
	}
	body = body_of(s, cluster);
	assert_int_equal(json_get_str(body, "uuid", &uuid, NULL), 0);
	assert_int_equal(strlen(uuid), 36);
	assert_int_equal(uuid[14], '4');
	json_object_del(body, "uuid");
	json_write(body, &text);
	assert_string_equal(text.data,
			    "{\"cluster_ad\":{\"Cmd\":\"x\",\"Requirements\":"
			    "\"/Expr(A > 1)/\",\"Iwd\":\"/w\"},\"count\":3,"
			    "\"hold\":false,"
			    "\"columns\":[\"Out\",\"RequestMemory\"],"
			    "\"rows\":[[\"out.0\",null],"
			    "[\"out.1\",\"/Expr(1024 * 2)/\"],[null,null]]}");
	json_decref(body);
	strbuf_release(&text);
	ad_free(cluster);
	submission_free(s);
}

/* Jobs that are alike make no rows, and a row where others are not. */
static void alike_jobs_are_counted(void **state)
{
	struct submission *s = submission_new();
	struct ad *cluster = ad_of("Cmd = \"x\"\nJobStatus = 5\n");
	struct ad *none = ad_of("ProcId = 0\n"), *own = ad_of("Out = \"o\"\n");
	const json_t *first, *last;
	int64_t count;
	json_t *body;

	(void)state;
	submission_add(s, none, 1000000);
	assert_int_equal(submission_count(s), 1000000);
	body = body_of(s, cluster);
	assert_int_equal(json_get_int(body, "count", &count, NULL), 0);
	assert_int_equal(count, 1000000);
	assert_null(json_object_get(body, "columns"));
	assert_null(json_object_get(body, "rows"));
	assert_true(json_is_true(json_object_get(body, "hold")));
	json_decref(body);
	submission_free(s);

	s = submission_new();
	submission_add(s, none, 3);
	submission_add(s, own, 2);
	body = body_of(s, cluster);
	assert_int_equal(json_array_size(json_object_get(body, "rows")), 5);
	first = json_array_get(json_object_get(body, "rows"), 2);
	last = json_array_get(json_object_get(body, "rows"), 4);
	assert_true(json_is_null(json_array_get(first, 0)));
	assert_string_equal(json_string_value(json_array_get(last, 0)), "o");
	json_decref(body);
	submission_free(s);
	ad_free(cluster);
	ad_free(none);
	ad_free(own);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_fit_columns),
		cmocka_unit_test(alike_jobs_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
