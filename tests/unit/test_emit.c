/* SPDX-License-Identifier: MIT */
#include "tests/unit/hcc.h"

#include "instrument/back.h"

static void emit(const char *text, const char *poll, struct strbuf *out)
{
	struct plan_options options = { .poll = poll };
	struct ast *ast = hcc_parse(text);
	struct facts *facts = facts_make(ast);
	struct plan *plan = plan_make(&facts, 1, &options);
	struct err err = ERR_INIT;

	assert_int_equal(emit_unit(ast, plan, 0, out, &err), 0);
	plan_free(plan);
	facts_free(facts);
	ast_free(ast);
}

static int occurrences(const struct strbuf *text, const char *what)
{
	int n = 0;

	for (const char *p = text->data; (p = strstr(p, what)); p++)
		n++;
	return n;
}

static void check(const char *text, const char *what, int times)
{
	struct strbuf out = STRBUF_INIT;
	int n;

	emit(text, "all", &out);
	n = occurrences(&out, what);
	if (n != times)
		print_message("'%s' is there %d times\n", what, n);
	assert_int_equal(n, times);
	strbuf_release(&out);
}

#define MAIN                                                  \
	"int w(int n) { while (n-- > 0) if (w(n)) return 1; " \
	"return 0; }\nint main(void) { return w(3); }\n"

static void test_clones(void **unused)
{
	(void)unused;
	check(MAIN, "\nint __ckpt_f_w(int n)", 1);
	check(MAIN, "\nint __ckpt_s_w(int n)", 1);
	check(MAIN, "static const struct ckpt_point __ckpt_p_w[", 2);
	check(MAIN, "ckpt_main(argc, argv, envp", 1);
}

static void test_trivial_is_as_written(void **unused)
{
	static const char text[] =
		"int twice(int  n)  {  return 2*n;  }\n" MAIN;

	(void)unused;
	check(text, "int twice(int  n)  {  return 2*n;  }", 1);
	check(text, "__ckpt_s_twice", 0);
}

/* One object for all clones. */
static void test_statics_move(void **unused)
{
	static const char text[] =
		"int w(int);\n"
		"int f(void) { static int n = 3; n += w(n); return n; }\n"
		"const char *g(void) { w(1); return __func__; }\n" MAIN;

	(void)unused;
	check(text, "static int __ckpt_l_f_2_n = 3", 1);
	check(text, "static const char __ckpt_n_g[] = \"g\";", 1);
	check(text, "{ __ckpt_n_g, sizeof(__ckpt_n_g), 1 }", 1);
	check(text, "__func__", 0);
}

static void test_types_are_defined_once(void **unused)
{
	static const char text[] =
		"int w(int);\n"
		"struct pair { int a, b; } f(int n)\n"
		"{ struct pair p = { w(n), w(n) }; return p; }\n" MAIN;

	(void)unused;
	check(text, "struct pair { int a, b; }", 1);
	check(text, "__ckpt_u_f __ckpt_s_f(int n)", 1);
}

static void test_const_members_are_copied(void **unused)
{
	static const char text[] =
		"int w(int); struct c { const int a; };\n"
		"struct c f(int n) { struct c c = { w(n) }; return c; }\n"
		"int g(void) { return f(1).a + w(2); }\n" MAIN;
	struct strbuf out = STRBUF_INIT;

	(void)unused;
	emit(text, "all", &out);
	assert_true(occurrences(&out, "__builtin_memcpy((void *)&") >= 2);
	assert_int_equal(occurrences(&out, "; c = *("), 0);
	strbuf_release(&out);
}

/* The second part of a declaration takes addresses through the first's. */
static void test_parts_of_a_declaration(void **unused)
{
	static const char text[] =
		"int w(int);\n"
		"int f(void) { int a = w(1), b = w(2), *p = &a; w(b);\n"
		"  return *p; }\n" MAIN;

	(void)unused;
	check(text, "*p = &(*__ckpt_m_a)", 1);
	check(text, "*p = &__ckpt_o_a", 0);
}

