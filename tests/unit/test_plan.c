/* SPDX-License-Identifier: MIT */
#include "tests/unit/hcc.h"

#include "common/base/xalloc.h"
#include "instrument/facts.h"
#include "instrument/plan.h"
#include "instrument/profile.h"

struct program {
	struct facts *units[2];
	struct plan *plan;
};

static struct facts *facts_of(const char *text)
{
	struct ast *ast = hcc_parse(text);
	struct facts *f = facts_make(ast);

	ast_free(ast);
	return f;
}

static struct program make(const char *a, const char *b, const char *poll)
{
	struct plan_options options = { .poll = poll };
	struct program p = { { facts_of(a), b ? facts_of(b) : NULL }, NULL };

	p.plan = plan_make(p.units, b ? 2 : 1, &options);
	return p;
}

static void release(struct program *p)
{
	plan_free(p->plan);
	facts_free(p->units[0]);
	facts_free(p->units[1]);
}

static const char driver[] =
	"int work(int);\n"
	"static int leaf(int n) { return n * 2; }\n"
	"static int small(int n)\n"
	"{ int s = 0; for (int i = 0; i < 5; i++) s += leaf(n); return s; }\n"
	"int main(int argc, char **argv)\n"
	"{\n"
	"	int s = small(argc);\n"
	"	while (argv[s])\n"
	"		s += work(s);\n"
	"	return s;\n"
	"}\n";

static const char worker[] =
	"static int small(int n) { while (n > 9) n /= 2; return n; }\n"
	"int tree(int n) { return n < 2 ? n : tree(n - 1) + tree(n - 2); }\n"
	"int work(int n)\n"
	"{ for (int i = 0; i < n; i++) n ^= small(i); return n; }\n"
	"__attribute__((constructor)) int made(void) { return 1; }\n";

static void test_driver_polls(void **unused)
{
	struct program p = make(driver, worker, NULL);

	(void)unused;
	assert_int_equal(plan_class(p.plan, 0, "main"), FN_ABOVE);
	assert_true(plan_poll_loop(p.plan, 0, "main", 0));
	assert_int_equal(plan_class(p.plan, 0, "leaf"), FN_TRIVIAL);
	assert_int_equal(plan_class(p.plan, 1, "made"), FN_REFUSED);
	assert_int_equal(plan_class(p.plan, 0, "printf"), FN_FOREIGN);
	/* a few instructions need no poll of their own */
	assert_int_not_equal(plan_class(p.plan, 0, "small"), FN_ABOVE);
	assert_false(plan_poll_loop(p.plan, 0, "small", 0));
	release(&p);
}

/* Statics of one name are different functions. */
static void test_units_are_apart(void **unused)
{
	struct program p = make(driver, worker, "all");

	(void)unused;
	assert_false(plan_poll_loop(p.plan, 0, "leaf", 0));
	assert_true(plan_poll_loop(p.plan, 1, "small", 0));
	assert_int_equal(plan_call(p.plan, 0, "work", NULL), CALL_ABOVE);
	assert_int_equal(plan_call(p.plan, 0, "leaf", NULL), CALL_PLAIN);
	assert_int_equal(plan_class(p.plan, 0, "tree"),
			 plan_class(p.plan, 1, "tree"));
	release(&p);
}

static void test_recursion_polls_at_entry(void **unused)
{
	struct program p = make("int tree(int n)\n"
				"{ return n < 2 ? n : tree(n - 1) + "
				"tree(n - 2); }\n"
				"int main(void) { return tree(40); }\n",
				NULL, NULL);

	(void)unused;
	assert_true(plan_poll_entry(p.plan, 0, "tree"));
	assert_false(plan_poll_entry(p.plan, 0, "main"));
	assert_non_null(plan_cflags(p.plan, 0)[0]);
	release(&p);
}

/* A pointer reaches what has its address taken, by its type. */
static void test_pointers(void **unused)
{
	struct program p =
		make("int one(int n)\n"
		     "{ while (n--) if (one(n)) return 1; return 0; }\n"
		     "int (*f)(int) = one;\n"
		     "int main(void) { return f(3); }\n",
		     NULL, "all");

	(void)unused;
	assert_true(plan_indirect_may_poll(p.plan));
	assert_int_equal(plan_call(p.plan, 0, NULL, "function(int) int"),
			 CALL_ABOVE);
	assert_int_equal(plan_call(p.plan, 0, NULL, "function(long) int"),
			 CALL_PLAIN);
	release(&p);
}

static void test_report(void **unused)
{
	struct program p = make(driver, worker, NULL);
	struct strbuf out = STRBUF_INIT;

	(void)unused;
	plan_report(p.plan, &out);
	assert_non_null(strstr(out.data, "main: polls or tests"));
	assert_non_null(strstr(out.data, "poll in the loop at line 8"));
	strbuf_release(&out);
	release(&p);
}

