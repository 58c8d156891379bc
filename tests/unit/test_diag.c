/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "instrument/diag.h"

static void expect(struct diags *d, const char *want)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	diags_print(d, out);
	fclose(out);
	assert_string_equal(text, want);
	free(text);
	diags_release(d);
}

static void prints_as_gcc(void **state)
{
	char dir[TEST_DIR_SIZE], path[64], want[300];
	struct diags d = { 0 };
	struct place where;
	FILE *f;

	(void)state;
	test_make_dir(dir);
	snprintf(path, sizeof(path), "%s/x.c", dir);
	f = fopen(path, "w");
	fputs("first\n\tint \303\244, bad;\n", f);
	fclose(f);
	where = (struct place){ path, 2, 10, false };
	diag_add(&d, DIAG_WARNING, &where, "portability", "%s is bad", "it");
	snprintf(want, sizeof(want),
		 "%s:2:10: warning: it is bad [-Wportability]\n"
		 "    2 |         int \303\244, bad;\n"
		 "      |                ^\n",
		 path);
	assert_int_equal(diags_count(&d, DIAG_WARNING), 1);
	assert_int_equal(diags_count(&d, DIAG_ERROR), 0);
	expect(&d, want);
	test_remove_dir(dir);
}

static void prints_without_a_file(void **state)
{
	struct place where = { "/no/such.c", 3, 0, false };
	struct diags d = { 0 };

	(void)state;
	diag_add(&d, DIAG_ERROR, &where, NULL, "a");
	diag_add(&d, DIAG_NOTE, NULL, NULL, "b");
	expect(&d, "/no/such.c:3: error: a\nhcc: note: b\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_as_gcc),
		cmocka_unit_test(prints_without_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
