/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "scheduler/archtab.h"

#include <errno.h>

static void test_classes(void **state)
{
	unsigned int class = 99;

	(void)state;
	assert_int_equal(archtab_class_parse("any machine", &class), 0);
	assert_int_equal(class, ARCHTAB_ANY);
	assert_int_equal(archtab_class_parse("same byte order, same word size",
					     &class),
			 0);
	assert_int_equal(class, ARCHTAB_BYTE_ORDER | ARCHTAB_WORD_SIZE);
	assert_int_equal(archtab_class_parse("everywhere", &class), -EINVAL);
	assert_int_equal(archtab_class_parse("", &class), -EINVAL);
	assert_int_equal(class, ARCHTAB_BYTE_ORDER | ARCHTAB_WORD_SIZE);
}

static void test_who_reads_what(void **state)
{
	(void)state;
	assert_true(archtab_reads(ARCHTAB_ANY, "X86_64", "PPC"));
	assert_true(archtab_reads(ARCHTAB_BYTE_ORDER, "X86_64", "ARMHF"));
	assert_false(archtab_reads(ARCHTAB_BYTE_ORDER, "X86_64", "S390X"));
	assert_true(archtab_reads(ARCHTAB_WORD_SIZE, "X86_64", "S390X"));
	assert_false(archtab_reads(ARCHTAB_WORD_SIZE, "X86_64", "I686"));
	assert_false(archtab_reads(ARCHTAB_WORD_SIZE | ARCHTAB_BYTE_ORDER,
				   "X86_64", "S390X"));
	assert_true(archtab_reads(ARCHTAB_LAYOUT, "X86_64", "RISCV64"));
	assert_true(archtab_reads(ARCHTAB_ADDRESSES, "AARCH64", "X86_64"));
	assert_false(archtab_reads(ARCHTAB_LAYOUT, "I686", "ARMHF"));
	assert_false(archtab_reads(ARCHTAB_LAYOUT, "S390X", "PPC64"));
	assert_true(archtab_reads(ARCHTAB_ADDRESSES, "ALPHA", "ALPHA"));
	assert_false(archtab_reads(ARCHTAB_LAYOUT, "ALPHA", "X86_64"));
}

static void test_lists(void **state)
{
	(void)state;
	assert_true(archtab_in_list("X86_64, PPC", "PPC"));
	assert_true(archtab_in_list("x86_64", "X86_64"));
	assert_false(archtab_in_list("PPC64", "PPC"));
	assert_false(archtab_in_list("", "PPC"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_who_reads_what),
		cmocka_unit_test(test_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
