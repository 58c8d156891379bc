/* SPDX-License-Identifier: MIT */
#include "tests/unit/hcc.h"

#include <errno.h>

#include "instrument/facts.h"

static const char text[] =
	"int ext(int);\n"
	"static int leaf(int n) { return n + 1; }\n"
	"int loops(int n, int *a)\n"
	"{\n"
	"	for (int i = 2; i < 10; i++)\n"
	"		for (int k = 0; k < n; k++)\n"
	"			a[k] += leaf(i);\n"
	"	while (*a)\n"
	"		a += ext(*a);\n"
	"	return n;\n"
	"}\n"
	"int (*pick(void))(int) { return leaf; }\n"
	"int back(int n) { again: if (ext(n--)) goto again; return n; }\n"
	"__attribute__((constructor)) int made(void) { return 1; }\n";

static struct facts *make(void)
{
	struct ast *ast = hcc_parse(text);
	struct facts *f = facts_make(ast);

	ast_free(ast);
	return f;
}

static void check(const struct facts *f)
{
	struct fact_fn *l = facts_find(f, "loops");

	assert_int_equal(f->nfns, 5);
	assert_true(facts_find(f, "leaf")->is_static);
	assert_string_equal(l->type, "function(int, *int) int");
	assert_int_equal(l->nloops, 3);
	assert_int_equal(l->loops[0].trip, 8);
	assert_int_equal(l->loops[0].parent, -1);
	assert_int_equal(l->loops[1].trip, TRIP_COUNTED);
	assert_int_equal(l->loops[1].parent, 0);
	assert_int_equal(l->loops[2].trip, TRIP_UNKNOWN);
	assert_int_equal(l->loops[2].line, 8);
	assert_int_equal(l->ncalls, 2);
	assert_string_equal(l->calls[0].callee, "leaf");
	assert_int_equal(l->calls[0].loop, 1);
	assert_int_equal(l->calls[1].loop, 2);
	assert_true(facts_find(f, "back")->backward_goto);
	assert_false(l->backward_goto);
	assert_true(facts_find(f, "made")->refused);
	assert_int_equal(facts_find(f, "made")->why_line, 14);
	assert_int_equal(f->ntaken, 1);
	assert_string_equal(f->taken[0], "leaf");
	assert_null(facts_find(f, "ext"));
}

static void test_make(void **unused)
{
	struct facts *f = make();

	(void)unused;
	check(f);
	facts_free(f);
}

static void test_text(void **unused)
{
	struct facts *f = make(), *g;
	struct strbuf a = STRBUF_INIT, b = STRBUF_INIT;
	struct err err = ERR_INIT;

	(void)unused;
	facts_write(f, &a);
	assert_int_equal(facts_read(a.data, a.len, &g, &err), 0);
	check(g);
	facts_write(g, &b);
	assert_string_equal(a.data, b.data);
	facts_free(f);
	facts_free(g);
	strbuf_release(&a);
	strbuf_release(&b);
}

static void test_damaged(void **unused)
{
	static const char *const bad[] = { "", "harrier-facts 0\n" };
	struct facts *f = make(), *g = NULL;
	struct strbuf a = STRBUF_INIT;

	(void)unused;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct err err = ERR_INIT;

		assert_int_equal(facts_read(bad[i], strlen(bad[i]), &g, &err),
				 -EINVAL);
	}
	/* cut anywhere: read or refused, never more */
	facts_write(f, &a);
	for (size_t n = 0; n < a.len; n++) {
		if (!facts_read(a.data, n, &g, NULL))
			facts_free(g);
	}
	facts_free(f);
	strbuf_release(&a);
}

static void count_note(void *ctx, enum note_kind kind, const char *file,
		       unsigned line, unsigned col, const char *words)
{
	int *n = ctx;

	(void)file;
	(void)col;
	if (kind != NOTE_RESUME)
		return;
	++*n;
	assert_int_equal(line, 14);
	assert_non_null(strstr(words, "'made'"));
}

static void test_notes(void **unused)
{
	struct facts *f = make();
	int n = 0;

	(void)unused;
	facts_notes(f, count_note, &n);
	assert_int_equal(n, 1);
	facts_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_make),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_notes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