/* An interpreter whose helper runs programs: its polls must not be masked. */
static void test_bridge(void **unused)
{
	struct program p =
		make("int step(const char *);\n"
		     "int run(const char *s)\n"
		     "{ int n = 0; while (*s) n += step(s++) + step(s);\n"
		     "	return n ? run(s) + run(s + 1) : 0; }\n"
		     "static int nested(const char *s) { return run(s); }\n"
		     "static int print(const char *s)\n"
		     "{ int n = 0; while (*s) n += *s++; return n; }\n"
		     "int step(const char *s)\n"
		     "{ return *s == 'x' ? nested(s + 1) : print(s); }\n"
		     "int main(int argc, char **argv)\n"
		     "{ return run(argv[argc]); }\n",
		     NULL, NULL);

	(void)unused;
	assert_int_equal(plan_class(p.plan, 0, "run"), FN_ABOVE);
	assert_int_equal(plan_class(p.plan, 0, "step"), FN_ABOVE);
	assert_int_equal(plan_class(p.plan, 0, "nested"), FN_ABOVE);
	assert_int_equal(plan_class(p.plan, 0, "print"), FN_BELOW);
	release(&p);
}

/* ---- by profile ---- */

static const char nest[] =
	"static int inner(int n)\n" /* line 1 of <stdin> */
	"{ int s = 0;\n"
	"	while (n) s ^= n--;\n"
	"	return s; }\n"
	"static int middle(int n)\n"
	"{ int s = 0;\n"
	"	while (n) s ^= inner(n--);\n"
	"	return s; }\n"
	"static int rare(int n) { while (n) n ^= middle(n - 1); return n; }\n"
	"int main(int argc, char **argv)\n"
	"{\n"
	"	while (argv[argc]) argc += middle(argc);\n"
	"	return argc < 0 ? rare(argc) : argc;\n"
	"}\n";

static char *place(const struct facts *f, const char *name, int loop)
{
	struct fact_fn *fn = facts_find(f, name);

	return loop < 0 ? xasprintf("%s %s:%u", name, fn->file, fn->line)
			: xasprintf("%s:%u:%u", fn->file, fn->loops[loop].line,
				    fn->loops[loop].col);
}

/* So many windows of a thousand come by main's loop. */
static char *nest_profile(const struct facts *f, int main_windows)
{
	static const char *const names[] = { "main", "middle", "inner" };
	static const int visits[] = { 100, 10000, 1000000 };
	struct strbuf sb = STRBUF_INIT;

	strbuf_addstr(&sb, "harrier-plan 1\nrun 1 seconds, 0 without\n");
	for (int i = 0; i < 6; i++) {
		char *fn = place(f, names[i % 3], -1);
		char *at = place(f, names[i % 3], 0);

		strbuf_addf(&sb, "point %d %d %s %s %s\n", i,
			    i < 3   ? visits[i]
			    : i > 3 ? visits[i - 4]
				    : 1,
			    i < 3 ? "loop" : "entry", at, fn);
		free(fn);
		free(at);
	}
	strbuf_addf(&sb, "window %d 0 1 2 4 5\nwindow %d 1 2 5\n", main_windows,
		    1000 - main_windows);
	return strbuf_detach(&sb);
}

static struct program profiled(int main_windows, struct strbuf *told)
{
	struct program p = { { facts_of(nest), NULL }, NULL };
	struct plan_options options = { .told = told };
	struct profile *profile;
	char *text = nest_profile(p.units[0], main_windows);

	assert_int_equal(profile_parse(text, "x", &profile, NULL), 0);
	options.profile = profile;
	p.plan = plan_make(p.units, 1, &options);
	profile_free(profile);
	free(text);
	return p;
}

/* The highest loop that each window comes by. */
static void test_profile(void **unused)
{
	struct strbuf told = STRBUF_INIT;
	struct program p = profiled(1000, &told);

	(void)unused;
	assert_true(plan_poll_loop(p.plan, 0, "main", 0));
	assert_false(plan_poll_loop(p.plan, 0, "middle", 0));
	assert_int_equal(plan_class(p.plan, 0, "middle"), FN_BELOW);
	assert_int_equal(plan_call(p.plan, 0, "middle", NULL), CALL_PLAIN);
	release(&p);
	p = profiled(500, &told);
	assert_true(plan_poll_loop(p.plan, 0, "middle", 0));
	assert_false(plan_poll_loop(p.plan, 0, "inner", 0));
	assert_int_equal(plan_class(p.plan, 0, "main"), FN_ABOVE);
	assert_int_equal(plan_class(p.plan, 0, "inner"), FN_BELOW);
	assert_int_equal(told.len, 0);
	release(&p);
	strbuf_release(&told);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_driver_polls),
		cmocka_unit_test(test_units_are_apart),
		cmocka_unit_test(test_recursion_polls_at_entry),
		cmocka_unit_test(test_pointers),
		cmocka_unit_test(test_report),
		cmocka_unit_test(test_bridge),
		cmocka_unit_test(test_profile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
