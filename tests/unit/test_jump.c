/* SPDX-License-Identifier: MIT */
#include "instrument/jump.h"

#include "tests/unit/hcc.h"

static const char *const text = "typedef long env[8];\n"
				"int _setjmp(env); int g(int);\n"
				"static env e;\n"
				"int f(int n)\n"
				"{\n"
				"	g(1);\n"
				"	for (int i = 0; i < n; i++) {\n"
				"		g(2);\n"
				"		if (_setjmp(e) == 0)\n"
				"			g(3);\n"
				"	}\n"
				"	return g(4);\n"
				"}\n"
				"int plain(int n) { return g(n); }\n";

static struct point *call_in_line(struct fn *fn, unsigned line)
{
	for (int i = 0; i < fn->npoints; i++)
		if (fn->points[i]->kind == POINT_CALL &&
		    fn->points[i]->place.line == line)
			return fn->points[i];
	return NULL;
}

static void test_sites(void **unused)
{
	struct ast *ast = hcc_parse(text);
	struct fns *fns = fns_make(ast);
	struct fn *f = hcc_fn(fns, "f");

	(void)unused;
	assert_false(f->refused);
	assert_int_equal(f->nsites, 1);
	assert_true(jump_is_setjmp(f->sites[0]));
	assert_int_equal(jump_site(f, f->sites[0]), 0);
	assert_int_equal(jump_site(f, f->body), -1);
	assert_true(f->frame->is_frame);
	assert_int_equal(hcc_fn(fns, "plain")->nsites, 0);
	assert_null(hcc_fn(fns, "plain")->frame);
	fns_free(fns);
	ast_free(ast);
}

static void test_may_follow(void **unused)
{
	struct ast *ast = hcc_parse(text);
	struct fns *fns = fns_make(ast);
	struct fn *f = hcc_fn(fns, "f");

	(void)unused;
	assert_false(jump_may_follow(f, 0, call_in_line(f, 6)));
	assert_true(jump_may_follow(f, 0, call_in_line(f, 8)));
	assert_true(jump_may_follow(f, 0, call_in_line(f, 10)));
	assert_true(jump_may_follow(f, 0, call_in_line(f, 12)));
	fns_free(fns);
	ast_free(ast);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sites),
		cmocka_unit_test(test_may_follow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
