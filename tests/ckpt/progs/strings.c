/* tests: string literals, pointers into them and past them, equal literals, tables */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <string.h>

static const char *const days[] = { "monday", "tuesday", "wednesday",
				    "thursday", "friday" };
static const char *cursor = "a global \"literal\"\n";
static char buffer[64] = "changed";

struct named {
	const char *name, *tail;
	char copy[12];
};

static int measure(const char *s)
{
	const char *end = s;

	while (*end)
		end++;
	check_mix((uint32_t)(end - s));
	return (int)(end - s);
}

static const char *pick(int n)
{
	switch (n % 4) {
	case 0:
		return "zero";
	case 1:
		return days[measure("xyz") + n % 2];
	case 2:
		return &"prefix-two"[measure("prefix-")];
	}
	return NULL;
}

static const char *skip(const char *s, int n)
{
	for (; n > 0 && *s; n--)
		s++;
	return s;
}

static struct named make(const char *s)
{
	struct named x = { s, s + measure(s), "" };

	strncpy(x.copy, s, sizeof x.copy - 1);
	return x;
}

int main(void)
{
	const char *p = "local literal", *start = p, *q;

	for (int n = 0; n < 400; n++) {
		struct named x = make(pick(n) ?: "none");
		const char *here = __func__;

		p = *p ? skip(p, 1 + n % 3) : start;
		q = skip(cursor, n % 18);
		strcpy(buffer, x.name);
		strcat(buffer, measure(here) == 4 ? "+" : "-");
		strcat(buffer, q);
		for (const char *c = buffer; *c; c++)
			check_mix((unsigned char)*c);
		check_mix((uint32_t)(p - start));
		check_mix((uint32_t)(x.tail - x.name) ^ (uint32_t)x.copy[2]);
		check_mix(days[n % 5] == days[(n + 5) % 5]);
		if (n % 80 == 0)
			printf("%d: %s|%s|%s|%s", n, x.name, p, x.copy, buffer);
	}
	return check_done();
}
