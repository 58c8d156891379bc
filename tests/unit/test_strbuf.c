/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "common/base/strbuf.h"

static void test_grows(void **state)
{
	struct strbuf sb = STRBUF_INIT;

	(void)state;
	assert_string_equal(sb.data, "");
	strbuf_addstr(&sb, "a");
	strbuf_addch(&sb, 'b');
	strbuf_addf(&sb, "%d", 42);
	assert_string_equal(sb.data, "ab42");
	for (int i = 0; i < 1000; i++)
		strbuf_addf(&sb, "%d", i % 10);
	assert_int_equal(sb.len, 1004);
	assert_int_equal(strlen(sb.data), 1004);
	strbuf_reset(&sb);
	assert_string_equal(sb.data, "");
	strbuf_release(&sb);
	assert_string_equal(sb.data, "");
	strbuf_release(&sb);
}

/* A formatted text longer than any room made in advance. */
static void test_long_format(void **state)
{
	struct strbuf sb = STRBUF_INIT;
	char text[5000];

	(void)state;
	memset(text, 'y', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	strbuf_addf(&sb, "<%s>", text);
	assert_int_equal(sb.len, 5001);
	assert_int_equal(sb.data[5000], '>');
	assert_int_equal(sb.data[5001], '\0');
	strbuf_release(&sb);
}

static void test_bytes_and_consume(void **state)
{
	struct strbuf sb = STRBUF_INIT;

	(void)state;
	strbuf_add(&sb, "a\0b\0c", 5);
	assert_int_equal(sb.len, 5);
	strbuf_consume(&sb, 2);
	assert_memory_equal(sb.data, "b\0c", 4);
	strbuf_consume(&sb, 3);
	strbuf_consume(&sb, 0);
	assert_int_equal(sb.len, 0);
	strbuf_release(&sb);
}

static void test_detach(void **state)
{
	struct strbuf sb = STRBUF_INIT;
	char *text = strbuf_detach(&sb);

	(void)state;
	assert_string_equal(text, "");
	free(text);
	strbuf_addstr(&sb, "mine");
	text = strbuf_detach(&sb);
	assert_string_equal(text, "mine");
	assert_int_equal(sb.len, 0);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grows),
		cmocka_unit_test(test_long_format),
		cmocka_unit_test(test_bytes_and_consume),
		cmocka_unit_test(test_detach),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
