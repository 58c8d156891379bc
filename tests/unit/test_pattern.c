/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "common/ad/pattern.h"
#include "common/base/err.h"

#include <errno.h>

struct vector {
	const char *pattern;
	unsigned flags;
	const char *text;
	const char *want; /* "start-end" of each group; NULL: no match */
};

static const struct vector vectors[] = {
	{ "abc", 0, "xabcx", "1-4" },
	{ "a.c", 0, "a\nc", NULL },
	{ "a.c", PATTERN_DOT_ALL, "a\nc", "0-3" },
	{ "^b", 0, "a\nb", NULL },
	{ "^b", PATTERN_LINES, "a\nb", "2-3" },
	{ "a$", 0, "a\n", "0-1" },
	{ "", 0, "x", "0-0" },
	{ "a*", 0, "aaa", "0-3" },
	{ "a*?", 0, "aaa", "0-0" },
	{ "a+?b", 0, "aab", "0-3" },
	{ "(a|ab)(c|bcd)", 0, "abcd", "0-4 0-1 1-4" },
	{ "(a*)(b)?", 0, "aac", "0-2 0-2 -" },
	{ "(?:x|y)+z", 0, "xyz", "0-3" },
	{ "a{2,3}", 0, "aaaa", "0-3" },
	{ "a{2}", 0, "aaaa", "0-2" },
	{ "a{2,}", 0, "aaaa", "0-4" },
	{ "(ab){2}", 0, "abab", "0-4 2-4" },
	{ "a{x", 0, "a{x", "0-3" },
	{ "{", 0, "{", "0-1" },
	{ "[a-c]+", 0, "xxabcd", "2-5" },
	{ "[^a-c]", 0, "abcd", "3-4" },
	{ "[]x]+", 0, "a]x", "1-3" },
	{ "[a-]+", 0, "-a", "0-2" },
	{ "[[:digit:]x]+", 0, "a1x", "1-3" },
	{ "[\\d.]+", 0, "v1.5", "1-4" },
	{ "\\d+\\.\\d+", 0, "v1.5", "1-4" },
	{ "\\bfoo\\b", 0, "a foo b", "2-5" },
	{ "\\Bo", 0, "of foo", "4-5" },
	{ "\\x41", 0, "A", "0-1" },
	{ "HeLLo", PATTERN_ICASE, "hEllO", "0-5" },
	{ "[h-k]", PATTERN_ICASE, "I", "0-1" },
	{ "a b # no", PATTERN_EXTENDED, "ab", "0-2" },
	{ "a|ab", PATTERN_FULL, "ab", "0-2" },
	{ "b", PATTERN_FULL, "ab", NULL },
	{ "a||b", 0, "b", "0-0" },
	{ "(a*)*", 0, "aa", "0-2 0-2" },
	{ "(a|b)*c|(a|ab)*c", 0, "xabc", "1-4 2-3" },
};

static void check(const struct vector *v)
{
	struct pattern_span spans[PATTERN_GROUPS];
	struct err err = ERR_INIT;
	struct pattern *pattern;
	uint32_t steps = 1000000;
	char got[256] = "";
	int rc;

	if (pattern_compile(v->pattern, v->flags, &pattern, &err) != 0)
		fail_msg("%s: %s", v->pattern, err.text);
	rc = pattern_match(pattern, v->text, strlen(v->text), 0, spans, &steps);
	pattern_free(pattern);
	if (rc != (v->want != NULL))
		fail_msg("%s on %s: %d", v->pattern, v->text, rc);
	if (!v->want)
		return;
	for (int i = 0; i < PATTERN_GROUPS; i++) {
		char one[32];

		/* as many groups as the vector names */
		if (strlen(got) >= strlen(v->want))
			break;
		snprintf(one, sizeof(one), "%s%d-%d", i ? " " : "",
			 spans[i].start, spans[i].end);
		if (spans[i].start < 0)
			strcpy(one, " -");
		strcat(got, one);
	}
	if (strcmp(got, v->want) != 0)
		fail_msg("%s on %s: got %s, want %s", v->pattern, v->text, got,
			 v->want);
}

static void test_vectors(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
		check(&vectors[i]);
}

static void test_errors(void **state)
{
	static const char *const bad[] = {
		"(",
		")",
		"[a",
		"*a",
		"a\\",
		"(?=a)",
		"(a)\\1",
		"[b-a]",
		"a{3,2}",
		"a{5000}",
		"((((a{1000}){1000}){1000}){1000})",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err err = ERR_INIT;
		struct pattern *pattern;

		if (pattern_compile(bad[i], 0, &pattern, &err) >= 0)
			fail_msg("%s compiled", bad[i]);
		assert_true(err_is_set(&err));
	}
}

/* Would take a backtracking matcher longer than the universe has. */
static void test_linear(void **state)
{
	struct pattern_span spans[PATTERN_GROUPS];
	struct pattern *pattern;
	uint32_t steps = 1000000;
	char text[2001];

	(void)state;
	memset(text, 'a', 2000);
	text[2000] = '\0';
	assert_int_equal(0, pattern_compile("(a*)*(a*)*(a|aa)+b", 0, &pattern,
					    NULL));
	assert_int_equal(0,
			 pattern_match(pattern, text, 2000, 0, spans, &steps));
	assert_true(steps > 900000);
	steps = 100;
	assert_int_equal(-E2BIG,
			 pattern_match(pattern, text, 2000, 0, spans, &steps));
	pattern_free(pattern);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_linear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
