/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/job/submitfile.h"

#include <errno.h>

static int read_file(void *ctx, const char *path, struct strbuf *out,
		     struct err *err)
{
	(void)ctx;
	if (strcmp(path, "inc.sub") == 0)
		strbuf_addstr(out, "from_inc = yes\nif true\n x = in\nendif\n");
	else if (strcmp(path, "loop.sub") == 0)
		strbuf_addstr(out, "include : loop.sub\n");
	else if (strcmp(path, "bad.sub") == 0)
		strbuf_addstr(out, "ok = 1\nendif\n");
	else
		return err_set(err, -ENOENT, "cannot open '%s'", path);
	return 0;
}

static int run(void *ctx, const char *command, struct strbuf *out,
	       struct err *err)
{
	(void)ctx;
	(void)err;
	strbuf_addf(out, "from_cmd = %s\n", command);
	return 0;
}

static const char *get_env(void *ctx, const char *name)
{
	(void)ctx;
	return strcmp(name, "HOME") == 0 ? "/home/me" : NULL;
}

static int no_stat(void *ctx, const char *path, bool *dir, int64_t *bytes)
{
	(void)ctx;
	(void)path;
	(void)dir;
	(void)bytes;
	return -ENOENT;
}

static time_t epoch_day(void *ctx)
{
	(void)ctx;
	return 86400 * 400;
}

static const struct submit_io io = { .read_file = read_file,
				     .run = run,
				     .stat = no_stat,
				     .getenv = get_env,
				     .now = epoch_day };

/* The value of x after the file was read up to its (added) queue. */
static void value_of_x(const char *text, struct strbuf *out)
{
	static const char *const names[] = { "x", NULL };
	const struct queuestmt *queue;
	struct err err = ERR_INIT;
	struct submitfile *sf;
	char *whole = NULL, *value = NULL;
	int rc;

	assert_true(asprintf(&whole, "%s\nqueue\n", text) > 0);
	sf = submitfile_new("job.sub", whole, &io);
	submitfile_set_cwd(sf, "/cwd");
	rc = submitfile_next_queue(sf, &queue, &err);
	if (rc == 1) {
		submitfile_set_job(sf, 12, 3, 1, 0);
		rc = submitfile_get(sf, names, &value, &err);
	}
	if (rc < 0)
		strbuf_addf(out, "error: %s", err.text);
	else
		strbuf_addstr(out, value ? value : "(none)");
	free(value);
	free(whole);
	submitfile_free(sf);
}

struct vector {
	const char *text;
	const char *want;
};

static void check(const struct vector *v, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct strbuf got = STRBUF_INIT;

		value_of_x(v[i].text, &got);
		if (strcmp(got.data, v[i].want) != 0)
			fail_msg("%s\ngot %s, want %s", v[i].text, got.data,
				 v[i].want);
		strbuf_release(&got);
	}
}

static void test_lines(void **state)
{
	static const struct vector vectors[] = {
		{ "x = 1", "1" },
		{ "X=1\nx = 2", "2" },
		{ "x =", "(none)" },
		{ "", "(none)" },
		{ "  x   =  a b  # no comment here", "a b  # no comment here" },
		{ "# x = 1\n  # x = 2", "(none)" },
		{ "x = a \\\n   b\\\nc", "a bc" },
		{ "x = a\\\n# note \\\n b", "ab" },
		{ "# note \\\nx = 1", "1" },
		{ "x = a \\\n\ny = 2", "a" },
		{ "x = a\r\n", "a" },
		{ "x @=end\n a\n# b\n  @end\ny = 1", "a\n# b" },
		{ "x @=end\n a", "error: job.sub:1: no line '@end' ends the "
				 "value" },
		{ "queue_name = 3\nx = $(queue_name)", "3" },
		{ "if = 3\nx = $(if)", "3" },
		{ "nonsense", "error: job.sub:1: 'nonsense' is no statement: "
			      "expected `name = value` or `queue`" },
		{ "\n\na b = 3", "error: job.sub:3: bad name 'a b'" },
		{ "use feature : X", "error: job.sub:1: 'use' is not supported"
				     ": write the commands of the template "
				     "instead" },
	};

	(void)state;
	check(vectors, sizeof(vectors) / sizeof(vectors[0]));
}

