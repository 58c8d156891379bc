/* tests: variadic functions stopped before, between and behind their va_lists, masked while one lives */
/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "check.h"

static int burn(int n)
{
	for (int i = 0; i < 4; i++)
		n = (n * 79 + 7) % 9901;
	check_mix(n);
	return n;
}

/* The usual logger: all that takes long is behind va_end. */
static char log_text[256];
static int log_lines;

static int logger(int level, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(log_text, sizeof(log_text), fmt, ap);
	va_end(ap);
	for (int i = 0; i < level; i++)
		n += burn(log_text[i % strlen(log_text)]) % 3;
	log_lines++;
	return n;
}

/* Long work before the arguments are looked at, none of it stoppable. */
static long before(int n, ...)
{
	long sum = 0;
	va_list ap;

	sum += burn(n);
	va_start(ap, n);
	for (int i = 0; i < n; i++)
		sum += burn(va_arg(ap, int)) % 100;
	va_end(ap);
	for (int i = 0; i < n; i++)
		sum += burn((int)sum) % 10;
	return sum;
}

/* Ways that take no arguments, and ways that do. */
static double by_kind(int kind, ...)
{
	double x = burn(kind + 40) * 0;
	va_list ap;
	char *s;

	switch (kind) {
	case 'd':
		va_start(ap, kind);
		x = va_arg(ap, double);
		va_end(ap);
		x += burn((int)x);
		break;
	case 's':
		va_start(ap, kind);
		s = va_arg(ap, char *);
		x = va_arg(ap, int);
		va_end(ap);
		for (; *s; s++)
			x += burn(*s);
		break;
	default:
		for (int i = 0; i < 3; i++)
			x += burn(kind + i);
	}
	return x;
}

/* A va_list parameter: masked while it is read, not behind. */
static int take(int n, va_list ap)
{
	int cells[8], sum = 0;

	for (int i = 0; i < n; i++)
		cells[i] = va_arg(ap, int);
	for (int i = 0; i < n; i++)
		sum = sum * 7 % 10007 + burn(cells[i]);
	return sum;
}

static int twice(int n, ...)
{
	va_list ap, again;
	int a, b;

	va_start(ap, n);
	va_copy(again, ap);
	a = take(n, ap);
	va_end(ap);
	b = take(n, again) * 3;
	va_end(again);
	return burn(a + b) + a;
}

/* Hands a list out by its address. */
static int next_of(va_list *ap)
{
	return burn(va_arg(*ap, int));
}

static int by_address(int n, ...)
{
	va_list ap;
	int sum = 0;

	va_start(ap, n);
	while (n-- > 0)
		sum = (sum * 5 + next_of(&ap)) % 9973;
	va_end(ap);
	return sum + burn(sum);
}

/* Recursion through `...`, and a struct result. */
struct pair {
	long a;
	char text[12];
};

static struct pair chain(int depth, ...)
{
	struct pair p = { 0 }, below = { 0 };
	const char *word;
	va_list ap;

	va_start(ap, depth);
	word = va_arg(ap, const char *);
	p.a = va_arg(ap, long);
	va_end(ap);
	strcpy(p.text, word);
	if (depth > 0) {
		below = chain(depth - 1, word + 1, p.a * 3 + burn(depth) % 5);
		p.a += below.a;
		p.text[0] = below.text[0];
	}
	p.a += burn(depth);
	return p;
}

/* Called by a pointer, as error handlers are. */
static int (*report)(int level, const char *fmt, ...) = logger;

/* K&R sprintf into a block that grows. */
static char *format(const char *fmt, ...)
{
	size_t size = 4;
	char *text = malloc(size);
	va_list ap;
	int n;

	for (;;) {
		va_start(ap, fmt);
		n = vsnprintf(text, size, fmt, ap);
		va_end(ap);
		if (n < (int)size)
			break;
		size = n + 1;
		text = realloc(text, size);
		burn(n);
	}
	for (int i = 0; i < n; i++)
		text[i] = 'a' + burn(text[i]) % 26;
	return text;
}

int main(void)
{
	for (int n = 1; n < 7; n++) {
		struct pair p = { 0 };
		char *text;

		printf("%d:", n);
		printf(" %d", logger(n, "n is %d, %s", n, "so"));
		printf(" %ld", before(n, 1, 2, 3, 4, 5, 6));
		printf(" %g", by_kind('d', n * 1.5));
		printf(" %g", by_kind('s', "hcc", n));
		printf(" %g", by_kind(n));
		printf(" %d", twice(n, 9, 8, 7, 6, 5, 4));
		printf(" %d", by_address(n, 11, 12, 13, 14, 15, 16));
		p = chain(n, "abcdefghijk", (long)n);
		printf(" %ld %s", p.a, p.text);
		printf(" %d", report(2, "%c%c", 'x', 'y'));
		text = format("%d-%s-%d", n, "grow", n * 1000);
		printf(" %s %d\n", text, log_lines);
		free(text);
	}
	return check_done();
}
