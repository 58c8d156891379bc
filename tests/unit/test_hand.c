/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include <string.h>

#include "common/base/strbuf.h"
#include "instrument/hand.h"

static void expect(const char *before, const char *after)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_addstr(&text, before);
	hand_pragmas(&text);
	if (after)
		assert_string_equal(text.data, after);
	else
		assert_non_null(strstr(text.data, "ckpt_here();"));
	strbuf_release(&text);
}

static void test_pragmas(void **state)
{
	(void)state;
	expect("int a;\n#pragma harrier poll\nint b;\n", NULL);
	expect(" # pragma  harrier\tpoll", NULL);
	expect("#pragma harrier polls\n", "#pragma harrier polls\n");
	expect("#pragma omp harrier poll\n", "#pragma omp harrier poll\n");
	expect("x harrier poll\n\ny\n", "x harrier poll\n\ny\n");
	expect("", "");
}

static void test_lines_stay(void **state)
{
	struct strbuf text = STRBUF_INIT;
	const char *p;
	int lines = 0;

	(void)state;
	strbuf_addstr(&text, "a\n#pragma harrier poll\nb\n");
	hand_pragmas(&text);
	for (p = text.data; *p; p++)
		lines += *p == '\n';
	assert_int_equal(lines, 3);
	strbuf_release(&text);
}

static void test_names(void **state)
{
	(void)state;
	assert_true(hand_is_poll("ckpt_now"));
	assert_true(hand_is_poll("ckpt_here"));
	assert_false(hand_is_poll("ckpt_nowhere"));
	assert_true(hand_is_type("ckpt_type_"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pragmas),
		cmocka_unit_test(test_lines_stay),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