static void test_macros(void **state)
{
	static const struct vector vectors[] = {
		{ "a = 1\nx = $(a)$(A)", "11" },
		{ "x = $(a)\na = 1", "1" },
		{ "x = [$(nosuch)]", "[]" },
		{ "x = $(nosuch:a b)", "a b" },
		{ "x = $(nosuch:$(b:c))", "c" },
		{ "b =\nx = $(b:c)", "c" },
		{ "x = 1\nx = $(x) 2", "1 2" },
		{ "x = $(x:none)", "none" },
		{ "x = $(Cluster).$(Process)", "12.3" },
		{ "x = $(ClusterId).$(ProcId) $(JobId) $(Step)",
		  "12.3 12.3 1" },
		{ "x = $$(Arch) $$(Memory:3) $(DOLLAR)", "$$(Arch) "
							 "$$(Memory:3) $" },
		{ "a = 2\nx = $$([Memory + $(a)])", "$$([Memory + 2])" },
		{ "x = 5$ $x $ (a) %d", "5$ $x $ (a) %d" },
		{ "a = $(b)\nb = $(a)\nx = $(a)",
		  "error: job.sub:3: x: macros nested too deeply in '$(b)': "
		  "does one contain itself?" },
		{ "x = $(a", "error: job.sub:1: x: '$(a' has no closing ')'" },
		{ "x = $(SUBMIT_FILE) $(YEAR)", "job.sub 1971" },
		{ "a=\nb=$(a)$(a)$(a)$(a)\nc=$(b)$(b)$(b)$(b)\n"
		  "d=$(c)$(c)$(c)$(c)\ne=$(d)$(d)$(d)$(d)\n"
		  "f=$(e)$(e)$(e)$(e)\ng=$(f)$(f)$(f)$(f)\n"
		  "h=$(g)$(g)$(g)$(g)\ni=$(h)$(h)$(h)$(h)\n"
		  "j=$(i)$(i)$(i)$(i)\nk=$(j)$(j)$(j)$(j)\n"
		  "l=$(k)$(k)$(k)$(k)\nx=$(l)$(l)$(l)$(l)",
		  "error: job.sub:13: x: macros nested too deeply in '': does "
		  "one contain itself?" },
	};

	(void)state;
	check(vectors, sizeof(vectors) / sizeof(vectors[0]));
}

