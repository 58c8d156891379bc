/* tests: cells that depend on each other: graph, expressions, cycles, errors */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>
#include <string.h>

enum { ROWS = 8, COLUMNS = 5 };

struct cell {
	char *formula;
	double value;
	enum { IDLE, BUSY, DONE } state;
	const char *error;
	struct cell **users;
	size_t nusers;
};

static struct cell sheet[ROWS][COLUMNS];
static struct cell *asking;

static double sum(const char **p);

static double use(struct cell *c);

static double primary(const char **p)
{
	double v;

	if (**p == '(') {
		++*p;
		v = sum(p);
		++*p;
		return v;
	}
	if (**p >= 'A' && **p <= 'E') {
		struct cell *c = &sheet[(*p)[1] - '1'][**p - 'A'];

		*p += 2;
		return use(c);
	}
	return strtod(*p, (char **)p);
}

static double product(const char **p)
{
	double v = primary(p);

	while (**p == '*' || **p == '/')
		if (*(*p)++ == '*')
			v *= primary(p);
		else
			v /= primary(p);
	return v;
}

static double sum(const char **p)
{
	double v = product(p);

	while (**p == '+' || **p == '-')
		v += *(*p)++ == '+' ? product(p) : -product(p);
	return v;
}

static void depend(struct cell *on, struct cell *user)
{
	on->users = realloc(on->users, (on->nusers + 1) * sizeof(*on->users));
	on->users[on->nusers++] = user;
}

static double use(struct cell *c)
{
	struct cell *outer = asking;
	const char *p = c->formula ? c->formula : "0";

	if (outer)
		depend(c, outer);
	if (c->state == BUSY) {
		c->error = "cycle";
		return 0;
	}
	if (c->state == DONE)
		return c->value;
	c->state = BUSY;
	asking = c;
	c->value = sum(&p);
	asking = outer;
	c->state = DONE;
	if (*p && !c->error)
		c->error = p;
	return c->value;
}

static void set(int row, int column, const char *formula)
{
	struct cell *c = &sheet[row][column];

	free(c->formula);
	c->formula = strcpy(malloc(strlen(formula) + 1), formula);
}

int main(void)
{
	char text[32];

	for (int round = 0; round < 5; round++) {
		for (int r = 0; r < ROWS; r++)
			for (int c = 0; c < COLUMNS; c++) {
				if ((r * 3 + c + round) % 4 == 0)
					continue;
				snprintf(text, sizeof(text), "%c%d*%d+(%c%d-1)/2",
					 'A' + (c + 1) % COLUMNS, r % ROWS + 1,
					 r % 3, 'A' + c, (r + 7) % ROWS + 1);
				set(r, c, r ? text : "2.5");
			}
		for (int r = 0; r < ROWS; r++)
			for (int c = 0; c < COLUMNS; c++) {
				struct cell *x = &sheet[r][c];

				check_mix((uint32_t)(long long)(use(x) * 8));
				check_mix((uint32_t)x->nusers);
				check_mix(x->error ? (unsigned char)*x->error : 0);
			}
		for (int i = 0; i < ROWS * COLUMNS; i++) {
			struct cell *x = &sheet[0][0] + i;

			free(x->users);
			x->users = NULL;
			x->nusers = 0;
			x->state = IDLE;
			x->error = NULL;
		}
	}
	return check_done();
}
