/* SPDX-License-Identifier: MIT */
#include "tests/unit/hcc.h"

#include "instrument/ir.h"

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

static bool no_calls(void *ctx, const struct node *call)
{
	(void)ctx;
	(void)call;
	return false;
}

/* The names of the calls in the order in which they run, without branches. */
static void add_calls(const struct lowered *l, const struct ir *ir,
		      struct strbuf *out)
{
	for (; ir; ir = ir->next) {
		if (ir->kind == IR_CALL || ir->kind == IR_TAIL)
			strbuf_add(out, l->fn->ast->text + ir->n->begin,
				   strcspn(l->fn->ast->text + ir->n->begin,
					   "("));
		add_calls(l, ir->init, out);
		add_calls(l, ir->pre, out);
		add_calls(l, ir->a, out);
		add_calls(l, ir->b, out);
		add_calls(l, ir->step, out);
	}
}

static int count(const struct ir *ir, enum ir_kind kind)
{
	int n = 0;

	for (; ir; ir = ir->next)
		n += (ir->kind == kind) + count(ir->init, kind) +
		     count(ir->pre, kind) + count(ir->a, kind) +
		     count(ir->b, kind) + count(ir->step, kind);
	return n;
}

/* A call that is left in an expression is written where it stands: one that
 * was evaluated before has no such text. */
static int evaluated_again(const struct lowered *l, const struct ir *ir)
{
	int n = 0;

	for (; ir; ir = ir->next)
		n += (ir->kind == IR_EXPR && ir->n->kind == N_CALL &&
		      l->subst[ir->n->id].temp) +
		     evaluated_again(l, ir->a) + evaluated_again(l, ir->b);
	return n;
}

struct state {
	struct ast *ast;
	struct fns *fns;
	struct lowered *l;
};

static struct state make(const char *body, bool calls)
{
	struct point_set points = {
		calls ? all_calls : no_calls, all_loops, true, true, NULL, true
	};
	struct strbuf text = STRBUF_INIT;
	struct state s;

	strbuf_addf(&text,
		    "int a(), b(), c(), d(); void v(); int x, *p, t[4];\n"
		    "int f(int n) { %s }\n",
		    body);
	s.ast = hcc_parse(text.data);
	s.fns = fns_make(s.ast);
	s.l = lower_fn(hcc_fn(s.fns, "f"), &points);
	strbuf_release(&text);
	return s;
}

static void release(struct state *s)
{
	lowered_free(s->l);
	fns_free(s->fns);
	ast_free(s->ast);
}

static void check_order(const char *body, const char *want)
{
	struct strbuf got = STRBUF_INIT;
	struct state s = make(body, true);

	add_calls(s.l, s.l->root, &got);
	assert_null(s.l->error);
	assert_string_equal(got.data, want);
	strbuf_release(&got);
	release(&s);
}

static void test_order(void **unused)
{
	(void)unused;
	check_order("return a() + b() * c();", "abc");
	check_order("return d(a(), b(), c());", "cbad");
	check_order("x += a(b());", "ba");
	check_order("t[a()] += b();", "ba");
	check_order("t[a()] = b();", "ab");
	check_order("a(), b(); return 0;", "ab");
	check_order("int i = a(), k = b(i); return k;", "ab");
	check_order("return (a(), b());", "ab");
	check_order("x = ({ a(); b(); }) + c();", "abc");
	check_order("for (x = a(); b(); c()) d(); return 0;", "abdc");
}

/* Each call is there once, whatever became of its value. */
static void test_no_call_twice(void **unused)
{
	static const char *const bodies[] = {
		"(a(), b(), 1);",
		"n ? a() : (void)0;",
		"(void)a();",
		"x = n ? a() : b();",
		"x = a() ?: b();",
		"x = a() && b() || c();",
		"if (a() && b()) v();",
		"struct { int m; } s = { a() }; x = s.m;",
		"enum { A = 2 } e = a(A); x = e;",
		"x = *(int[]){ a(), b() };",
		"x = (int[]){ a(), 2 }[b()];",
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
		struct state s = make(bodies[i], true);
		struct fn *f = s.l->fn;
		int calls = 0;

		for (int k = 0; k < f->npoints; k++)
			calls += f->points[k]->kind == POINT_CALL;
		assert_null(s.l->error);
		assert_int_equal(count(s.l->root, IR_CALL), calls);
		assert_int_equal(evaluated_again(s.l, s.l->root), 0);
		release(&s);
	}
}

static void test_tail_call(void **unused)
{
	struct state s = make("return a(n);", true);

	(void)unused;
	assert_int_equal(count(s.l->root, IR_TAIL), 1);
	release(&s);
	/* what has an address must outlive the call */
	s = make("int k[2]; return a(k);", true);
	assert_int_equal(count(s.l->root, IR_TAIL), 0);
	release(&s);
}

static void test_without_points(void **unused)
{
	struct state s = make("x = a() && b(c()); return d();", false);

	(void)unused;
	assert_int_equal(count(s.l->root, IR_CALL), 0);
	assert_int_equal(count(s.l->root, IR_SET), 0);
	assert_int_equal(s.l->fn->nvars, s.l->fn->nlocals);
	release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_no_call_twice),
		cmocka_unit_test(test_tail_call),
		cmocka_unit_test(test_without_points),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
