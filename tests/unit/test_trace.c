/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "instrument/trace.h"

static void reads_both_forms(void **state)
{
	char dir[TEST_DIR_SIZE], text[400], path[64];
	struct strbuf rest = STRBUF_INIT;
	struct trace t;
	FILE *f;

	(void)state;
	test_make_dir(dir);
	snprintf(path, sizeof(path), "%s/lib(a).a", dir);
	f = fopen(path, "w");
	fclose(f);
	snprintf(text, sizeof(text),
		 "/tmp/ccAbCdEf.o\n/tmp/x-1f2e3d.o\n(%s)x.o\n%s(sub/y.o)\n%s\n"
		 "user output (with this)\n(%s)x.o",
		 path, path, path, path);
	trace_read(&t, text, &rest);
	assert_int_equal(t.n, 6);
	assert_string_equal(t.v[0].path, "/tmp/ccAbCdEf.o");
	assert_null(t.v[0].member);
	assert_string_equal(t.v[1].path, "/tmp/x-1f2e3d.o");
	assert_string_equal(t.v[2].path, path);
	assert_string_equal(t.v[2].member, "x.o");
	assert_null(t.v[4].member);
	assert_int_equal(trace_count(&t, path, "x.o"), 2);
	assert_int_equal(trace_count(&t, path, "y.o"), 1);
	assert_int_equal(trace_count(&t, path, "z.o"), 0);
	assert_string_equal(rest.data, "user output (with this)\n");
	trace_release(&t);
	strbuf_release(&rest);
	test_remove_dir(dir);
}

static void finds_libraries(void **state)
{
	char dir[TEST_DIR_SIZE], text[200], path[64];
	struct strbuf rest = STRBUF_INIT;
	struct trace t;
	FILE *f;

	(void)state;
	test_make_dir(dir);
	snprintf(path, sizeof(path), "%s/libz.a", dir);
	f = fopen(path, "w");
	fclose(f);
	snprintf(text, sizeof(text), "%s\n(%s)x.o\n", path, path);
	trace_read(&t, text, &rest);
	assert_string_equal(trace_library(&t, "z"), path);
	assert_string_equal(trace_library(&t, ":libz.a"), path);
	assert_null(trace_library(&t, "y"));
	trace_release(&t);
	test_remove_dir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_both_forms),
		cmocka_unit_test(finds_libraries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
