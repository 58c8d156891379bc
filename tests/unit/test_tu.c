/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "common/base/strbuf.h"
#include "instrument/ast.h"
#include "instrument/tu.h"

static struct ast *parse_for(const char *text, const char *target,
			     const char *std)
{
	struct tu_options options = { .target = target, .std = std };
	struct diags diags = { 0 };
	struct err err = ERR_INIT;
	struct ast *ast = NULL;

	tu_parse(text, strlen(text), &options, &ast, &diags, &err);
	diags_print(&diags, stderr);
	assert_non_null(ast);
	diags_release(&diags);
	return ast;
}

static struct ast *parse(const char *text)
{
	return parse_for(text, "x86_64-linux-gnu", NULL);
}

static struct decl *find(const struct ast *a, const char *name)
{
	int i;

	for (i = 0; i < a->ndecls; i++)
		if (!strcmp(a->decls[i]->name, name))
			return a->decls[i];
	fail_msg("no declaration of '%s'", name);
	return NULL;
}

/* The first node with exactly this text. */
static struct node *node(const struct ast *a, const char *text)
{
	struct node *n = a->root;
	size_t len = strlen(text);

	while (n) {
		if (n->end - n->begin == len &&
		    !memcmp(a->text + n->begin, text, len))
			return n;
		if (n->first) {
			n = n->first;
			continue;
		}
		while (n && !n->next)
			n = n->parent;
		if (n)
			n = n->next;
	}
	fail_msg("no node '%s'", text);
	return NULL;
}

static void reports_errors_in_the_users_file(void **state)
{
	const char *text = "# 7 \"u.c\"\nint a;\nint f(void) { return b; }\n";
	struct tu_options options = { 0 };
	struct diags diags = { 0 };
	struct err err = ERR_INIT;
	struct ast *ast;

	(void)state;
	assert_true(tu_parse(text, strlen(text), &options, &ast, &diags, &err) <
		    0);
	assert_int_equal(diags.n, 1);
	assert_string_equal(diags.v[0].file, "u.c");
	assert_int_equal(diags.v[0].line, 8);
	assert_int_equal(diags.v[0].col, 22);
	diags_release(&diags);
}

static void takes_old_c(void **state)
{
	struct ast *a = parse("f(a, b) char *b; { return g(a) + *b; }\n"
			      "int *p = 7; void v() { return 1; }\n");

	(void)state;
	assert_int_equal(find(a, "f")->nparams, 2);
	assert_int_equal(find(a, "f")->params[1]->type->kind, T_POINTER);
	assert_ptr_equal(call_target(node(a, "g(a)")), find(a, "g"));
	assert_false(find(a, "g")->defined);
	ast_free(a);
}

static void takes_gccs_own_words(void **state)
{
	struct ast *a = parse("void *m(int) __attribute__((__malloc__(free, 1)"
			      "));\n_Float32 x; _Float64x y; _Float128 z;\n"
			      "_Atomic int n; _Atomic(int) o;\n"
			      "int f(void) { return __atomic_load_n(&n, 5) + "
			      "__atomic_load_n(&o, 5); }\n");

	(void)state;
	assert_int_equal(find(a, "x")->type->kind, T_FLOAT);
	assert_int_equal(find(a, "y")->type->kind, T_LDOUBLE);
	assert_int_equal(find(a, "o")->type->kind, T_INT);
	assert_memory_equal(a->text + find(a, "o")->name_at - 13,
			    "_Atomic(int)", 12);
	ast_free(a);
}

/* Headers read by clang: glibc's typedefs instead of gcc's own types. */
static void takes_clangs_typedefs(void **state)
{
	struct ast *a = parse("typedef float _Float32;\n"
			      "typedef long double _Float64x;\n"
			      "_Float32 x; _Float64x y;\n");

	(void)state;
	assert_int_equal(find(a, "x")->type->kind, T_FLOAT);
	assert_int_equal(find(a, "y")->type->kind, T_LDOUBLE);
	ast_free(a);
}

/* Intrinsics and fortified functions are written with builtins of gcc's. */
static void leaves_system_functions_alone(void **state)
{
	struct ast *a = parse("# 1 \"/usr/include/x.h\" 1 3 4\n"
			      "struct __attribute__((packed)) p { char c; };\n"
			      "extern inline int sys(struct p *p) { return "
			      "__builtin_no_such(p, { 1 }); }\n"
			      "int after;\n"
			      "# 2 \"u.c\" 2\n"
			      "int f(void) { return sys(0) + after; }\n");

	(void)state;
	assert_int_equal(find(a, "p")->type->size, 1);
	assert_false(find(a, "sys")->defined);
	assert_true(find(a, "sys")->is_system);
	assert_int_equal(find(a, "sys")->node->parent->kind, N_FILE_DECL);
	assert_int_equal(a->text[find(a, "sys")->node->parent->end - 1], '}');
	assert_true(find(a, "f")->defined);
	assert_ptr_equal(node(a, "after")->decl, find(a, "after"));
	ast_free(a);
}

