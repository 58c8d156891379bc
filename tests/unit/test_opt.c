/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include <errno.h>

#include "common/base/strbuf.h"
#include "common/svc/opt.h"

enum { CONSTRAINT = 1, LONG, LIMIT, VERBOSE, FORMAT, CONFIG };

static const struct opt_def defs[] = {
	{ CONSTRAINT, 0, "constraint", "EXPR",
	  "only jobs for which EXPR is true" },
	{ LONG, 'l', "long", NULL, "whole ads" },
	{ LIMIT, 'n', "limit", "N", "at most N" },
	{ VERBOSE, 'v', NULL, NULL, "say more" },
	{ FORMAT, 0, "format", "FMT ATTR",
	  "print attribute ATTR by the printf format FMT, and so on for each "
	  "pair that is given, in the order of the command line" },
	{ CONFIG, 0, "config", "FILE", NULL },
	{ 0 },
};

/* Parses a line of words; writes "id=value " for each step to `out`. */
static int run(const char *line, struct strbuf *out, struct err *err)
{
	char *words = strdup(line), *argv[20] = { "/usr/bin/tool" };
	struct opt opt;
	int argc = 1, id;

	for (char *w = strtok(words, " "); w; w = strtok(NULL, " "))
		argv[argc++] = w;
	opt_init(&opt, "[options]", NULL, defs, argc, argv);
	strbuf_reset(out);
	while ((id = opt_next(&opt, err)) && id != -EINVAL) {
		strbuf_addf(out, "%d=%s ", id, opt.value ? opt.value : "");
		if (id == FORMAT)
			strbuf_addf(out, "+%s ", opt_take(&opt));
	}
	free(words);
	return id;
}

static void good(const char *line, const char *want)
{
	struct strbuf out = STRBUF_INIT;
	struct err err = ERR_INIT;

	if (run(line, &out, &err))
		fail_msg("%s: %s", line, err_text(&err));
	assert_string_equal(out.data, want);
	strbuf_release(&out);
}

static void bad(const char *line, const char *want)
{
	struct strbuf out = STRBUF_INIT;
	struct err err = ERR_INIT;

	assert_int_equal(run(line, &out, &err), -EINVAL);
	if (!strstr(err_text(&err), want))
		fail_msg("%s: '%s' is not in '%s'", line, want, err_text(&err));
	strbuf_release(&out);
}

static void test_good(void **state)
{
	(void)state;
	good("", "");
	good("-constraint x a.b", "1=x -1001=a.b ");
	good("--constraint x --constraint=y=z -constraint=", "1=x 1=y=z 1= ");
	good("-l -long --long -lon -lo", "2= 2= 2= 2= 2= ");
	good("-lv -lvn5 -n 5 -vn 6", "2= 4= 2= 4= 3=5 3=5 4= 3=6 ");
	good("-cons x -lim 3", "1=x 3=3 ");
	good("-format %d Id rest", "5=%d +Id -1001=rest ");
	good("a -l b", "-1001=a 2= -1001=b ");
	good("-l -- -l --", "2= -1001=-l -1001=-- ");
	good("- -l", "-1001=- 2= ");
	good("-h", "-1002= ");
	good("-help --version", "-1002= -1003= ");
	good("-n -5", "3=-5 ");
}

static void test_bad(void **state)
{
	(void)state;
	bad("-constriant x", "did you mean '-constraint'?");
	bad("--lonng", "did you mean '-long'?");
	bad("-zzzz", "unknown option '-zzzz': see 'tool -help'");
	bad("-con x", "ambiguous: -constraint or -config");
	bad("-n", "option '-n' needs an argument: N");
	bad("-constraint", "needs an argument: EXPR");
	bad("--long=x", "takes no argument");
	bad("-lx", "unknown option '-lx'");
}

static void test_help(void **state)
{
	char *argv[] = { "hq", NULL }, line[200];
	struct opt opt;
	FILE *file = tmpfile();
	bool seen_format = false;
	int lines = 0;

	(void)state;
	opt_init(&opt, "[options] [JOB...]", "Shows the queue.", defs, 1, argv);
	opt_print_help(&opt, file);
	rewind(file);
	while (fgets(line, sizeof(line), file)) {
		assert_true(strlen(line) <= 81);
		assert_null(strstr(line, "-config"));
		if (!lines++)
			assert_string_equal(line,
					    "usage: hq [options] [JOB...]\n");
		seen_format |= strstr(line, "-format FMT ATTR") != NULL;
	}
	assert_true(seen_format);
	assert_in_range(lines, 9, 24);
	fclose(file);
}

static void test_int(void **state)
{
	struct err err = ERR_INIT;
	long long value = 7;

	(void)state;
	assert_int_equal(opt_parse_int("12", "limit", 1, 100, &value, NULL), 0);
	assert_int_equal(value, 12);
	assert_int_equal(opt_parse_int("0", "limit", 1, 100, &value, &err),
			 -EINVAL);
	assert_string_equal(err_text(&err),
			    "bad limit '0': use a whole number from 1 to 100");
	assert_int_equal(opt_parse_int("5x", "limit", 1, 100, &value, NULL),
			 -EINVAL);
	assert_int_equal(opt_parse_int("", "limit", 1, 100, &value, NULL),
			 -EINVAL);
	assert_int_equal(value, 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_help),
		cmocka_unit_test(test_int),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
