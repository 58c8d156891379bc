/* tests: big integers on the heap, carries, factorials and digits of e */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>
#include <string.h>

struct big {
	int n;
	uint32_t *digit; /* base 10^9, lowest first */
};

static struct big big(uint32_t x)
{
	struct big b = { 1, malloc(sizeof(uint32_t)) };

	b.digit[0] = x;
	return b;
}

static void scale(struct big *b, uint32_t k)
{
	uint64_t carry = 0;

	for (int i = 0; i < b->n; i++) {
		carry += (uint64_t)b->digit[i] * k;
		b->digit[i] = (uint32_t)(carry % 1000000000u);
		carry /= 1000000000u;
	}
	if (carry) {
		b->digit = realloc(b->digit, (b->n + 1) * sizeof(uint32_t));
		b->digit[b->n++] = (uint32_t)carry;
	}
}

static struct big add(struct big a, struct big b)
{
	struct big s = { a.n > b.n ? a.n : b.n, NULL };
	uint32_t carry = 0;

	s.digit = calloc(s.n + 1, sizeof(uint32_t));
	for (int i = 0; i < s.n; i++) {
		carry +=
			(i < a.n ? a.digit[i] : 0) + (i < b.n ? b.digit[i] : 0);
		s.digit[i] = carry % 1000000000u;
		carry /= 1000000000u;
	}
	if (carry)
		s.digit[s.n++] = carry;
	return s;
}

static void show(const char *what, struct big b)
{
	printf("%s %u", what, (unsigned)b.digit[b.n - 1]);
	for (int i = b.n - 2; i >= 0 && i > b.n - 5; i--)
		printf("%09u", (unsigned)b.digit[i]);
	printf("... of %d\n", b.n);
}

static void digest(struct big b)
{
	for (int i = 0; i < b.n; i++)
		check_mix(b.digit[i]);
}

/* The spigot for e: digits by a mixed radix array. */
static void euler(int ndigits)
{
	int n = ndigits + 10, *a = malloc(n * sizeof(int));

	for (int i = 0; i < n; i++)
		a[i] = 1;
	for (int d = 0; d < ndigits; d++) {
		int carry = 0;
		for (int i = n - 1; i >= 0; i--) {
			int x = a[i] * 10 + carry;
			carry = x / (i + 2);
			a[i] = x % (i + 2);
		}
		check_mix(carry);
		if (d < 40)
			putchar('0' + carry);
	}
	putchar('\n');
	free(a);
}

int main(void)
{
	struct big f = big(1), a = big(0), b = big(1);

	for (uint32_t k = 2; k <= 300; k++) {
		struct big next = add(a, b);

		free(a.digit);
		a = b;
		b = next;
		scale(&f, k);
		if (k % 20 == 0)
			digest(f);
		digest(b);
		if (k % 60 == 0) {
			show("factorial", f);
			show("fibonacci", b);
		}
	}
	euler(300);
	free(a.digit);
	free(b.digit);
	free(f.digit);
	return check_done();
}
