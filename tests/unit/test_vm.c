/* SPDX-License-Identifier: MIT */
#include "tests/unit/hcc.h"

#include "instrument/vm.h"

struct state {
	struct ast *ast;
	struct fns *fns;
	struct fn *f;
};

static struct state make(const char *text)
{
	struct state s = { hcc_parse(text), NULL, NULL };

	s.fns = fns_make(s.ast);
	s.f = hcc_fn(s.fns, "f");
	return s;
}

static void release(struct state *s)
{
	fns_free(s->fns);
	ast_free(s->ast);
}

static struct vm *of(const struct state *s, const char *name)
{
	for (int i = 0; i < s->f->nvms; i++)
		if (!strcmp(s->f->vms[i]->decl->name, name))
			return s->f->vms[i];
	return NULL;
}

static void assert_dim(const struct state *s, const struct vm *vm, int i,
		       const char *text)
{
	size_t len = strlen(text);

	assert_true(i < vm->ndims);
	assert_int_equal(vm->dims[i].end - vm->dims[i].begin, len);
	assert_memory_equal(s->ast->text + vm->dims[i].begin, text, len);
	assert_ptr_equal(vm->dims[i].var->dim_of, vm);
}

static void test_dimensions(void **unused)
{
	struct state s = make("void f(int n, int m)\n"
			      "{ double v[n + 1][3][m], (*p[n])[2][m - 1];\n"
			      "  int plain[4]; typedef char line[2 * n];\n"
			      "  line l[m]; line *q; }\n");

	(void)unused;
	assert_false(s.f->refused);
	/* so many arrays of variable length are of variable length too */
	assert_int_equal(of(&s, "v")->ndims, 3);
	assert_dim(&s, of(&s, "v"), 0, "n + 1");
	assert_dim(&s, of(&s, "v"), 1, "3");
	assert_dim(&s, of(&s, "v"), 2, "m");
	assert_int_equal(of(&s, "p")->ndims, 3);
	assert_dim(&s, of(&s, "p"), 0, "n");
	assert_dim(&s, of(&s, "p"), 2, "m - 1");
	assert_null(of(&s, "plain"));
	assert_dim(&s, of(&s, "line"), 0, "2 * n");
	/* the rest of its lengths is the typedef's */
	assert_int_equal(of(&s, "l")->ndims, 1);
	assert_dim(&s, of(&s, "l"), 0, "m");
	assert_int_equal(of(&s, "q")->ndims, 0);
	release(&s);
}

static size_t at(const struct state *s, const char *text)
{
	return (size_t)(strstr(s->ast->text, text) - s->ast->text);
}

static void test_parameters(void **unused)
{
	struct state s = make("struct g { int n; };\n"
			      "void f(struct g *g, double a[g->n][g->n + 1],\n"
			      "       double (*b)[g->n][2], double c[g->n],\n"
			      "       int d[4], int (*e)(int x[3])) { }\n");

	(void)unused;
	assert_false(s.f->refused);
	assert_int_equal(of(&s, "a")->ndims, 1);
	assert_dim(&s, of(&s, "a"), 0, "g->n + 1");
	assert_int_equal(of(&s, "a")->adjusted, at(&s, "[g->n][g->n + 1]"));
	assert_dim(&s, of(&s, "b"), 0, "g->n");
	assert_int_equal(of(&s, "b")->adjusted, 0);
	assert_null(of(&s, "c"));
	/* what the way in must not compute */
	assert_string_equal(vm_way_in_bound(s.f, at(&s, "[g->n][g->n +")), "");
	assert_string_equal(vm_way_in_bound(s.f, at(&s, "[g->n + 1]")), "1");
	assert_string_equal(vm_way_in_bound(s.f, at(&s, "[g->n][2]")), "1");
	assert_string_equal(vm_way_in_bound(s.f, at(&s, "[g->n],")), "");
	assert_null(vm_way_in_bound(s.f, at(&s, "[2], double c")));
	assert_null(vm_way_in_bound(s.f, at(&s, "[4]")));
	assert_null(vm_way_in_bound(s.f, at(&s, "[3]")));
	release(&s);
}

static void test_types(void **unused)
{
	struct state s = make("void f(int n) { double v[n][3], w[3][n],\n"
			      "(*p)[n]; }\n");
	const struct type *v, *w;

	(void)unused;
	v = of(&s, "v")->decl->type;
	w = of(&s, "w")->decl->type;
	assert_true(vm_array(v) && vm_array(w));
	assert_int_equal(vm_elements(v)->kind, T_ARRAY);
	assert_int_equal(vm_elements(w)->kind, T_DOUBLE);
	assert_false(vm_array(of(&s, "p")->decl->type));
	assert_true(vm_type(of(&s, "p")->decl->type));
	release(&s);
}

static void assert_refused(const char *text, const char *why)
{
	struct state s = make(text);

	assert_true(s.f->refused);
	assert_non_null(strstr(s.f->why, why));
	release(&s);
}

static void test_refused(void **unused)
{
	(void)unused;
	assert_refused("void f(int n) { double (**p)[n]; }",
		       "'p' has a length behind two pointers");
	assert_refused("void f(int n) { struct { int a; } v[n]; }",
		       "'v' has a variable length and defines its type");
	assert_refused("void f(n, a) int n; double a[2][n]; { }",
		       "declared in the old style");
	assert_refused("void f(int n, int (*p)[n])\n"
		       "{ n = sizeof *(p += 1); }",
		       "side effects");
	assert_refused("void f(int n) { static int (*p)[n]; }",
		       "static 'p' has a type of its block");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dimensions),
		cmocka_unit_test(test_parameters),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
