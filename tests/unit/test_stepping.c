/* SPDX-License-Identifier: MIT */
#include "tests/unit/hcc.h"

#include <stdlib.h>

#include "common/base/xalloc.h"
#include "instrument/stepping.h"

/* The jumps of the first loop: '.' goes on without a poll, 'p' polls; "" where
 * all goes by the poll at the head. */
static void assert_jumps(const char *body, const char *jumps)
{
	char *text = xasprintf("int f(const int *code, const char *s, int x) "
			       "{ int pc = 0; %s }",
			       body);
	struct ast *a = hcc_parse(text);
	struct fns *fns = fns_make(a);
	struct step_jump *found = NULL;
	int n = stepping_find(hcc_fn(fns, "f"), 0, &found, 0);

	assert_int_equal(n, strlen(jumps));
	for (int i = 0; jumps[i]; i++) {
		assert_int_equal(found[i].loop, 0);
		assert_int_equal(found[i].polls, jumps[i] == 'p');
	}
	free(found);
	fns_free(fns);
	ast_free(a);
	free(text);
}

static void test_interpreter(void **unused)
{
	(void)unused;
	assert_jumps("for (;;) switch (code[pc]) {"
		     "case 0: x++; pc += 2; break;"
		     "case 1: pc = code[pc + 1]; break;"
		     "case 2: if (x) { pc += 2; break; } pc = 3; continue;"
		     "default: return x; }",
		     ".p.p");
	assert_jumps("while (1) { int op = code[pc]; switch (op) {"
		     "case 0: pc++; break; case 1: pc = x; break;"
		     "default: return x; } }",
		     ".p");
}

/* What was set reaches the step: through a case, a loop or a branch. */
static void test_sets_before_the_step(void **unused)
{
	(void)unused;
	assert_jumps("for (;;) switch (code[pc]) {"
		     "case 0: pc = x;"
		     "case 1: pc++; break;"
		     "case 2: if (x) pc = 0; pc++; break;"
		     "case 3: while (x--) { if (x == 2) { pc++; continue; }"
		     "pc -= 2; } pc++; break;"
		     "case 4: pc += 2; break;"
		     "default: return x; }",
		     "ppp.");
	/* a step under a condition moves nothing for sure */
	assert_jumps("for (;;) switch (code[pc]) {"
		     "case 0: if (x) pc++; break;"
		     "case 1: pc++; break;"
		     "case 2: pc = x; break;"
		     "default: return x; }",
		     "p.p");
}

static void test_others(void **unused)
{
	(void)unused;
	/* a scanner of text */
	assert_jumps("for (;;) switch (s[pc]) { case 32: pc++; break;"
		     "case 1: pc = x; break; default: return x; }",
		     "");
	/* nothing sets the counter: a pass over data */
	assert_jumps("for (;;) switch (code[pc]) { case 0: x++; pc++; break;"
		     "default: return x; }",
		     "");
	/* set in front of the switch */
	assert_jumps("for (;;) { pc = x; switch (code[pc]) {"
		     "case 0: pc++; break; case 1: pc = 2; break;"
		     "default: return x; } }",
		     "");
	/* a condition, a label, something behind the switch */
	assert_jumps("for (; x;) switch (code[pc]) { case 0: pc++; break;"
		     "case 1: pc = x; break; default: return x; } return 0;",
		     "");
	assert_jumps("for (;;) switch (code[pc]) { case 0: l: pc++; break;"
		     "case 1: pc = x; goto l; default: return x; }",
		     "");
	assert_jumps("for (;;) { switch (code[pc]) { case 0: pc++; break;"
		     "case 1: pc = x; break; default: return x; } x++; }",
		     "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_interpreter),
		cmocka_unit_test(test_sets_before_the_step),
		cmocka_unit_test(test_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
