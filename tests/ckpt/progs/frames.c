/* tests: pointers to locals and arrays of outer frames, kept in heap and globals */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>

struct context {
	struct context *outer; /* in the caller's frame */
	int *total; /* main's */
	int depth;
	char name[4];
};

struct box {
	int *value;
	struct context *owner;
};

static struct context *innermost;

static void spend(int n)
{
	while (n-- > 0)
		check_mix(n);
}

static int chain(const struct context *c)
{
	int sum = 0;

	for (; c; c = c->outer) {
		sum = sum * 3 % 10007 + c->depth + c->name[1];
		spend(1);
	}
	return sum;
}

static int dive(struct context *outer, struct box *box, int depth, int *result)
{
	struct context here = { outer,
				outer->total,
				depth,
				{ 'd', (char)('0' + depth % 10), 0, 0 } };
	int local[4] = { depth, depth * 2, 0, 0 }, *old = box->value;

	innermost = &here;
	box->owner = &here;
	box->value = &local[depth % 4];
	*here.total += depth;
	spend(depth % 4);
	if (depth > 0) {
		int below = 0;
		dive(&here, box, depth - 1, &below);
		local[2] += below;
	}
	*result = chain(&here) + local[0] + local[2] + *box->value % 100;
	local[3] += *result;
	box->value = old;
	box->owner = outer;
	innermost = outer;
	return local[3];
}

static void swap(int *a, int *b)
{
	int t = *a;

	spend(2);
	*a = *b;
	*b = t;
}

static void permute(int *v, int n, int *count)
{
	if (n == 1) {
		++*count;
		check_mix(v[0] + v[1] * 10 + v[2] * 100);
		return;
	}
	for (int i = 0; i < n; i++) {
		swap(&v[i], &v[n - 1]);
		permute(v, n - 1, count);
		swap(&v[i], &v[n - 1]);
	}
}

int main(void)
{
	int total = 0, start = 5, count = 0;
	struct context top = { NULL, &total, 100, "top" };
	struct box *box = malloc(sizeof *box);

	innermost = &top;
	box->value = &start;
	box->owner = &top;
	for (int n = 0; n < 40; n++) {
		int result = 0, v[5] = { n, 1, 2, 3, 4 };
		int r = dive(&top, box, n % 17, &result);

		if (n % 8 == 0)
			permute(v, 5, &count);
		swap(&start, n % 2 ? &v[n % 5] : box->value);
		check_mix(r + result + total + start + (innermost == &top) +
			  (box->owner == innermost));
		if (n % 8 == 0)
			printf("%d: %d %d total %d count %d\n", n, r, result,
			       total, count);
	}
	free(box);
	return check_done();
}
