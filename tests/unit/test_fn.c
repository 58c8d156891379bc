/* SPDX-License-Identifier: MIT */
#include "tests/unit/hcc.h"

#include "instrument/fn.h"

struct state {
	struct ast *ast;
	struct fns *fns;
};

static struct state make(const char *text)
{
	struct state s = { hcc_parse(text), NULL };

	s.fns = fns_make(s.ast);
	return s;
}

static void release(struct state *s)
{
	fns_free(s->fns);
	ast_free(s->ast);
}

static void test_points_have_stable_names(void **unused)
{
	struct state s = make("int g(int);\n"
			      "#define TWICE g(1) + g(2)\n"
			      "int f(int n)\n"
			      "{\n"
			      "	while (n--)\n"
			      "		n += g(1) + g(2);\n"
			      "	return g(n);\n"
			      "}\n");
	struct fn *f = hcc_fn(s.fns, "f");
	struct point *p = hcc_point(f, "call g", 1);

	(void)unused;
	assert_int_equal(p->place.line, 6);
	assert_int_equal(p->place.col, 15);
	assert_int_equal(p->copy, 0);
	assert_ptr_equal(fn_point_of(f, p->node), p);
	assert_int_equal(hcc_point(f, "loop", 0)->place.line, 5);
	assert_int_equal(fn_loop_index(f, hcc_point(f, "loop", 0)->node), 0);
	assert_ptr_equal(fn_entry_point(f), hcc_point(f, "entry", 0));
	release(&s);
}

/* What a macro puts at one place is numbered. */
static void test_copies_at_one_place(void **unused)
{
	struct state s = make("int g(int);\n"
			      "int f(void)\n"
			      "{\n"
			      "# 9 \"m.c\"\n"
			      "g(1);\n"
			      "# 9 \"m.c\"\n"
			      "g(2);\n"
			      "return 0; }\n");
	struct fn *f = hcc_fn(s.fns, "f");

	(void)unused;
	assert_int_equal(hcc_point(f, "call g", 0)->copy, 0);
	assert_int_equal(hcc_point(f, "call g", 1)->copy, 1);
	release(&s);
}

static void test_variables(void **unused)
{
	struct state s = make("int f(int a, int b)\n"
			      "{ int *p = &b; char buf[8];\n"
			      "  { int a = *p;\n"
			      "    buf[0] = a; }\n"
			      "  return buf[0] + a; }\n");
	struct fn *f = hcc_fn(s.fns, "f");

	(void)unused;
	assert_false(hcc_var(f, "a")->mem);
	assert_true(hcc_var(f, "b")->mem);
	assert_true(hcc_var(f, "buf")->mem);
	assert_string_not_equal(hcc_var(f, "a@3")->name, "a");
	assert_true(hcc_var(f, "a@3")->scope_end < hcc_var(f, "a")->scope_end);
	release(&s);
}

static void test_jumped_over(void **unused)
{
	struct state s = make("int g(int *);\n"
			      "int f(int n)\n"
			      "{ if (n) goto in;\n"
			      "  { int a = 1, *q = &a; g(q);\n"
			      "in: g(&n); }\n"
			      "  { int b = 2; g(&b); }\n"
			      "  return n; }\n");
	struct fn *f = hcc_fn(s.fns, "f");

	(void)unused;
	assert_true(hcc_var(f, "a")->odd);
	assert_false(hcc_var(f, "b")->odd);
	release(&s);
}

static void test_statics(void **unused)
{
	struct state s = make("int f(void)\n"
			      "{ static int n; { static int n; n++; } n++;\n"
			      "  return n; }\n"
			      "int g(void)\n"
			      "{ struct s { int a; };\n"
			      "  static struct s v; return v.a++; }\n");
	struct fn *f = hcc_fn(s.fns, "f"), *g = hcc_fn(s.fns, "g");

	(void)unused;
	assert_int_equal(f->nstatics, 2);
	assert_string_equal(f->statics[0]->stable, "f.n");
	assert_string_equal(f->statics[1]->stable, "f.n#1");
	assert_string_not_equal(f->statics[0]->name, f->statics[1]->name);
	assert_false(f->refused);
	assert_true(g->refused);
	assert_int_equal(g->nstatics, 0);
	assert_string_equal(g->unsaved->name, "v");
	release(&s);
}

static void test_refused(void **unused)
{
	static const char *const texts[] = {
		"int _setjmp(void *); int g(int);"
		"int f(int n) { return g(n) + _setjmp(&n); }",
		"int f(int n, ...) { __builtin_va_list a, *p = &a; return !p; "
		"}",
		"struct s { __builtin_va_list a; };"
		"int f(int n, ...) { struct s s; __builtin_va_start(s.a, n); "
		"return 0; }",
		"int f(int n) { __asm__(\"x: nop\"); return n; }",
		"__attribute__((constructor)) static int f(void) { return 1; }",
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct state s = make(texts[i]);

		assert_true(hcc_fn(s.fns, "f")->refused);
		assert_non_null(hcc_fn(s.fns, "f")->why);
		release(&s);
	}
}

static void test_nothing_runs_in_questions(void **unused)
{
	struct state s = make("int g(int);\n"
			      "int f(int n) { return sizeof(g(1)) + "
			      "__builtin_constant_p(g(2)) + g(n); }\n");
	struct fn *f = hcc_fn(s.fns, "f");
	int calls = 0;

	(void)unused;
	for (int i = 0; i < f->npoints; i++)
		calls += f->points[i]->kind == POINT_CALL;
	/* the question itself may be one, what it asks about is none */
	assert_int_equal(hcc_point(f, "call g", 0)->place.col, 67);
	assert_true(calls <= 2);
	release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_points_have_stable_names),
		cmocka_unit_test(test_copies_at_one_place),
		cmocka_unit_test(test_variables),
		cmocka_unit_test(test_jumped_over),
		cmocka_unit_test(test_statics),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_nothing_runs_in_questions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