/* A declaration in a loop's head has no room for what follows it. */
static void test_proxies_of_a_loop(void **unused)
{
	static const char text[] =
		"int w(int n) { int k; for (k = 0; k < n; k++) n--; "
		"return k; }\n"
		"int f(int n)\n"
		"{ for (int i = 0; i < 9; i++) { int *p = &i; *p += w(n); }\n"
		"  return n; }\n"
		"int main(int c, char **v) { while (*v++) f(c); }\n";
	struct strbuf out = STRBUF_INIT;

	(void)unused;
	emit(text, NULL, &out);
	/* written once, below the polls */
	assert_int_equal(occurrences(&out, "__ckpt_f_f("), 0);
	assert_int_equal(occurrences(&out, "for (int __ckpt_o_i"), 0);
	assert_true(occurrences(&out, "{ int __ckpt_o_i") +
			    occurrences(&out, "\nint __ckpt_o_i") >=
		    1);
	strbuf_release(&out);
}

static void check_strip(const char *head, const char *body, bool want)
{
	struct strbuf text = STRBUF_INIT, out = STRBUF_INIT;

	strbuf_addf(&text,
		    "int f(int n, int *a) { %s { %s } return n; }\n"
		    "int main(int c, char **v) { return f(c, &c) + !v; }\n",
		    head, body);
	emit(text.data, "all", &out);
	assert_int_equal(occurrences(&out, "__ckpt_limit = ") > 0, want);
	strbuf_release(&text);
	strbuf_release(&out);
}

static void test_strips(void **unused)
{
	(void)unused;
	check_strip("for (int i = 0; i < n; i++)", "a[i] = i;", true);
	check_strip("for (int i = n; i > 0; i -= 2)", "a[i] = i;", true);
	check_strip("for (unsigned char i = 0; i < 99; i++)", "a[i] = i;",
		    true);
	/* always true: the body alone can end it */
	check_strip("for (unsigned char i = 0; i < 256; i++)",
		    "if (a[i]) break;", false);
	check_strip("for (unsigned i = 0; i < -1; i++)", "a[i] = i;", false);
	check_strip("for (int i = 0; i < n; i++)", "a[i] = i--;", false);
	check_strip("for (int i = 0; i < n; i++)", "a[i] = n--;", false);
	/* jumped into, behind where the limit is set */
	check_strip("if (*a) goto in; for (int i = 0; i < n; i++)",
		    "a[i] = i; in: *a = 1;", false);
	check_strip("switch (n) for (int i = 0; i < n; i++)", "case 1: *a = 1;",
		    false);
	check_strip("for (int i = 0; i < n; i++)",
		    "switch (a[i]) { case 1: a[i] = i; }", true);
}

static void test_unsaved_static(void **unused)
{
	static const char text[] =
		"int f(void) { struct s { int a; }; static struct s v;\n"
		"  return v.a++; }\n" MAIN;

	(void)unused;
	check(text, "CKPT_NOWHERE, \"static 'v' in f", 1);
	check(text, "__ckpt_l_f", 0);
}

static void test_same_text_twice(void **unused)
{
	struct strbuf a = STRBUF_INIT, b = STRBUF_INIT;

	(void)unused;
	emit(MAIN, NULL, &a);
	emit(MAIN, NULL, &b);
	assert_string_equal(a.data, b.data);
	strbuf_release(&a);
	strbuf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clones),
		cmocka_unit_test(test_trivial_is_as_written),
		cmocka_unit_test(test_statics_move),
		cmocka_unit_test(test_types_are_defined_once),
		cmocka_unit_test(test_const_members_are_copied),
		cmocka_unit_test(test_parts_of_a_declaration),
		cmocka_unit_test(test_proxies_of_a_loop),
		cmocka_unit_test(test_strips),
		cmocka_unit_test(test_unsaved_static),
		cmocka_unit_test(test_same_text_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
