/* SPDX-License-Identifier: MIT */
#include "instrument/varargs.h"

#include "tests/unit/hcc.h"

#define LIST   "__builtin_va_list"
#define START  "__builtin_va_start"
#define END    "__builtin_va_end"
#define ARG(l) "__builtin_va_arg(" l ", int)"

static const char *const text =
	"int g(int); int v(" LIST " *); int w(int, " LIST ");\n"
	"int f(int n, ...) {\n"
	"	" LIST " a;\n"
	"	if (n < 0)\n"
	"		return g(1);\n"
	"	g(2);\n"
	"	" START "(a, n);\n"
	"	g(3);\n"
	"	n += " ARG(
		"a") ";\n"
		     "	" END "(a);\n"
		     "	g(4);\n"
		     "	return n; }\n"
		     "int lent(int n, ...) {\n"
		     "	" LIST " a;\n"
		     "	" START "(a, n);\n"
		     "	n = v(&a);\n"
		     "	return g(n); }\n"
		     "int list(int n, " LIST " a) {\n"
		     "	g(n);\n"
		     "	n = " ARG("a") ";\n"
				       "	return g(n); }\n"
				       "int again(int n, ...) {\n"
				       "	" LIST " a;\n"
				       "	while (n--) {\n"
				       "		" START "(a, n);\n"
				       "		n = " ARG(
					       "a") ";\n"
						    "		" END "(a);\n"
						    "		g(n);\n"
						    "	}\n"
						    "	return g(0); }\n";

static struct point *call_in_line(struct fns *fns, const char *name,
				  unsigned line)
{
	struct fn *fn = hcc_fn(fns, name);

	for (int i = 0; i < fn->npoints; i++)
		if (fn->points[i]->kind == POINT_CALL &&
		    fn->points[i]->place.line == line)
			return fn->points[i];
	return NULL;
}

static bool masked(struct fns *fns, const char *name, unsigned line)
{
	struct point *p = call_in_line(fns, name, line);

	assert_non_null(p);
	assert_false(p->alive);
	assert_int_equal(p->nvars, 0);
	return p->masked;
}

static void test_masks(void **unused)
{
	struct ast *ast = hcc_parse(text);
	struct fns *fns = fns_make(ast);

	(void)unused;
	assert_false(hcc_fn(fns, "f")->refused);
	assert_false(masked(fns, "f", 5));
	assert_true(masked(fns, "f", 6));
	assert_true(masked(fns, "f", 8));
	assert_false(masked(fns, "f", 11));
	assert_true(masked(fns, "lent", 16));
	assert_false(masked(fns, "lent", 17));
	assert_true(masked(fns, "list", 19));
	assert_false(masked(fns, "list", 21));
	assert_true(masked(fns, "again", 28));
	assert_false(masked(fns, "again", 30));
	fns_free(fns);
	ast_free(ast);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_masks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
