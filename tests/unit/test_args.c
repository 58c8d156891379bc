/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "common/base/args.h"
#include "common/base/err.h"
#include "common/base/strbuf.h"

#include <errno.h>

/* Each argument in brackets. */
static void assert_args(const char *text, const char *want)
{
	struct strbuf got = STRBUF_INIT, again = STRBUF_INIT;
	struct err err = ERR_INIT;
	struct args args, back;

	args_init(&args);
	args_init(&back);
	if (args_parse(&args, text, &err) != 0)
		fail_msg("%s: %s", text, err.text);
	for (size_t i = 0; i < args.argc; i++)
		strbuf_addf(&got, "[%s]", args.argv[i]);
	assert_null(args.argv[args.argc]);
	assert_string_equal(got.data, want);
	/* and back through the form of a submit file */
	args_unparse_submit(&args, &again);
	assert_int_equal(0, args_parse(&back, again.data, &err));
	assert_int_equal(args.argc, back.argc);
	for (size_t i = 0; i < args.argc; i++)
		assert_string_equal(args.argv[i], back.argv[i]);
	args_release(&args);
	args_release(&back);
	strbuf_release(&got);
	strbuf_release(&again);
}

/* The examples of HTCondor's manual, condor_submit, first. */
static void test_parse(void **state)
{
	(void)state;
	assert_args("\"3 simple arguments\"", "[3][simple][arguments]");
	assert_args("\"one \"\"two\"\" 'spacey ''quoted'' argument'\"",
		    "[one][\"two\"][spacey 'quoted' argument]");
	assert_args("one \\\"two\\\" 'three'", "[one][\"two\"]['three']");
	assert_args("\"one 'two with spaces' 3\"", "[one][two with spaces][3]");
	assert_args("\"a''b c'd e'f ''\"", "[ab][cd ef][]");
	assert_args("a\\b c\\", "[a\\b][c\\]");
	assert_args("\"a\\b \\\"", "[a\\b][\\]");
	assert_args("  a\tb  ", "[a][b]");
	assert_args("", "");
	assert_args("\"\"", "");
	assert_args(" \"''\" ", "[]");
	assert_args("-x=$$(Arch) %n%s", "[-x=$$(Arch)][%n%s]");
}

static void test_errors(void **state)
{
	static const char *const bad[] = {
		"\"a", "\"a 'b\"", "\"a\" b", "a \"b\" c", "\"a\"\"",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err err = ERR_INIT;
		struct args args;

		args_init(&args);
		args_add(&args, "first");
		if (args_parse(&args, bad[i], &err) != -EINVAL)
			fail_msg("%s parsed", bad[i]);
		assert_true(err_is_set(&err));
		assert_int_equal(1, args.argc);
		args_release(&args);
	}
}

static void test_v1(void **state)
{
	struct strbuf out = STRBUF_INIT;
	struct args args;

	(void)state;
	args_init(&args);
	args_add(&args, "a");
	args_add(&args, "\"b\"");
	assert_int_equal(0, args_unparse_v1(&args, &out));
	assert_string_equal(out.data, "a \\\"b\\\"");
	args_add(&args, "c d");
	assert_int_equal(-EINVAL, args_unparse_v1(&args, &out));
	strbuf_reset(&out);
	args_unparse_v2(&args, &out);
	assert_string_equal(out.data, "a \"b\" 'c d'");
	strbuf_release(&out);
	args_release(&args);
}

static void assert_env(struct env *env, const char *want)
{
	struct strbuf out = STRBUF_INIT;

	env_unparse_v2(env, &out);
	assert_string_equal(out.data, want);
	strbuf_release(&out);
	env_release(env);
	env_init(env);
}

static void test_env(void **state)
{
	struct err err = ERR_INIT;
	struct env env;

	(void)state;
	env_init(&env);
	assert_int_equal(0, env_parse(&env, "\"A=1 B='x y' C=\"\"q\"\" D=\"",
				      &err));
	assert_string_equal(env_get(&env, "B"), "x y");
	assert_null(env_get(&env, "b"));
	assert_env(&env, "A=1 'B=x y' C=\"q\" D=");
	assert_int_equal(0, env_parse(&env, "A=1; B=x y;;A=2", &err));
	assert_env(&env, "A=2 'B=x y'");
	assert_int_equal(0, env_parse(&env, "\"A='it''s'\"", &err));
	assert_string_equal(env_get(&env, "A"), "it's");
	assert_int_equal(-EINVAL, env_parse(&env, "\"B=1 noequals\"", &err));
	assert_string_equal(err.text,
			    "no NAME=value in environment entry 'noequals'");
	assert_null(env_get(&env, "B"));
	assert_int_equal(-EINVAL, env_set(&env, "", "x"));
	assert_int_equal(-EINVAL, env_set(&env, "a=b", "x"));
	env_release(&env);
}

static void test_import(void **state)
{
	char *const world[] = { "PATH=/bin", "PWD=/x", "LD_CUDA_X=1", "HOME=/h",
				"odd",	     "=y",     NULL };
	struct env env;

	(void)state;
	env_init(&env);
	env_set(&env, "PWD", "mine");
	env_import(&env, world, "!PATH, P*, *CUDA*");
	assert_env(&env, "PWD=mine LD_CUDA_X=1");
	env_import(&env, world, "*");
	assert_env(&env, "PATH=/bin PWD=/x LD_CUDA_X=1 HOME=/h");
	env_import(&env, world, "H**E P*T*H x*");
	assert_env(&env, "PATH=/bin HOME=/h");
	env_release(&env);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),  cmocka_unit_test(test_errors),
		cmocka_unit_test(test_v1),     cmocka_unit_test(test_env),
		cmocka_unit_test(test_import),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