static void test_functions(void **state)
{
	static const struct vector vectors[] = {
		{ "x = $ENV(HOME)/$ENV(NOSUCH:d)", "/home/me/d" },
		{ "x = $ENV(NOSUCH)", "UNDEFINED" },
		{ "x = $INT(Process,%03d)", "003" },
		{ "a = 2*3\nx = $INT(a) $INT(7/2) $INT(3.9)", "6 3 3" },
		{ "x = $REAL(a) ", "error: job.sub:1: x: $REAL(): 'a' is no "
				   "number" },
		{ "x = $REAL(1.5) $REAL(Process,%.2f)", "1.5 3.00" },
		{ "x = $INT(1,%s)", "error: job.sub:1: x: $INT(): bad format" },
		{ "x = $INT(1,%d%n)", "error: job.sub:1: x: $INT(): bad "
				      "format" },
		{ "x = $INT(1,%*d)", "error: job.sub:1: x: $INT(): bad "
				     "format" },
		{ "x = $INT(1,%9999d)", "error: job.sub:1: x: $INT(): bad "
					"format" },
		{ "x = $CHOICE(1, a, b, c)", "b" },
		{ "l = p, q ,r, s\nx = $CHOICE(Process, l)", "s" },
		{ "x = $CHOICE(3, a, b, c)", "error: job.sub:1: x: $CHOICE(): "
					     "index out of range" },
		{ "x = $RANDOM_CHOICE(z)", "z" },
		{ "x = $RANDOM_INTEGER(5,5)", "5" },
		{ "x = $RANDOM_INTEGER(5,9,10)", "5" },
		{ "a = abcdef\nx = $SUBSTR(a,2) $SUBSTR(a,-2) $SUBSTR(a,1,2) "
		  "$SUBSTR(a,1,-1)",
		  "cdef ef bc bcde" },
		{ "f = /a/b/c.tar.gz\nx = $F(f) $Fp(f) $Fd(f) $Fn(f) $Fx(f) "
		  "$Fnx(f) $Fpb(f) $Fxb(f) $Fdb(f)",
		  "/a/b/c.tar.gz /a/b/ b/ c.tar .gz c.tar.gz /a/b gz b" },
		{ "f = c.x\nx = $Ff(f) $Fq(f) $Fqa(f)",
		  "/cwd/c.x \"c.x\" 'c.x'" },
		{ "f = /a/b.c\nx = $DIRNAME(f) $BASENAME(f) $BASENAME(f,.c)",
		  "/a b.c b" },
		{ "x = $nosuch(1) $env(HOME)", "$nosuch(1) $env(HOME)" },
		{ "x = $INT()", "error: job.sub:1: x: $INT(): '' is no "
				"number" },
		{ "x = $INT(1,2,3)", "error: job.sub:1: x: $INT(): wrong "
				     "number of arguments" },
	};

	(void)state;
	check(vectors, sizeof(vectors) / sizeof(vectors[0]));
}

static void test_conditions(void **state)
{
	static const struct vector vectors[] = {
		{ "if true\nx=1\nelse\nx=2\nendif", "1" },
		{ "IF no\nx=1\nELIF yes\nx=2\nELSE\nx=3\nENDIF", "2" },
		{ "if 0\nx=1\nelif\nx=2\nelse\nx=3\nendif", "3" },
		{ "if defined a\nx=1\nelse\nx=2\nendif", "2" },
		{ "a=1\nif ! defined a\nx=1\nelse\nx=2\nendif", "2" },
		{ "a=yes\nif $(a)\nx=1\nendif", "1" },
		{ "if version >= 8.1.6\nx=1\nendif", "1" },
		{ "if version < 8.1\nx=1\nelse\nx=2\nendif", "2" },
		{ "if version > 100\nx=1\nelse\nx=2\nendif", "2" },
		{ "if false\nif true\nx=1\nelse\nx=2\nendif\nelse\nx=3\nendif",
		  "3" },
		{ "x=0\nif false\nqueue in (\na = 3\nendif\n)\nx=1\nendif",
		  "0" },
		{ "x=0\nif false\ny @=e\nendif\n@e\nx=1\nendif", "0" },
		{ "if false\nif garbage\nendif\nnonsense\nendif\nx=1", "1" },
		{ "if 1 && 0\nendif", "error: job.sub:1: '1 && 0' is no "
				      "condition: only true, false, defined "
				      "NAME, version, or a macro that gives "
				      "one of them" },
		{ "else", "error: job.sub:1: 'else' without an if" },
		{ "if true\nelse\nelse\nendif", "error: job.sub:3: 'else' "
						"behind the else" },
		{ "endif", "error: job.sub:1: 'endif' without an if" },
	};

	(void)state;
	check(vectors, sizeof(vectors) / sizeof(vectors[0]));
}

static void test_includes(void **state)
{
	static const struct vector vectors[] = {
		{ "include : inc.sub", "in" },
		{ "include : inc.sub\nx = $(from_inc)", "yes" },
		{ "include : prog a |\nx = $(from_cmd)", "prog a" },
		{ "include command : prog b\nx = $(from_cmd)", "prog b" },
		{ "include ifexist : nosuch\nx = 1", "1" },
		{ "x=1\ninclude : nosuch", "error: job.sub:2: cannot open "
					   "'nosuch'" },
		{ "include : bad.sub", "error: bad.sub:2: 'endif' without an "
				       "if" },
		{ "include : loop.sub", "error: loop.sub:1: more than 8 "
					"includes in each other" },
		{ "if true\ninclude : bad.sub", "error: bad.sub:2: 'endif' "
						"without an if" },
	};

	(void)state;
	check(vectors, sizeof(vectors) / sizeof(vectors[0]));
}

