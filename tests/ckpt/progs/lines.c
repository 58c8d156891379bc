/* tests: reading a file by lines, characters and scanf; ungetc, rewind, eof */
/* SPDX-License-Identifier: MIT */
/* input: lines.txt */
/* args: lines.txt */
#include "check.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static int words(const char *line)
{
	int n = 0, in = 0;

	for (; *line; line++) {
		n += !in && !isspace((unsigned char)*line);
		in = !isspace((unsigned char)*line);
	}
	return n;
}

static int by_lines(FILE *f)
{
	char line[40];
	int n = 0, total = 0;

	while (fgets(line, sizeof line, f)) {
		total += words(line);
		check_mix(total + n);
		if (++n % 40 == 0)
			printf("line %d: %d words so far\n", n, total);
	}
	return total;
}

static int by_characters(FILE *f)
{
	int c, digits = 0, letters = 0;

	while ((c = getc(f)) != EOF) {
		if (isdigit(c)) {
			int value;
			ungetc(c, f);
			if (fscanf(f, "%d", &value) == 1)
				digits += value % 100;
		} else if (isalpha(c)) {
			letters++;
		}
		check_mix(letters ^ digits << 8);
	}
	return letters + digits;
}

static char *whole(FILE *f)
{
	char *text = NULL;
	int n = 0, got;

	do {
		text = realloc(text, n + 101);
		got = (int)fread(text + n, 1, 100, f);
		n += got;
		for (int i = n - got; i < n; i++)
			check_mix((unsigned char)text[i]);
	} while (got == 100);
	text[n] = '\0';
	return text;
}

int main(int argc, char **argv)
{
	FILE *f = argc > 1 ? fopen(argv[1], "r") : NULL;
	char *text;
	int sum = 0;

	if (!f)
		return 1;
	for (int round = 0; round < 3; round++) {
		rewind(f);
		sum += by_lines(f);
		rewind(f);
		sum += by_characters(f);
	}
	fseek(f, 100, SEEK_SET);
	text = whole(f);
	printf("sum %d, %.20s, eof %d\n", sum, strchr(text, '\n') + 1,
	       !!feof(f));
	check_mix(sum);
	free(text);
	fclose(f);
	return check_done();
}
