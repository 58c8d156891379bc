/* tests: pushed back characters, ends and errors of streams, across a stop */
/* SPDX-License-Identifier: MIT */
/* output: unget.txt unget.rw */
#include "check.h"
#include <stdlib.h>
#include <string.h>

static int spin(int n)
{
	int k = 0;

	while (n > 1)
		n = n & 1 ? 3 * n + 1 : n / 2, k++;
	return k;
}

/* Reads n characters, a poll before each. */
static void take(FILE *f, int n)
{
	while (n-- > 0) {
		int c = getc(f);

		check_mix((uint32_t)(c + spin(n + 7)));
		check_mix(!!feof(f) * 2 + !!ferror(f));
	}
}

static void back(FILE *f, const char *text)
{
	for (size_t n = strlen(text); n-- > 0;)
		check_mix((uint32_t)ungetc(text[n], f));
}

int main(void)
{
	FILE *f = fopen("unget.txt", "w"), *r;

	if (!f)
		return 1;
	for (int i = 0; i < 300; i++)
		fprintf(f, "%c%d", 'a' + i % 26, i);
	fclose(f);
	r = fopen("unget.txt", "r");
	f = fopen("unget.rw", "w+");
	if (!r || !f)
		return 1;
	for (int i = 0; i < 300; i++)
		fprintf(f, "%d,", i);
	for (int i = 0; i < 12; i++) {
		/* the file's own character, another one, several */
		fseek(r, i * 3, SEEK_SET);
		take(r, 2);
		ungetc(getc(r), r);
		spin(30 + i);
		check_mix((uint32_t)ftell(r));
		take(r, 3);
		ungetc('X', r);
		spin(40 + i);
		check_mix((uint32_t)ftell(r));
		take(r, 2);
		back(r, "several");
		spin(50 + i);
		take(r, 4);
		spin(60 + i);
		take(r, 5);
		/* at the end */
		fseek(r, -2, SEEK_END);
		take(r, 4);
		spin(70 + i);
		check_mix(!!feof(r));
		ungetc('!', r);
		spin(80 + i);
		check_mix(!!feof(r));
		take(r, 2);
		/* dropped by a seek */
		rewind(r);
		ungetc('?', r);
		spin(90 + i);
		fseek(r, 1, SEEK_SET);
		take(r, 2);
		/* of a stream that also writes */
		fseek(f, i, SEEK_SET);
		take(f, 2);
		ungetc('Y', f);
		spin(11 + i);
		take(f, 1);
		fseek(f, 0, SEEK_CUR);
		fprintf(f, "<%d>", i);
		fflush(f);
		check_mix(getc(r) == EOF ? 1 : 0);
		/* an error flag */
		check_mix((uint32_t)fputc('z', r) == (uint32_t)EOF);
		spin(21 + i);
		check_mix(!!ferror(r));
		clearerr(r);
		check_mix(!!ferror(r));
		if (i % 4 == 0)
			printf("%d: %ld %ld\n", i, ftell(r), ftell(f));
	}
	fclose(r);
	fclose(f);
	return check_done();
}
