/* SPDX-License-Identifier: MIT */
#include "tests/unit/hcc.h"

#include "instrument/alloca.h"

static void test_owner(void **unused)
{
	struct ast *a = hcc_parse("void *alloca(unsigned long);\n"
				  "int g(char *);\n"
				  "int f(int n) { return g(alloca(n)); }\n"
				  "int h(int n)\n"
				  "{ return g(__builtin_alloca(n)); }\n"
				  "int k(char *p) { return g(p); }\n");
	struct fns *fns = fns_make(a);
	struct fn *f = hcc_fn(fns, "f"), *h = hcc_fn(fns, "h");

	(void)unused;
	/* the program's own function of that name is none */
	assert_null(f->alloca);
	assert_non_null(h->alloca);
	assert_ptr_equal(hcc_var(h, "<alloca>"), h->alloca);
	assert_true(h->has_mem);
	assert_false(h->refused);
	assert_null(hcc_fn(fns, "k")->alloca);
	fns_free(fns);
	ast_free(a);
}

static void test_refused(void **unused)
{
	struct ast *a = hcc_parse("int g(char *); int f(int n)\n"
				  "{ return g(__builtin_alloca_with_align("
				  "n, 256)); }\n");
	struct fns *fns = fns_make(a);

	(void)unused;
	assert_true(hcc_fn(fns, "f")->refused);
	assert_non_null(strstr(hcc_fn(fns, "f")->why, "alloca_with_align"));
	fns_free(fns);
	ast_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_owner),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
