/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "common/base/strbuf.h"
#include "instrument/options.h"

/* The arguments joined by '|'. */
static char *join(const struct strv *s)
{
	struct strbuf out = STRBUF_INIT;
	size_t i;

	for (i = 0; i < s->n; i++)
		strbuf_addf(&out, "%s%s", i ? "|" : "", s->v[i]);
	return strbuf_detach(&out);
}

static void parse(struct options *o, const char *line)
{
	struct strv args = { 0 };
	struct err err = ERR_INIT;

	strv_add(&args, "hcc");
	strv_add_words(&args, line);
	assert_int_equal(options_parse(o, (int)args.n, args.v, &err), 0);
	strv_release(&args);
}

static void expect(const char *line, unsigned classes, const char *want)
{
	struct strv got = { 0 };
	struct options o;
	char *text;

	parse(&o, line);
	options_select(&o, classes, &got);
	text = join(&got);
	assert_string_equal(text, want);
	free(text);
	strv_release(&got);
	options_release(&o);
}

static void sorts_options(void **state)
{
	const char *line = "-O2 -I inc -Iother -DX=1 -D Y -include z.h -Wall "
			   "-Wl,-rpath,/x -lm -l c -L lib -o out -c -MMD "
			   "-MF x.d -std=c99 -x c -pthread --param a=1 "
			   "-isystem s -T ld.x -Xlinker -q -g -w a.c";

	(void)state;
	expect(line, OPTION_BIT(OPT_PREPROCESS),
	       "-I|inc|-Iother|-DX=1|-D|Y|-include|z.h|-isystem|s");
	expect(line, OPTION_BIT(OPT_OTHER),
	       "-O2|-std=c99|-pthread|--param|a=1|-g");
	expect(line, OPTION_BIT(OPT_LINK),
	       "-Wl,-rpath,/x|-L|lib|-T|ld.x|-Xlinker|-q");
	expect(line, OPTION_BIT(OPT_LIBRARY), "-lm|-l|c");
	expect(line, OPTION_BIT(OPT_WARNING), "-Wall|-w");
	expect(line, OPTION_BIT(OPT_MODE), "-o|out|-c|-MMD|-MF|x.d|-x|c");
	expect(line, OPTION_BIT(OPT_INPUT), "a.c");
}

static void passes_everything_on(void **state)
{
	struct strv got = { 0 };
	struct options o;
	char *text;

	(void)state;
	parse(&o, "-c --report -O2 --poll=all x.c -Wportability -Wfoo -o");
	options_all(&o, &got);
	text = join(&got);
	assert_string_equal(text, "-c|-O2|x.c|-Wfoo|-o");
	assert_true(o.report);
	assert_true(o.portability);
	assert_string_equal(o.poll, "all");
	free(text);
	strv_release(&got);
	options_release(&o);
}

static enum input_kind kind(const char *line)
{
	enum input_kind found = INPUT_NONE;
	struct options o;
	size_t i;

	parse(&o, line);
	for (i = 0; i < o.n; i++)
		if (o.v[i].class == OPT_INPUT)
			found = o.v[i].input;
	options_release(&o);
	return found;
}

static void tells_inputs_apart(void **state)
{
	(void)state;
	assert_int_equal(kind("a.c"), INPUT_C);
	assert_int_equal(kind("dir.c/a"), INPUT_OBJECT);
	assert_int_equal(kind("a.i"), INPUT_CPP_OUTPUT);
	assert_int_equal(kind("a.S"), INPUT_FOREIGN);
	assert_int_equal(kind("a.cpp"), INPUT_FOREIGN);
	assert_int_equal(kind("a.o"), INPUT_OBJECT);
	assert_int_equal(kind("liba.so.1"), INPUT_OBJECT);
	assert_int_equal(kind("-x c -"), INPUT_C);
	assert_int_equal(kind("-xc a.y"), INPUT_C);
	assert_int_equal(kind("-xc++ a.c"), INPUT_FOREIGN);
	assert_int_equal(kind("-x c++ b.cc -x none a.c"), INPUT_C);
}

static enum option_mode mode(const char *line)
{
	enum option_mode m;
	struct options o;

	parse(&o, line);
	m = o.mode;
	options_release(&o);
	return m;
}

static void finds_the_mode(void **state)
{
	(void)state;
	assert_int_equal(mode("a.c"), MODE_LINK);
	assert_int_equal(mode("-c a.c"), MODE_COMPILE);
	assert_int_equal(mode("-c -E a.c"), MODE_OTHER);
	assert_int_equal(mode("-E -c a.c"), MODE_OTHER);
	assert_int_equal(mode("-M a.c"), MODE_OTHER);
	assert_int_equal(mode("-MMD -c a.c"), MODE_COMPILE);
	assert_int_equal(mode("-dumpmachine"), MODE_OTHER);
	assert_int_equal(mode("-### a.c"), MODE_OTHER);
}

static void reads_response_files(void **state)
{
	char dir[TEST_DIR_SIZE], path[64], line[80];
	struct options o;
	FILE *f;

	(void)state;
	test_make_dir(dir);
	snprintf(path, sizeof(path), "%s/r", dir);
	f = fopen(path, "w");
	fputs("-o 'a b' \"c\\\"d\".c\n\te\\ f.o @/no/such/file", f);
	fclose(f);
	snprintf(line, sizeof(line), "-c @%s", path);
	parse(&o, line);
	assert_string_equal(o.output, "a b");
	assert_string_equal(o.v[2].text, "c\"d.c");
	assert_string_equal(o.v[3].text, "e f.o");
	assert_string_equal(o.v[4].text, "@/no/such/file");
	options_release(&o);
	test_remove_dir(dir);
}

static void refuses(const char *arg, const char *want)
{
	char *argv[] = { (char *)"hcc", (char *)arg, NULL };
	struct err err = ERR_INIT;
	struct options o;

	assert_true(options_parse(&o, 2, argv, &err) < 0);
	assert_non_null(strstr(err_text(&err), want));
}

static void suggests_own_options(void **state)
{
	(void)state;
	refuses("--reprot", "did you mean '--report'?");
	refuses("--target=S390X", "did you mean '--targets'?");
	refuses("--targets", "needs a value");
}

static void names_objects(void **state)
{
	char *name = options_object_name("dir.d/x.tab.c");

	(void)state;
	assert_string_equal(name, "x.tab.o");
	free(name);
	name = options_object_name(".c");
	assert_string_equal(name, ".c.o");
	free(name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sorts_options),
		cmocka_unit_test(passes_everything_on),
		cmocka_unit_test(tells_inputs_apart),
		cmocka_unit_test(finds_the_mode),
		cmocka_unit_test(reads_response_files),
		cmocka_unit_test(suggests_own_options),
		cmocka_unit_test(names_objects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