static void test_queues(void **state)
{
	static const char *const names[] = { "out", NULL };
	static const char text[] = "n = 2\nout = $(name).$(Step)\n"
				   "queue $(n) name in (a b)\n"
				   "out = last\nqueue\n"
				   "out = $(Item) $(Row) $(ItemIndex)\n"
				   "queue in [1::2] (a b c d)\n";
	const struct queuestmt *queue;
	struct err err = ERR_INIT;
	struct submitfile *sf = submitfile_new("q", text, &io);
	char *value;

	(void)state;
	assert_int_equal(1, submitfile_next_queue(sf, &queue, &err));
	assert_int_equal(4, queuestmt_jobs(queue));
	submitfile_took_live(sf);
	submitfile_set_job(sf, 1, 3, 1, 1);
	assert_int_equal(0, submitfile_get(sf, names, &value, &err));
	assert_string_equal(value, "b.1");
	assert_true(submitfile_took_live(sf));
	assert_false(submitfile_took_live(sf));
	free(value);
	assert_int_equal(1, submitfile_next_queue(sf, &queue, &err));
	assert_int_equal(1, queuestmt_jobs(queue));
	submitfile_set_job(sf, 1, 4, 0, 0);
	assert_int_equal(0, submitfile_get(sf, names, &value, &err));
	assert_string_equal(value, "last");
	assert_false(submitfile_took_live(sf));
	free(value);
	assert_int_equal(1, submitfile_next_queue(sf, &queue, &err));
	submitfile_set_job(sf, 1, 4, 0, 1);
	assert_int_equal(0, submitfile_get(sf, names, &value, &err));
	assert_string_equal(value, "d 3 3"); /* of all items */
	free(value);
	assert_int_equal(0, submitfile_next_queue(sf, &queue, &err));
	assert_int_equal(3, submitfile_queue_count(sf));
	submitfile_free(sf);
}

/* The command line comes first, -append right before queue. */
static void test_command_line(void **state)
{
	static const char *const names[] = { "x", NULL };
	const struct queuestmt *queue;
	struct err err = ERR_INIT;
	struct submitfile *sf =
		submitfile_new("q", "x = $(a)\nqueue 5\nqueue 6\n", &io);
	char *value;

	(void)state;
	assert_int_equal(0, submitfile_define(sf, "a=1", &err));
	assert_int_equal(-EINVAL, submitfile_define(sf, "a", &err));
	submitfile_append(sf, "x = $(x)$(x)");
	submitfile_queue_args(sf, "3");
	assert_int_equal(1, submitfile_next_queue(sf, &queue, &err));
	assert_int_equal(3, queuestmt_jobs(queue));
	submitfile_set_job(sf, 1, 0, 0, 0);
	assert_int_equal(0, submitfile_get(sf, names, &value, &err));
	assert_string_equal(value, "11");
	free(value);
	assert_int_equal(0, submitfile_next_queue(sf, &queue, &err));
	submitfile_free(sf);
}

