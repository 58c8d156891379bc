/* SPDX-License-Identifier: MIT */
/* Mutual recursion: an expression parser by recursive descent. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *at;

static unsigned sum(void);

static unsigned factor(void)
{
	unsigned v = 0;

	if (*at == '(') {
		at++;
		v = sum();
		at++;
		return v;
	}
	if (*at == '-') {
		at++;
		return 0u - factor();
	}
	while (*at >= '0' && *at <= '9')
		v = v * 10 + (unsigned)(*at++ - '0');
	return v;
}

static unsigned product(void)
{
	unsigned v = factor();

	while (*at == '*') {
		at++;
		v *= factor();
	}
	return v;
}

static unsigned sum(void)
{
	unsigned v = product();

	while (*at == '+') {
		at++;
		v += product();
	}
	return v;
}

static char *text, *end;
static unsigned seed = 1;

static unsigned next(unsigned below)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % below;
}

static void generate(int depth)
{
	int terms = 1 + (int)next(3);

	for (int i = 0; i < terms; i++) {
		if (i)
			*end++ = next(2) ? '+' : '*';
		if (!next(6))
			*end++ = '-';
		if (depth > 0) {
			*end++ = '(';
			generate(depth - 1);
			*end++ = ')';
		} else {
			end += sprintf(end, "%u", next(1000));
		}
	}
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 4;
	unsigned total = 0;

	text = end = malloc(1 << 22);
	generate(12);
	*end = '\0';
	for (int r = 0; r < rounds; r++) {
		at = text;
		total = total * 31 + sum();
	}
	printf("%d %u\n", (int)strlen(text), total);
	free(text);
	return 0;
}
