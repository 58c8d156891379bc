/* tests: recursive descent over text, a syntax tree with tagged nodes, evaluation */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>
#include <string.h>

struct expr {
	enum { NUMBER, NAME, UNARY, BINARY, CALL } kind;
	char op;
	int number;
	const char *name; /* into the text */
	int name_length;
	struct expr *left, *right;
};

struct reader {
	const char *at;
	int depth;
	struct expr *all[64]; /* to free */
	int nall;
};

static struct expr *sum(struct reader *r);

static struct expr *node(struct reader *r, int kind, char op, struct expr *left,
			 struct expr *right)
{
	struct expr *e = calloc(1, sizeof *e);

	e->kind = kind;
	e->op = op;
	e->left = left;
	e->right = right;
	r->all[r->nall++] = e;
	return e;
}

static char peek(struct reader *r)
{
	while (*r->at == ' ')
		r->at++;
	return *r->at;
}

static int accept(struct reader *r, char c)
{
	return peek(r) == c && r->at++;
}

static struct expr *atom(struct reader *r)
{
	struct expr *e;

	r->depth++;
	if (accept(r, '(')) {
		e = sum(r);
		accept(r, ')');
	} else if (accept(r, '-')) {
		e = node(r, UNARY, '-', atom(r), NULL);
	} else if (peek(r) >= 'a' && peek(r) <= 'z') {
		e = node(r, NAME, 0, NULL, NULL);
		e->name = r->at;
		while (*r->at >= 'a' && *r->at <= 'z')
			r->at++;
		e->name_length = (int)(r->at - e->name);
		if (accept(r, '(')) {
			e->kind = CALL;
			e->left = sum(r);
			accept(r, ')');
		}
	} else {
		e = node(r, NUMBER, 0, NULL, NULL);
		while (*r->at >= '0' && *r->at <= '9')
			e->number = e->number * 10 + (*r->at++ - '0');
	}
	r->depth--;
	return e;
}

static struct expr *product(struct reader *r)
{
	struct expr *e = atom(r);

	for (char c; (c = peek(r)) == '*' || c == '/';) {
		r->at++;
		e = node(r, BINARY, c, e, atom(r));
	}
	return e;
}

static struct expr *sum(struct reader *r)
{
	struct expr *e = product(r);

	while (peek(r) == '+' || peek(r) == '-') {
		char op = *r->at++;
		e = node(r, BINARY, op, e, product(r));
	}
	return e;
}

static int eval(const struct expr *e, int n)
{
	int a, b;

	switch (e->kind) {
	case NUMBER:
		return e->number;
	case NAME:
		return n + e->name_length + e->name[0];
	case UNARY:
		return -eval(e->left, n);
	case CALL:
		return strncmp(e->name, "half", 4) ? eval(e->left, n + 1)
						   : eval(e->left, n) / 2;
	case BINARY:
		break;
	}
	a = eval(e->left, n) % 10007;
	b = eval(e->right, n) % 10007;
	return e->op == '+'   ? a + b
	       : e->op == '-' ? a - b
	       : e->op == '*' ? a * b
	       : b	      ? a / b
			      : 0;
}

int main(void)
{
	static const char *const texts[] = {
		"1 + 2 * (3 - x) / half(7 * n)",
		"-(a * (b - -c)) + ((1))",
		"next(next(x + half(9)) * 3) - 17 / 4",
		"1-2-3-4-5*6*7/8",
	};

	for (int n = 0; n < 120; n++) {
		struct reader r = { .at = texts[n % 4] };
		struct expr *e = sum(&r);
		int value = eval(e, n);

		check_mix(value);
		check_mix(r.depth + r.nall + *r.at);
		if (n % 30 < 4 && n % 30 == n / 30)
			printf("%s = %d (%d nodes)\n", texts[n % 4], value,
			       r.nall);
		while (r.nall)
			free(r.all[--r.nall]);
	}
	return check_done();
}
