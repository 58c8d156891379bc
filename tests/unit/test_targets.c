/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include <errno.h>

#include "instrument/proc.h"
#include "instrument/targets.h"

static void expect_machine(const char *machine, const char *arch)
{
	const struct target *t = target_of_machine(machine);

	if (!arch) {
		assert_null(t);
		return;
	}
	assert_non_null(t);
	assert_string_equal(t->arch, arch);
}

static void knows_machines(void **state)
{
	(void)state;
	expect_machine("x86_64-linux-gnu", "X86_64");
	expect_machine("x86_64-pc-linux-gnu", "X86_64");
	expect_machine("i386-redhat-linux-gnu", "I686");
	expect_machine("arm-linux-gnueabihf", "ARMHF");
	expect_machine("arm-linux-gnueabi", NULL);
	expect_machine("s390x-linux-gnu", "S390X");
	expect_machine("powerpc64le-linux-gnu", NULL);
	expect_machine("x86_64-w64-mingw32", NULL);
	expect_machine("", NULL);
}

static void finds_and_suggests(void **state)
{
	(void)state;
	assert_string_equal(target_find("s390x")->arch, "S390X");
	assert_null(target_find("VAX"));
	assert_string_equal(target_suggest("AARCH46"), "AARCH64");
}

static void follows_the_word_size(void **state)
{
	struct toolchain tc;
	struct strv args = { 0 };
	struct err err = ERR_INIT;

	(void)state;
	setenv("HCC_CC", "cc -pipe", 1);
	assert_int_equal(toolchain_init(&tc, NULL, &args, &err), 0);
	assert_string_equal(tc.cc.v[1], "-pipe");
	assert_non_null(tc.target);
	assert_true(tc.gcc_major > 0);
	if (!strcmp(tc.target->arch, "X86_64")) {
		toolchain_release(&tc);
		strv_add(&args, "-m32");
		assert_int_equal(toolchain_init(&tc, NULL, &args, &err), 0);
		assert_string_equal(tc.target->arch, "I686");
	}
	toolchain_release(&tc);
	strv_release(&args);
}

static void says_what_to_install(void **state)
{
	struct toolchain tc;
	struct strv args = { 0 };
	struct err err = ERR_INIT;

	(void)state;
	setenv("HCC_CC", "no-such-compiler", 1);
	assert_int_equal(toolchain_init(&tc, NULL, &args, &err), -ENOENT);
	assert_non_null(strstr(err_text(&err), "no-such-compiler"));
	assert_non_null(strstr(err_text(&err), "apt install"));
}

static void runs_programs(void **state)
{
	struct strv argv = { 0 };
	struct strbuf line = STRBUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	strv_add_words(&argv, "sh -c");
	strv_add(&argv, "echo one two; echo three; exit 0");
	assert_int_equal(proc_line(&argv, &line, &err), 0);
	assert_string_equal(line.data, "one two");
	strv_release(&argv);
	strv_add_words(&argv, "sh -c");
	strv_add(&argv, "exit 7");
	assert_int_equal(proc_run(&argv, NULL, &err), 7);
	assert_int_equal(proc_line(&argv, &line, &err), -EIO);
	strv_release(&argv);
	strv_add_words(&argv, "sh -c");
	strv_add(&argv, "kill -9 $$");
	assert_int_equal(proc_run(&argv, NULL, &err), 128 + 9);
	strv_release(&argv);
	strv_add(&argv, "/no/such/program");
	assert_int_equal(proc_run(&argv, NULL, &err), -ENOENT);
	strv_release(&argv);
	strbuf_release(&line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_machines),
		cmocka_unit_test(finds_and_suggests),
		cmocka_unit_test(follows_the_word_size),
		cmocka_unit_test(says_what_to_install),
		cmocka_unit_test(runs_programs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
