/* tests: wide streams, several bytes a character, pushed back wide ones */
/* SPDX-License-Identifier: MIT */
/* output: stdwide.txt */
#include "check.h"
#include <locale.h>
#include <wchar.h>

static int spin(int n)
{
	int k = 0;

	while (n > 1)
		n = n & 1 ? 3 * n + 1 : n / 2, k++;
	return k;
}

static void take(FILE *f, int n)
{
	while (n-- > 0) {
		wint_t c = fgetwc(f);

		check_mix((uint32_t)c * 31 + (uint32_t)spin(n + 9));
		check_mix(!!feof(f));
	}
}

int main(int argc, char **argv)
{
	/* other characters only where the machine has them */
	const wchar_t *text = argc > 1 ? L"\u00e4\u20ac\U0001f600" : L"aeo";
	wint_t base = argc > 1 ? 0x3b1 : 'a', pushed = argc > 1 ? 0xfc : 'u';

	FILE *w, *r;
	wchar_t line[50];

	if (!setlocale(LC_ALL, argc > 1 ? argv[1] : "C"))
		return 1;
	w = fopen("stdwide.txt", "w");
	if (!w)
		return 1;
	for (int i = 0; i < 150; i++) {
		fwprintf(w, L"%d: %ls %lc|", i, text, base + i % 20);
		fputwc(L'\n', w);
		if (i % 100 == 0)
			check_mix((uint32_t)spin(i + 3));
	}
	fclose(w);
	r = fopen("stdwide.txt", "r");
	if (!r)
		return 1;
	check_mix(fwide(r, 0) == 0);
	check_mix(fwide(r, 1) > 0);
	for (int i = 0; i < 20; i++) {
		take(r, 3 + i * 2);
		ungetwc(pushed, r);
		spin(i + 30);
		take(r, 5);
		ungetwc(fgetwc(r), r);
		spin(i + 31);
		take(r, 2);
		if (fgetws(line, 50, r)) {
			spin(i + 32);
			check_mix((uint32_t)wcslen(line) * 7 +
				  (uint32_t)line[0]);
		}
		if (i % 10 == 0)
			printf("%d: %d %d\n", i, (int)wcslen(line),
			       fwide(r, 0) > 0);
	}
	while (fgetwc(r) != WEOF)
		spin(9);
	check_mix(!!feof(r));
	spin(100);
	check_mix(!!feof(r));
	fclose(r);
	return check_done();
}
