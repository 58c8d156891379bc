/* tests: wide strings, L"", u"", U"" literals and pointers into them, wide arrays */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>
#include <uchar.h>
#include <wchar.h>

static const wchar_t *text = L"Gr\u00fc\u00dfe vom M\u00e4usebussard";
static const char16_t *const sixteen = u"h\u00e9ron";
static wchar_t buffer[80];

static int length(const wchar_t *s)
{
	int n = 0;

	while (*s++)
		n++;
	return n;
}

static wchar_t *reversed(const wchar_t *s)
{
	int n = length(s);
	wchar_t *r = malloc((n + 1) * sizeof(wchar_t));

	for (int i = 0; i < n; i++)
		r[i] = s[n - 1 - i];
	r[n] = L'\0';
	return r;
}

static int is_palindrome(const wchar_t *a, const wchar_t *b)
{
	return b - a < 1 || (*a == b[-1] && is_palindrome(a + 1, b - 1));
}

static int sixteen_sum(const char16_t *s)
{
	return *s ? *s + sixteen_sum(s + 1) : 0;
}

int main(void)
{
	const wchar_t *cursor = text;
	const char32_t *thirty_two = U"\U0001F985 eagle";

	for (int n = 0; n < 300; n++) {
		wchar_t *r = reversed(cursor);

		wcscpy(buffer, r);
		if (n % 3 == 0)
			wcscat(buffer, cursor);
		check_mix(is_palindrome(buffer, buffer + length(buffer)));
		for (const wchar_t *w = buffer; *w; w++)
			check_mix((uint32_t)*w);
		check_mix(sixteen_sum(sixteen + n % 5));
		check_mix((uint32_t)thirty_two[n % 7]);
		cursor = cursor[1] ? cursor + 1 : text;
		if (n % 60 == 0)
			printf("%d: %d %d %x\n", n, length(buffer),
			       (int)(cursor - text), (unsigned)buffer[0]);
		free(r);
	}
	return check_done();
}
