/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "submit/osinfo.h"

static void test_parse(void **state)
{
	struct osinfo os;

	(void)state;
	osinfo_parse("PRETTY_NAME=\"x\"\nNAME=\"Debian GNU/Linux\"\n"
		     "VERSION_ID=\"12\"\n",
		     &os);
	assert_string_equal(os.ver, "12");
	assert_string_equal(os.major_ver, "12");
	assert_string_equal(os.and_ver, "Debian12");
	osinfo_parse("NAME='AlmaLinux'\nVERSION_ID=9.4", &os);
	assert_string_equal(os.ver, "9.4");
	assert_string_equal(os.major_ver, "9");
	assert_string_equal(os.and_ver, "AlmaLinux9");
	osinfo_parse("", &os);
	assert_string_equal(os.ver, "");
	assert_string_equal(os.and_ver, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
