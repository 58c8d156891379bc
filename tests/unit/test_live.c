/* SPDX-License-Identifier: MIT */
#include "tests/unit/hcc.h"

#include "instrument/ir.h"
#include "instrument/live.h"

static bool all_calls(void *ctx, const struct node *call)
{
	(void)ctx;
	return fn_call_is_candidate(call);
}

static bool all_loops(void *ctx, int loop)
{
	(void)ctx;
	return loop >= 0;
}

/* "a b? c": what is saved at a point, `?` where perhaps never assigned. */
static void check(const char *body, const char *what, int nth, const char *want)
{
	struct point_set points = {
		all_calls, all_loops, true, true, NULL, true
	};
	struct strbuf text = STRBUF_INIT, got = STRBUF_INIT;
	const struct point *p;
	struct lowered *l;
	struct fns *fns;
	struct ast *ast;

	strbuf_addf(&text, "int g(int); int h(int *);\nint f(int n) { %s }\n",
		    body);
	ast = hcc_parse(text.data);
	fns = fns_make(ast);
	l = lower_fn(hcc_fn(fns, "f"), &points);
	live_compute(l);
	p = hcc_point(l->fn, what, nth);
	assert_true(p->alive);
	for (int i = 0; i < p->nvars; i++)
		strbuf_addf(&got, "%s%s%s", i ? " " : "",
			    p->vars[i]->decl ? p->vars[i]->decl->name : "<>",
			    p->maybe[i] ? "?" : "");
	assert_string_equal(got.data ? got.data : "", want);
	lowered_free(l);
	fns_free(fns);
	ast_free(ast);
	strbuf_release(&text);
	strbuf_release(&got);
}

static void test_straight(void **unused)
{
	(void)unused;
	check("int a = n, b = 2; g(a); return b;", "call g", 0, "b");
	check("int a = n, b = 2; g(a); a = 1; return a + b;", "call g", 0, "b");
	check("int a = n; return g(1) + a;", "call g", 0, "a");
	/* what a statement expression declares is its own */
	check("while (n) n -= g(({ int s = n; s; }));", "loop", 0, "n");
	/* the first operand's value waits for the second */
	check("return g(1) + g(2) + n;", "call g", 1, "n <>");
}

static void test_loops(void **unused)
{
	(void)unused;
	check("int s = 0; for (int i = 0; i < n; i++) s += g(1); return s;",
	      "loop", 0, "n s i");
	check("int s = 0, k = 7; while (n--) { s = k; g(s); } return 0;",
	      "call g", 0, "n k");
}

static void test_memory(void **unused)
{
	(void)unused;
	check("int a = 1; { int b = 2; h(&b); } h(&a); return 0;", "call h", 0,
	      "a b");
	check("int a = 1; { int b = 2; h(&b); } h(&a); return 0;", "call h", 1,
	      "a");
	/* declared behind it */
	check("g(1); int a; h(&a); return a;", "call g", 0, "");
}

static void test_maybe(void **unused)
{
	(void)unused;
	check("int a; if (n) a = 1; g(1); return n ? a : 0;", "call g", 0,
	      "n a?");
	check("int a; a = 1; g(1); return a;", "call g", 0, "a");
}

/* A variable that a jump passes by is none where the jump starts. */
static void test_scopes(void **unused)
{
	(void)unused;
	check("g(1); switch (n) { int k; case 1: k = 2; case 2: g(k); } "
	      "return 0;",
	      "call g", 0, "n");
	check("g(1); if (n) goto in; { int v = 1; g(2); in: return v; }",
	      "call g", 0, "n");
	check("g(1); if (n) goto in; { int v = 1; g(2); in: return v; }",
	      "call g", 1, "v?");
}

static void test_goto_back(void **unused)
{
	(void)unused;
	check("int a = 1, b = 2; again: a += b; if (g(a)) goto again; "
	      "return 0;",
	      "call g", 0, "a b");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_straight),
		cmocka_unit_test(test_loops),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_maybe),
		cmocka_unit_test(test_scopes),
		cmocka_unit_test(test_goto_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