static void knows_targets(void **state)
{
	static const char text[] = "char c; long l; long double d; "
				   "__builtin_va_list v; struct s { char a; "
				   "long long b; int x : 3; } s;";
	struct ast *a = parse_for(text, "i686-linux-gnu", NULL);

	(void)state;
	assert_int_equal(find(a, "l")->type->size, 4);
	assert_true(find(a, "c")->type->is_signed);
	assert_int_equal(find(a, "d")->type->size, 12);
	assert_int_equal(find(a, "v")->type->kind, T_VA_LIST);
	assert_int_equal(find(a, "s")->type->fields[1].offset_bits, 32);
	ast_free(a);
	a = parse_for(text, "s390x-linux-gnu", NULL);
	assert_int_equal(find(a, "l")->type->size, 8);
	assert_false(find(a, "c")->type->is_signed);
	assert_int_equal(find(a, "v")->type->kind, T_VA_LIST);
	assert_int_equal(find(a, "s")->type->fields[1].offset_bits, 64);
	assert_int_equal(find(a, "s")->type->fields[2].width, 3);
	ast_free(a);
}

static void shares_types(void **state)
{
	struct ast *a = parse("typedef int I; typedef struct { I *p; } S; "
			      "I *x; int *y; const int *z; S s; S *t; int f(I "
			      "*q); int arr[3]; int g(int a[3]);");

	(void)state;
	assert_ptr_equal(find(a, "x")->type, find(a, "y")->type);
	assert_ptr_not_equal(find(a, "x")->type, find(a, "z")->type);
	assert_true(find(a, "z")->type->elem_const);
	assert_ptr_equal(find(a, "s")->type, find(a, "t")->type->elem);
	assert_ptr_equal(find(a, "s")->type->fields[0].type,
			 find(a, "x")->type);
	assert_string_equal(find(a, "s")->type->typedef_name, "S");
	assert_ptr_equal(find(a, "q")->type, find(a, "x")->type);
	assert_ptr_equal(find(a, "a")->type, find(a, "x")->type);
	ast_free(a);
}

static void finds_addresses_taken(void **state)
{
	struct ast *a = parse(
		"struct s { int f, g[4]; }; int h(int *), k(void);\n"
		"int m(void) { int a, b[3], c[3], d[2][2], e[2][2]; struct s "
		"i, j, l, o, *n = &o; a = b[1] + d[1][0] + sizeof c; h(c); "
		"h(e[0]); h(&i.f); h(j.g); l.g[1] = l.f; n->f = 1; h(&n->f);\n"
		"int (*p)(void) = k; return p() + k() + a + (*c) + m(); }");

	(void)state;
	assert_false(find(a, "a")->address_taken);
	assert_false(find(a, "b")->address_taken);
	assert_true(find(a, "c")->address_taken);
	assert_false(find(a, "d")->address_taken);
	assert_true(find(a, "e")->address_taken);
	assert_true(find(a, "i")->address_taken);
	assert_true(find(a, "j")->address_taken);
	assert_false(find(a, "l")->address_taken);
	assert_true(find(a, "o")->address_taken);
	assert_false(find(a, "n")->address_taken);
	assert_true(find(a, "k")->address_taken);
	assert_false(find(a, "m")->address_taken);
	ast_free(a);
}

static void computes_constants(void **state)
{
	struct ast *a = parse(
		"enum { A = 3 }; void f(void) { long v[] = { (A << 4) | 1, "
		"-1 < 0u, (char)300, 7 / 0, sizeof(long), "
		"'\\x41', ~0u, 1 ? 5 : 6, -7 % 3, 0x80000000 }; }");

	(void)state;
	assert_int_equal(node(a, "(A << 4) | 1")->value, 49);
	assert_true(node(a, "-1 < 0u")->is_const_int);
	assert_int_equal(node(a, "-1 < 0u")->value, 0);
	assert_int_equal(node(a, "(char)300")->value, 44);
	assert_false(node(a, "7 / 0")->is_const_int);
	assert_int_equal(node(a, "sizeof(long)")->value, 8);
	assert_int_equal(node(a, "'\\x41'")->value, 65);
	assert_int_equal(node(a, "~0u")->value, 4294967295);
	assert_int_equal(node(a, "1 ? 5 : 6")->value, 5);
	assert_int_equal(node(a, "-7 % 3")->value, -1);
	assert_int_equal(node(a, "0x80000000")->value, 2147483648);
	ast_free(a);
}

/* Chains as deep as generated code has them, in linear time. */
static void walks_deep_trees(void **state)
{
	struct strbuf text = STRBUF_INIT;
	struct ast *a;
	int i;

	(void)state;
	strbuf_addstr(&text, "int f(int x) { return x");
	for (i = 0; i < 3000; i++)
		strbuf_addstr(&text, " + x");
	strbuf_addstr(&text, "; }\nint g(int x) { ");
	for (i = 0; i < 300; i++)
		strbuf_addf(&text, "if (x == %d) return %d; else ", i, i);
	strbuf_addstr(&text, "return -1; }\n");
	a = parse(text.data);
	assert_true(a->nnodes > 6000);
	ast_free(a);
	strbuf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reports_errors_in_the_users_file),
		cmocka_unit_test(takes_old_c),
		cmocka_unit_test(takes_gccs_own_words),
		cmocka_unit_test(takes_clangs_typedefs),
		cmocka_unit_test(leaves_system_functions_alone),
		cmocka_unit_test(knows_targets),
		cmocka_unit_test(shares_types),
		cmocka_unit_test(finds_addresses_taken),
		cmocka_unit_test(computes_constants),
		cmocka_unit_test(walks_deep_trees),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
