/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "common/ad/ad.h"
#include "common/base/err.h"
#include "common/base/xalloc.h"
#include "common/job/wire.h"
#include "scheduler/jobfiles.h"

#include <errno.h>

static struct ad *ad_of(const char *text)
{
	struct ad *ad;

	assert_int_equal(ad_parse_long(text, &ad, NULL), 0);
	return ad;
}

static void check_inputs(const char *job_text, const char *const *want)
{
	struct ad *job = ad_of(job_text), *slot = ad_of("Arch = \"PPC\"\n");
	struct err err = ERR_INIT;
	struct jobfiles f;
	size_t i;

	assert_int_equal(jobfiles_inputs(job, slot, &f, &err), 0);
	for (i = 0; want[i]; i++) {
		char *got;

		assert_true(i < f.count);
		got = xasprintf("%s=%s%s%s", f.files[i].name, f.files[i].path,
				f.files[i].executable ? " x" : "",
				f.files[i].contents ? " /" : "");
		assert_string_equal(got, want[i]);
		free(got);
	}
	assert_int_equal(f.count, i);
	jobfiles_release(&f);
	ad_free(job);
	ad_free(slot);
}

static void test_inputs(void **state)
{
	(void)state;
	check_inputs("Cmd = \"p.$$(Arch)\"\nIwd = \"/w\"\nIn = \"d/in\"\n"
		     "TransferInput = \"a, /b/c ,d/, e\"\n",
		     (const char *const[]){ "p.PPC=/w/p.PPC x", "in=/w/d/in",
					    "a=/w/a", "c=/b/c", "d=/w/d /",
					    "e=/w/e", NULL });
	check_inputs("Cmd = \"/bin/true\"\nIwd = \"/w\"\nIn = \"/dev/null\"\n"
		     "TransferExecutable = false\n",
		     (const char *const[]){ NULL });
}

static void test_undefined_machine_attribute(void **state)
{
	struct ad *job = ad_of("Cmd = \"p.$$(NoSuch)\"\nIwd = \"/w\"\n");
	struct ad *slot = ad_of("Arch = \"PPC\"\n");
	struct err err = ERR_INIT;
	struct jobfiles f;

	(void)state;
	assert_int_equal(jobfiles_inputs(job, slot, &f, &err), -EINVAL);
	assert_non_null(strstr(err_text(&err), "NoSuch"));
	ad_free(job);
	ad_free(slot);
}

static void test_command(void **state)
{
	struct ad *job = ad_of("Arguments = \"a 'b c' $$(Arch)\"\n"
			       "Env = \"A=1;B=2\"\nOut = \"o\"\nErr = \"o\"\n"
			       "In = \"d/in\"\nTransferOutput = \"r, s\"\n");
	struct ad *slot = ad_of("Arch = \"PPC\"\n");
	struct wire_start s = { 0 };
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(jobfiles_command(job, slot, &s, &err), 0);
	assert_string_equal(s.argv[1], "b c");
	assert_string_equal(s.argv[2], "PPC");
	assert_null(s.argv[3]);
	assert_string_equal(s.env[1], "B=2");
	assert_string_equal(s.stdin_name, "in");
	assert_string_equal(s.stdout_name, JOBFILES_STDOUT);
	/* One file for both: the lines stay in their order. */
	assert_string_equal(s.stderr_name, JOBFILES_STDOUT);
	assert_string_equal(s.outputs[1], "s");
	assert_null(s.outputs[2]);
	wire_start_release(&s);
	ad_free(job);
	ad_free(slot);
}

static void test_nothing_set(void **state)
{
	struct ad *job = ad_of("Cmd = \"x\"\n");
	struct wire_start s = { 0 };

	(void)state;
	assert_int_equal(jobfiles_command(job, job, &s, NULL), 0);
	assert_null(s.argv[0]);
	assert_null(s.env[0]);
	assert_null(s.stdout_name);
	assert_null(s.outputs);
	wire_start_release(&s);
	ad_free(job);
}

static void goes(const struct ad *job, const char *name, const char *want)
{
	char *got = jobfiles_destination(job, name);

	if (want)
		assert_string_equal(got, want);
	else
		assert_null(got);
	free(got);
}

static void test_destinations(void **state)
{
	struct ad *job = ad_of("Iwd = \"/w\"\nOut = \"o/out\"\n"
			       "Err = \"/dev/null\"\n"
			       "TransferOutputRemaps = "
			       "\"a = x/b ;c=/d/e;longer=no\"\n");

	(void)state;
	goes(job, JOBFILES_STDOUT, "/w/o/out");
	goes(job, JOBFILES_STDERR, NULL);
	goes(job, "a", "/w/x/b");
	goes(job, "c", "/d/e");
	goes(job, "long", "/w/long");
	goes(job, "s/t", "/w/s/t");
	ad_free(job);
}

/* Named files to their last part, directories with what they hold. */
static void test_named_destinations(void **state)
{
	const char *text = "Iwd = \"/w\"\n"
			   "TransferOutput = \"a/one, c/ ,d/e,three\"\n"
			   "TransferOutputRemaps = \"three = n/3;e=f;"
			   "x\\\\=y = z\"\n";
	struct ad *job = ad_of(text);

	(void)state;
	goes(job, "a/one", "/w/one");
	goes(job, "c/d/two", "/w/d/two");
	goes(job, "d/e/g", "/w/f/g");
	goes(job, "three", "/w/n/3");
	goes(job, "other/x", "/w/other/x");
	goes(job, "x=y", "/w/z");
	ad_set_bool(job, "PreserveRelativePaths", true);
	goes(job, "a/one", "/w/a/one");
	goes(job, "c/d/two", "/w/c/d/two");
	ad_free(job);
}

static void test_relative_paths(void **state)
{
	(void)state;
	check_inputs("Cmd = \"bin/p\"\nIwd = \"/w\"\n"
		     "PreserveRelativePaths = true\n"
		     "TransferInput = \"a/b, ./c/d/,/e/f,../g/h\"\n",
		     (const char *const[]){ "p=/w/bin/p x", "a/b=/w/a/b",
					    "c/d=/w/./c/d /", "f=/e/f",
					    "h=/w/../g/h", NULL });
}

static void test_bad_output_names(void **state)
{
	struct ad *job = ad_of("Cmd = \"x\"\nTransferOutput = \"a/,/etc\"\n");
	struct wire_start s = { 0 };
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(jobfiles_command(job, job, &s, &err), -EINVAL);
	assert_non_null(strstr(err_text(&err), "'/etc' is no path within"));
	assert_string_equal(s.outputs[0], "a");
	wire_start_release(&s);
	ad_free(job);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inputs),
		cmocka_unit_test(test_undefined_machine_attribute),
		cmocka_unit_test(test_command),
		cmocka_unit_test(test_nothing_set),
		cmocka_unit_test(test_destinations),
		cmocka_unit_test(test_named_destinations),
		cmocka_unit_test(test_relative_paths),
		cmocka_unit_test(test_bad_output_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
