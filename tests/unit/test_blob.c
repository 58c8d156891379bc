/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include <errno.h>

#include "common/base/xalloc.h"
#include "instrument/blob.h"

static void make(struct strbuf *out)
{
	struct blob b = { .source = STRBUF_INIT, .facts = STRBUF_INIT };

	b.unit = xstrdup("x.c");
	b.file = xstrdup("dir/x.c");
	b.arch = xstrdup("S390X");
	b.triple = xstrdup("s390x-linux-gnu");
	strv_add(&b.cc, "s390x-linux-gnu-gcc");
	strv_add(&b.cflags, "-O2");
	strv_add(&b.cflags, "");
	strv_add(&b.cflags, "-DX=a b");
	strbuf_addstr(&b.source, "int main(void) { return 0; }\n");
	strbuf_addstr(&b.facts, "facts\n");
	blob_write(&b, out);
	blob_release(&b);
}

static void comes_back(void **state)
{
	struct strbuf text = STRBUF_INIT;
	struct err err = ERR_INIT;
	struct blob b;

	(void)state;
	make(&text);
	assert_int_equal(blob_read(text.data, text.len, &b, &err), 0);
	assert_string_equal(b.unit, "x.c");
	assert_string_equal(b.file, "dir/x.c");
	assert_string_equal(b.arch, "S390X");
	assert_null(b.std);
	assert_int_equal(b.cc.n, 1);
	assert_int_equal(b.cflags.n, 3);
	assert_string_equal(b.cflags.v[1], "");
	assert_string_equal(b.cflags.v[2], "-DX=a b");
	assert_string_equal(b.source.data, "int main(void) { return 0; }\n");
	assert_string_equal(b.facts.data, "facts\n");
	blob_release(&b);
	strbuf_release(&text);
}

static void refuses_joined_ones(void **state)
{
	struct strbuf text = STRBUF_INIT;
	struct blob b;

	(void)state;
	make(&text);
	make(&text);
	assert_int_equal(blob_read(text.data, text.len, &b, NULL), -EEXIST);
	strbuf_release(&text);
}

static void refuses_damage(void **state)
{
	struct strbuf text = STRBUF_INIT;
	struct blob b;
	size_t i;

	(void)state;
	make(&text);
	for (i = 0; i < text.len; i++)
		assert_int_equal(blob_read(text.data, i, &b, NULL), -EINVAL);
	text.data[0] ^= 1;
	assert_int_equal(blob_read(text.data, text.len, &b, NULL), -EINVAL);
	text.data[0] ^= 1;
	/* any byte may be wrong: an error or another text, never a crash */
	for (i = 16; i < text.len; i++) {
		text.data[i] ^= 0x55;
		if (!blob_read(text.data, text.len, &b, NULL))
			blob_release(&b);
		text.data[i] ^= 0x55;
	}
	strbuf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_back),
		cmocka_unit_test(refuses_joined_ones),
		cmocka_unit_test(refuses_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