static void test_unused(void **state)
{
	static const struct {
		const char *text;
		const char *error;
		const char *warning;
	} cases[] = {
		{ "requests_cpus = 2",
		  "job.sub:1: unknown command 'requests_cpus': did you mean "
		  "'request_cpus'?",
		  "" },
		{ "request_cpu = 2",
		  "job.sub:1: unknown command 'request_cpu': did you mean "
		  "'request_cpus'?",
		  "" },
		{ "request_mem = 2",
		  "job.sub:1: unknown command 'request_mem': did you mean "
		  "'request_memory'?",
		  "" },
		{ "RequestRam = 2",
		  "job.sub:1: unknown command 'RequestRam': did you mean "
		  "'request_memory'?",
		  "" },
		{ "reqest_memroy = 2",
		  "job.sub:1: unknown command 'reqest_memroy': did you mean "
		  "'request_memory'?",
		  "" },
		{ "require_gpu = 2",
		  "job.sub:1: unknown command 'require_gpu': did you mean "
		  "'request_gpus'?",
		  "" },
		{ "request_mem = 2\nx = $(request_mem)", "", "" },
		{ "\nexecutbale = a", "",
		  "the line 'executbale = a' was unused by hsubmit. Is it a "
		  "typo? Did you mean 'executable'?\n" },
		{ "aaaa @=end\n1\n2\n@end", "",
		  "the line 'aaaa = 1...' was unused by hsubmit. Is it a "
		  "typo?\n" },
		{ "aaaa=1", "",
		  "the line 'aaaa = 1' was unused by hsubmit. Is it a "
		  "typo?\n" },
		{ "my_own = 3", "",
		  "the line 'my_own = 3' was unused by hsubmit. Is "
		  "it a typo?\n" },
		{ "n = 3\nexe = 4", "",
		  "the line 'n = 3' was unused by hsubmit. Is it a "
		  "typo?\nthe line 'exe = 4' was unused by hsubmit. "
		  "Is it a typo?\n" },
		{ "requests_cpus = 2\nx = $(requests_cpus)", "", "" },
		{ "notification = always\nstream_output = true", "",
		  "job.sub:1: 'notification' is accepted without "
		  "effect: no mail is sent\n"
		  "job.sub:2: 'stream_output' is accepted without "
		  "effect: files come at the end\n" },
		{ "notification = Never\nstream_error=False ", "", "" },
		{ "docker_pull_policy = always", "",
		  "job.sub:1: 'docker_pull_policy' is accepted without "
		  "effect: jobs run without containers here\n" },
		{ "container_image = debian", "",
		  "job.sub:1: 'container_image': no container is made here; "
		  "the job waits for a machine that says HasContainer\n" },
		{ "x = $(Proces)", "",
		  "$(Proces) is not defined and was taken as empty"
		  "\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		static const char *const names[] = { "x", NULL };
		struct strbuf warnings = STRBUF_INIT;
		struct err err = ERR_INIT;
		const struct queuestmt *queue;
		struct submitfile *sf =
			submitfile_new("job.sub", cases[i].text, &io);
		char *value;

		assert_int_equal(0, submitfile_next_queue(sf, &queue, &err));
		assert_int_equal(0, submitfile_get(sf, names, &value, &err));
		free(value);
		submitfile_check_unused(sf, &warnings, &err);
		assert_string_equal(err.code ? err.text : "", cases[i].error);
		assert_string_equal(warnings.data, cases[i].warning);
		strbuf_release(&warnings);
		submitfile_free(sf);
	}
}

static void test_system(void **state)
{
	const struct submit_io *sys = submit_io_system();
	struct strbuf out = STRBUF_INIT;
	struct err err = ERR_INIT;
	int64_t bytes;
	bool dir;

	(void)state;
	assert_int_equal(0, sys->run(NULL, "echo 'a  b'", &out, &err));
	assert_string_equal(out.data, "a  b\n");
	assert_int_equal(-EIO, sys->run(NULL, "false", &out, &err));
	assert_string_equal(err.text, "'false' exits with status 1");
	err_clear(&err);
	assert_int_equal(-ENOENT, sys->read_file(NULL, "/no/such", &out, &err));
	assert_int_equal(0, sys->stat(NULL, "/", &dir, &bytes));
	assert_true(dir);
	strbuf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_macros),
		cmocka_unit_test(test_functions),
		cmocka_unit_test(test_conditions),
		cmocka_unit_test(test_includes),
		cmocka_unit_test(test_queues),
		cmocka_unit_test(test_command_line),
		cmocka_unit_test(test_unused),
		cmocka_unit_test(test_system),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
