/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "instrument/tok.h"

static void expect(const char *text, size_t n, const char *const *words)
{
	struct toks t;
	size_t i;

	toks_init(&t, text, strlen(text));
	assert_int_equal(t.n, n);
	for (i = 0; i < n; i++) {
		assert_int_equal(t.v[i].end - t.v[i].begin, strlen(words[i]));
		assert_memory_equal(text + t.v[i].begin, words[i],
				    strlen(words[i]));
	}
	assert_int_equal(t.v[n].kind, TOK_END);
	assert_int_equal(t.v[n].begin, strlen(text));
	toks_release(&t);
}

static void splits_into_tokens(void **state)
{
	static const char *const words[] = {
		"a",   "+",	 "++", "b",	     ">>=",	"1.5e+3",
		"...", "->",	 "x",  "L\"s\\\"\"", "u8\"t\"", "'\\''",
		".5f", "0x1p-3", "u8", "+",	     "$d",
	};

	(void)state;
	expect("a+ ++b>>=1.5e+3 ...->x L\"s\\\"\" u8\"t\"'\\'' .5f 0x1p-3 "
	       "u8 +$d",
	       sizeof(words) / sizeof(*words), words);
}

static void skips_what_is_no_token(void **state)
{
	static const char *const words[] = { "a", "b", "#", "c", "d", "e" };

	(void)state;
	expect("# 1 \"f.c\" 3\n  #pragma once \\\n x\na/* ' */b # c//d\nd\n"
	       "\n# line\ne",
	       6, words);
}

static void notes_pragmas(void **state)
{
	const char *text = "a\n #  pragma harrier poll\n#pragmatic\n# 1 \"x\"";
	struct toks t;

	(void)state;
	toks_init(&t, text, strlen(text));
	assert_int_equal(t.npragmas, 2);
	assert_int_equal(t.pragmas[0], 3);
	toks_release(&t);
}

static void reads_digraphs(void **state)
{
	const char *text = "<::><%%>";
	struct toks t;

	(void)state;
	toks_init(&t, text, strlen(text));
	assert_int_equal(t.n, 4);
	assert_true(tok_is(t.v, '['));
	assert_true(tok_is(t.v + 1, ']'));
	assert_true(tok_is(t.v + 2, '{'));
	assert_true(tok_is(t.v + 3, '}'));
	toks_release(&t);
}

static void finds_by_offset(void **state)
{
	const char *text = "ab  (c [d]) e";
	struct toks t;

	(void)state;
	toks_init(&t, text, strlen(text));
	assert_int_equal(toks_at(&t, 0)->begin, 0);
	assert_int_equal(toks_at(&t, 1)->begin, 4);
	assert_true(tok_is_word(&t, toks_at(&t, 5), "c"));
	assert_false(tok_is_word(&t, toks_at(&t, 0), "a"));
	assert_true(tok_is_word(&t, tok_skip_group(toks_at(&t, 4)), "e"));
	assert_int_equal(toks_at(&t, 100)->kind, TOK_END);
	toks_release(&t);
}

static void survives_unfinished_text(void **state)
{
	static const char *const texts[] = {
		"", "\"abc", "'", "/* x", "(((", "a\\", "\"\\", "#", "L'", "1e+"
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct toks t;

		toks_init(&t, texts[i], strlen(texts[i]));
		assert_int_equal(t.v[t.n].kind, TOK_END);
		if (t.n)
			assert_true(t.v[t.n - 1].end <= strlen(texts[i]));
		if (t.n && tok_is(t.v, '('))
			assert_int_equal(tok_skip_group(t.v)->kind, TOK_END);
		toks_release(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(splits_into_tokens),
		cmocka_unit_test(skips_what_is_no_token),
		cmocka_unit_test(notes_pragmas),
		cmocka_unit_test(reads_digraphs),
		cmocka_unit_test(finds_by_offset),
		cmocka_unit_test(survives_unfinished_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
