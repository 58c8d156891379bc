/* tests: coroutines out of a switch into the middle of loops (Duff, Tatham) */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>

#define BEGIN(c)            \
	switch ((c)->line) { \
	case 0:
#define YIELD(c, v)                   \
	do {                          \
		(c)->line = __LINE__; \
		return v;             \
	case __LINE__:;               \
	} while (0)
#define END(c) \
	}      \
	(c)->line = -1; \
	return -1

struct context {
	int line;
	int i, j, n;
	struct context *inner;
};

static int collatz(struct context *c)
{
	BEGIN(c);
	for (; c->n != 1; c->n = c->n % 2 ? 3 * c->n + 1 : c->n / 2)
		YIELD(c, c->n);
	YIELD(c, 1);
	END(c);
}

static int table(struct context *c)
{
	int v;

	BEGIN(c);
	for (c->i = 2; c->i < 30; c->i++) {
		c->inner = calloc(1, sizeof(*c->inner));
		c->inner->n = c->i;
		for (c->j = 0;; c->j++) {
			v = collatz(c->inner);
			if (v < 0)
				break;
			YIELD(c, v * c->i + c->j);
		}
		free(c->inner);
		c->inner = NULL;
	}
	END(c);
}

int main(void)
{
	struct context c = { 0 };
	int n = 0, v;

	while ((v = table(&c)) >= 0) {
		check_mix((uint32_t)v);
		n++;
	}
	printf("%d values\n", n);
	return check_done();
}
