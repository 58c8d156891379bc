/* tests: function pointers in tables, structs and arguments, recursion through them */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>
#include <string.h>

typedef int (*binary)(int, int);

struct op {
	const char *name;
	binary apply;
};

struct object;
struct class
{
	const char *name;
	int (*value)(const struct object *);
	struct object *(*next)(struct object *);
};
struct object {
	const struct class *class;
	struct object *peer;
	int state;
};

static void linger(int n)
{
	for (int i = 0; i < n; i++)
		check_mix(i);
}

static int plus(int a, int b)
{
	linger(3);
	return a + b;
}

static int minus(int a, int b)
{
	linger(2);
	return a - b;
}

static int times(int a, int b)
{
	return b == 0 ? 0 : plus(a, times(a, b - 1));
}

static const struct op ops[] = {
	{ "plus", plus },
	{ "minus", minus },
	{ "times", times },
};

static int fold(binary f, const int *v, int n, int start)
{
	for (int i = 0; i < n; i++)
		start = f(start, v[i]);
	return start;
}

static int even_value(const struct object *o)
{
	linger(o->state & 3);
	return o->state * 2;
}

static int odd_value(const struct object *o)
{
	return o->state > 100 ? -1 : o->peer->class->value(o->peer) + 1;
}

static const struct class even_class, odd_class;

static struct object *become(struct object *o)
{
	o->class = o->class == &even_class ? &odd_class : &even_class;
	o->state = (o->state * 5 + 1) % 128;
	linger(2);
	return o->peer;
}

static const struct class even_class = { "even", even_value, become };
static const struct class odd_class = { "odd", odd_value, become };

/* Returns a function: a pointer's pointer of sorts. */
static binary choose(int n)
{
	linger(1);
	return n % 3 ? ops[n % 2].apply : times;
}

static int twice(int (*f)(int, int (*)(int)), int n, int (*g)(int))
{
	return f(n, g) + f(n + 1, g);
}

static int half(int n)
{
	linger(n & 3);
	return n / 2;
}

static int via(int n, int (*g)(int))
{
	return n < 2 ? g(n) : 1 + via(g(n), g);
}

int main(void)
{
	struct object a = { &even_class, NULL, 3 }, b = { &odd_class, &a, 4 };
	struct object *o = &b;
	binary picked = minus;

	a.peer = &b;
	for (int n = 1; n < 80; n++) {
		int v[] = { n, 3, n % 5 };
		int sum = 0;

		for (int i = 0; i < 3; i++)
			sum += fold(ops[i].apply, v, 3, n) +
			       (*ops[i].apply)(n, i);
		picked = choose(n);
		sum += picked(n, 2) + choose(n + 1)(n, 3);
		sum += twice(via, n, half);
		sum += picked == times ? 1000 : picked == plus ? 2000 : 0;
		if (a.class != b.class || n % 4)
			o = o->class->next(o);
		if (a.class == &even_class || b.class == &even_class)
			sum += o->class->value(
				o->class == &odd_class &&
						o->peer->class != &odd_class
					? o
				: o->peer->class == &odd_class ? o
							       : o->peer);
		check_mix(sum);
		if (n % 16 == 0)
			printf("%d: %d %s %s\n", n, sum, a.class->name,
			       o->class->name);
	}
	return check_done();
}
