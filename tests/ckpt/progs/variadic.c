/* tests: variadic functions, va_copy, wrappers of vprintf, calls among va_arg */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdarg.h>
#include <string.h>

static int lines;

static int slow(int n)
{
	int i = 0;

	while (i * i < n)
		i++;
	return i;
}

static void logf_(const char *where, int level, const char *format, ...)
{
	char text[120];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	for (const char *c = text; *c; c++)
		check_mix((unsigned char)*c);
	lines += slow(level);
	if (level % 100 == 0)
		printf("%s: %s\n", where, text);
}

static int sum(int n, ...)
{
	va_list ap;
	int total = 0;

	va_start(ap, n);
	for (int i = 0; i < n; i++)
		total += va_arg(ap, int);
	va_end(ap);
	return total + slow(total);
}

/* i int, d double, s string, l long long */
static double typed(const char *types, ...)
{
	va_list ap, again;
	double total = 0;
	int n = 0;

	va_start(ap, types);
	va_copy(again, ap);
	for (const char *t = types; *t; t++) {
		switch (*t) {
		case 'i':
			total += va_arg(ap, int);
			break;
		case 'd':
			total += va_arg(ap, double);
			break;
		case 's':
			total += (double)strlen(va_arg(ap, const char *));
			break;
		case 'l':
			total += (double)(va_arg(ap, long long) >> 32);
			break;
		}
		n += slow(n + 9);
	}
	if (types[0] == 'i')
		n += va_arg(again, int);
	va_end(again);
	va_end(ap);
	return total + slow(n);
}

static double forward(int n, const char *types, int a, double b)
{
	return n ? forward(n - 1, types, a + 1, b / 2) : typed(types, a, b);
}

int main(void)
{
	for (int n = 0; n < 300; n++) {
		int s = sum(4, n, slow(n), -3, sum(2, n, 1));
		double t =
			typed("idsl", n, n / 4.0, "four", (long long)n << 33);

		check_mix(s);
		check_mix((uint32_t)(t * 4));
		check_mix((uint32_t)(forward(n % 9, "id", n, 64) * 1024));
		logf_("main", n, "%d %s %.2f %c", s, n % 2 ? "odd" : "even", t,
		      'a' + slow(n));
	}
	printf("%d\n", lines);
	return check_done();
}
