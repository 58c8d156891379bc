/* SPDX-License-Identifier: MIT */
/* Text: generating, splitting and comparing words, byte by byte. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned seed = 1;

static unsigned next(unsigned below)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % below;
}

static char *make_text(int words)
{
	char *text = malloc((size_t)words * 9 + 1), *p = text;

	for (int i = 0; i < words; i++) {
		int n = 2 + next(6);

		for (int k = 0; k < n; k++)
			*p++ = (char)('a' + next(4));
		*p++ = i % 11 ? ' ' : '\n';
	}
	*p = '\0';
	return text;
}

static int is_palindrome(const char *s, size_t n)
{
	for (size_t i = 0; i < n / 2; i++)
		if (s[i] != s[n - 1 - i])
			return 0;
	return 1;
}

struct totals {
	long words, lines, palindromes, found;
};

static void count(const char *text, const char *needle, struct totals *t)
{
	size_t len = strlen(needle);

	for (const char *p = text; *p;) {
		const char *begin;

		while (*p == ' ' || *p == '\n')
			t->lines += *p++ == '\n';
		for (begin = p; *p && *p != ' ' && *p != '\n';)
			p++;
		if (p == begin)
			continue;
		t->words++;
		t->palindromes += is_palindrome(begin, (size_t)(p - begin));
		for (const char *q = begin; q + len <= p; q++)
			t->found += !strncmp(q, needle, len);
	}
}

int main(int argc, char **argv)
{
	int words = argc > 1 ? atoi(argv[1]) : 1000;
	int rounds = argc > 2 ? atoi(argv[2]) : 2;
	char *text = make_text(words);
	struct totals t = { 0 };

	for (int r = 0; r < rounds; r++)
		count(text, r % 2 ? "abc" : "dab", &t);
	printf("%ld %ld %ld %ld\n", t.words, t.lines, t.palindromes, t.found);
	free(text);
	return 0;
}
