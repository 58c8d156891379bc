/* tests: a backtracking matcher: recursion through a table of functions */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>
#include <string.h>

struct matcher;
struct piece {
	int (*match)(const struct matcher *m, const struct piece *p,
		     const char *at);
	char low, high;
	const struct piece *next;
};

struct matcher {
	struct piece *pieces;
	int n, *steps;
	const char *begin, **end;
};

static int rest(const struct matcher *m, const struct piece *p, const char *at)
{
	++*m->steps;
	return p->match(m, p, at);
}

static int match_end(const struct matcher *m, const struct piece *p,
		     const char *at)
{
	(void)p;
	*m->end = at;
	return 1;
}

static int fits(const struct piece *p, const char *at)
{
	return *at && *at >= p->low && *at <= p->high;
}

static int match_one(const struct matcher *m, const struct piece *p,
		     const char *at)
{
	return fits(p, at) && rest(m, p->next, at + 1);
}

static int match_maybe(const struct matcher *m, const struct piece *p,
		       const char *at)
{
	return (fits(p, at) && rest(m, p->next, at + 1)) ||
	       rest(m, p->next, at);
}

static int match_star(const struct matcher *m, const struct piece *p,
		      const char *at)
{
	return (fits(p, at) && rest(m, p, at + 1)) || rest(m, p->next, at);
}

static int compile(struct matcher *m, const char *text)
{
	m->pieces = calloc(strlen(text) + 1, sizeof(*m->pieces));
	for (m->n = 0; *text; m->n++) {
		struct piece *p = &m->pieces[m->n];

		p->match = match_one;
		p->next = p + 1;
		p->low = *text == '.' ? 1 : *text;
		p->high = *text == '.' ? 126 : *text;
		text++;
		if (*text == '*' || *text == '?')
			p->match = *text++ == '*' ? match_star : match_maybe;
	}
	m->pieces[m->n].match = match_end;
	return m->n;
}

int main(void)
{
	static const char *const patterns[] = { "a*a*b", ".*r.*r", "l?o?w",
						"(x*x*)*", "h.*e?r" };
	const char *text = "aaaaaaaaaab harrier glows lower hearer";
	int steps = 0;

	for (size_t i = 0; i < sizeof(patterns) / sizeof(*patterns); i++) {
		const char *end = NULL;
		struct matcher m = { NULL, 0, &steps, text, &end };

		compile(&m, patterns[i]);
		for (const char *p = text; *p; p++)
			if (rest(&m, m.pieces, p))
				check_mix((uint32_t)(end - m.begin) +
					  (uint32_t)(p - text) * 100);
		printf("%s: %d steps\n", patterns[i], steps);
		free(m.pieces);
	}
	return check_done();
}
