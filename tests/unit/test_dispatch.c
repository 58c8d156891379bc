/* SPDX-License-Identifier: MIT */
#include "tests/unit/hcc.h"

#include "common/base/xalloc.h"
#include "instrument/dispatch.h"

struct state {
	struct ast *ast;
	struct fns *fns;
	struct fn *f;
	struct dispatch *d;
};

static struct state make(const char *text)
{
	struct state s = { hcc_parse(text), NULL, NULL, NULL };

	s.fns = fns_make(s.ast);
	s.f = hcc_fn(s.fns, "f");
	s.d = s.f->dispatch;
	return s;
}

static void release(struct state *s)
{
	fns_free(s->fns);
	ast_free(s->ast);
}

static void assert_numbered(const char *text, bool numbered)
{
	struct state s = make(text);

	assert_false(s.f->refused);
	assert_int_equal(s.d->numbered, numbered);
	release(&s);
}

static void test_tables_keep_their_text(void **unused)
{
	(void)unused;
	assert_numbered("int f(int i) { static void *const t[] = { &&a, &&b };"
			"goto *t[i]; a: return 1; b: return 2; }",
			false);
	assert_numbered("int f(int i) { static int t[] = { &&a - &&b };"
			"goto *(&&b + t[i]); a: return 1; b: return 2; }",
			false);
}

static void test_numbers_elsewhere(void **unused)
{
	(void)unused;
	assert_numbered("int f(int i) { void *p = &&a; goto *p;"
			"a: return i; }",
			true);
	assert_numbered("int f(int i) { void *t[] = { &&a }; goto *t[i];"
			"a: return i; }",
			true);
	assert_numbered("void **g; int f(int i) { static void *t[] = { &&a };"
			"g = t; goto *t[i]; a: return i; }",
			true);
	assert_numbered("int f(int i) { static void *t[] = { &&a }, *p;"
			"goto *t[i]; a: return p != 0; }",
			true);
}

static void test_numbers_follow_the_text(void **unused)
{
	struct state s = make("int f(int i) { void *p = i ? &&b : &&a;\n"
			      "goto *p; a: i = 1; b: return i; }\n");

	(void)unused;
	assert_int_equal(s.d->nlabels, 2);
	assert_string_equal(s.d->labels[0]->name, "a");
	assert_int_equal(dispatch_number(s.f, s.d->labels[0]), 1);
	assert_int_equal(dispatch_number(s.f, s.d->labels[1]), 2);
	release(&s);
}

static const char head[] =
	"int f(const char *pc, int x) { static void *const t[] = "
	"{ &&a, &&b, &&c, &&d }; int op; op = *pc++; goto *t[op];\n";

static void assert_polls(const char *text, const char *polls)
{
	char *all = xasprintf("%s%s return x; }\n", head, text);
	struct state s = make(all);

	assert_int_equal(s.d->ngotos, strlen(polls));
	for (int i = 0; polls[i]; i++)
		assert_int_equal(s.d->polls[i], polls[i] == 'p');
	release(&s);
	free(all);
}

/* Only where the counter is set, and behind that. */
static void test_polls(void **unused)
{
	(void)unused;
	assert_polls("a: x++; op = *pc++; goto *t[op];\n"
		     "b: pc -= x; op = *pc++; goto *t[op];\n"
		     "c: pc += 2; op = *pc++; goto *t[op];\n"
		     "d:",
		     "..p.");
	assert_polls("a: pc = 0; goto next;\n"
		     "b: x--; op = *pc++; goto *t[op];\n"
		     "c: next: op = *pc++; goto *t[op];\n"
		     "d:",
		     "..p");
	assert_polls("a: pc--; if (x) goto d;\n"
		     "b: x--; op = *pc++; goto *t[op];\n"
		     "c: op = *pc++; goto *t[op];\n"
		     "d:",
		     ".p.");
	/* an operation from elsewhere: nothing is known */
	assert_polls("a: op = x; goto *t[op];\n"
		     "b: op = *pc++; goto *t[op];\n"
		     "c: d:",
		     "ppp");
}

/* A counter that is moved right before the goto. */
static void test_polls_behind_a_step(void **unused)
{
	(void)unused;
	assert_polls("a: x++; pc += 2; goto *t[*pc];\n"
		     "b: if (x) { pc += 2; goto *t[*pc]; }\n"
		     "else { pc = t[x]; goto *t[*pc]; }\n"
		     "c: if (x) { pc = 0; goto *t[*pc]; }\n"
		     "pc++; goto *t[*pc];\n"
		     "d:",
		     "...pp.");
	/* what is set may lie behind the step, in a loop or on another way */
	assert_polls("a: pc = t[x]; if (x) { x--; pc += 2; goto *t[*pc]; }\n"
		     "pc += 2; goto *t[*pc];\n"
		     "b: while (x--) { if (x == 5) { pc++; goto *t[*pc]; }\n"
		     "pc -= 2; }\n"
		     "c: pc++; goto *t[*pc];\n"
		     "d: if (x) pc++; goto *t[*pc]; pc += x; goto *t[*pc]; "
		     "if (x) { pc += 0; goto *t[*pc]; }",
		     ".ppp"
		     "pppp");
}

static void test_refused(void **unused)
{
	struct state s = make("void *g; void f(void) "
			      "{ g = ({ l: (void)0; &&l; }); }");

	(void)unused;
	assert_true(s.f->refused);
	assert_non_null(strstr(s.f->why, "'l' in a statement expression"));
	release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tables_keep_their_text),
		cmocka_unit_test(test_numbers_elsewhere),
		cmocka_unit_test(test_numbers_follow_the_text),
		cmocka_unit_test(test_polls),
		cmocka_unit_test(test_polls_behind_a_step),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
