/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include <errno.h>

#include "common/base/strbuf.h"
#include "instrument/ar.h"

static void member(struct strbuf *out, const char *name, const char *data,
		   bool stored)
{
	strbuf_addf(out, "%-16s%-12d%-6d%-6d%-8o%-10zu`\n", name, 0, 0, 0, 0644,
		    strlen(data));
	if (!stored)
		return;
	strbuf_addstr(out, data);
	if (strlen(data) % 2)
		strbuf_addch(out, '\n');
}

static void reads_members(void **state)
{
	struct strbuf text = STRBUF_INIT;
	struct ar ar;

	(void)state;
	strbuf_addstr(&text, "!<arch>\n");
	member(&text, "/", "index", true);
	member(&text, "//", "a_long_name_of_a_member.o/\nanother long one.o/\n",
	       true);
	member(&text, "x.o/", "odd", true);
	member(&text, "/27", "long", true);
	member(&text, "/0", "", true);
	member(&text, "x.o/", "again", true);
	assert_int_equal(ar_read(text.data, text.len, "lib.a", &ar, NULL), 0);
	assert_int_equal(ar.n, 4);
	assert_string_equal(ar.v[0].name, "x.o");
	assert_int_equal(ar.v[0].len, 3);
	assert_memory_equal(ar.v[0].data, "odd", 3);
	assert_string_equal(ar.v[1].name, "another long one.o");
	assert_memory_equal(ar.v[1].data, "long", 4);
	assert_string_equal(ar.v[2].name, "a_long_name_of_a_member.o");
	assert_string_equal(ar.v[3].name, "x.o");
	ar_release(&ar);
	strbuf_release(&text);
}

static void reads_thin_archives(void **state)
{
	struct strbuf text = STRBUF_INIT;
	struct ar ar;

	(void)state;
	strbuf_addstr(&text, "!<thin>\n");
	member(&text, "//", "sub/x.o/\n/abs/y.o/\n", true);
	member(&text, "/0", "not here", false);
	member(&text, "/9", "nor here", false);
	assert_int_equal(ar_read(text.data, text.len, "d/l.a", &ar, NULL), 0);
	assert_int_equal(ar.n, 2);
	assert_string_equal(ar.v[0].name, "x.o");
	assert_string_equal(ar.v[0].path, "d/sub/x.o");
	assert_null(ar.v[0].data);
	assert_string_equal(ar.v[1].path, "/abs/y.o");
	ar_release(&ar);
	strbuf_release(&text);
}

static void refuses_damage(void **state)
{
	struct strbuf text = STRBUF_INIT;
	struct ar ar;
	size_t i;

	(void)state;
	assert_int_equal(ar_read("\177ELF....", 8, "x", &ar, NULL), -ENOEXEC);
	strbuf_addstr(&text, "!<arch>\n");
	member(&text, "/99", "name far away", true);
	for (i = 9; i + 1 < text.len; i++)
		assert_int_equal(ar_read(text.data, i, "x", &ar, NULL),
				 -EINVAL);
	assert_int_equal(ar_read(text.data, text.len, "x", &ar, NULL), 0);
	assert_string_equal(ar.v[0].name, "");
	ar_release(&ar);
	strbuf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_members),
		cmocka_unit_test(reads_thin_archives),
		cmocka_unit_test(refuses_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
