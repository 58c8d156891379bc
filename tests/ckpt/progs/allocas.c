/* tests: alloca in loops, recursion and helpers, strdupa, pointers to it elsewhere */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "check.h"
#include <alloca.h>
#include <stdlib.h>
#include <string.h>

struct node {
	long key;
	struct node *next;
	const char *name;
};

static struct node *outer; /* in a frame that still runs */
static int rounds = 4;

static int poll_some(int x)
{
	for (int i = 0; i < rounds; i++)
		x += i;
	return x - 6;
}

static long sum(const struct node *n)
{
	long s = 0;

	for (; n; n = n->next)
		s = s * 7 % 1009 + n->key + poll_some((int)strlen(n->name));
	return s;
}

/* A list on the stack, used by those called. */
static long list(int n)
{
	struct node *head = NULL, *at;

	for (int i = 0; i < n; i++) {
		char text[16];

		at = alloca(sizeof *at);
		snprintf(text, sizeof text, "n%d", i * i);
		at->name = strdupa(text);
		at->key = poll_some(i);
		at->next = head;
		head = at;
	}
	outer = head;
	return sum(head) + sum(outer->next);
}

static int permute(int n, const int *taken, int depth)
{
	int *mine = alloca((depth + 1) * sizeof(int)), count = 0;

	if (depth)
		memcpy(mine, taken, depth * sizeof(int));
	if (depth == n) {
		check_mix((uint32_t)poll_some(mine[0] * 10 + mine[n - 1]));
		return 1;
	}
	for (int i = 0; i < n; i++) {
		int used = 0;

		for (int k = 0; k < depth; k++)
			used |= mine[k] == i;
		if (used)
			continue;
		mine[depth] = i;
		count += permute(n, mine, depth + 1);
	}
	return count;
}

static double *smooth(const double *in, double *out, int n)
{
	double *pad = __builtin_alloca(sizeof(double) * (n + 2));

	pad[0] = in[0];
	memcpy(pad + 1, in, n * sizeof *in);
	pad[n + 1] = in[n - 1];
	for (int i = 0; i < n; i++)
		out[i] = (pad[i] + pad[i + 1] + pad[i + 2]) / 3 +
			 poll_some(i) * 0.0;
	return out;
}

/* Freed at each return, of which there are many: nothing piles up. */
static unsigned churn(unsigned n)
{
	char *big = alloca(20000 + n % 7);

	memset(big, (int)n, 20000);
	return (unsigned)poll_some(big[n % 20000]) & 127;
}

int main(void)
{
	double a[9], b[9];
	unsigned s = 0;

	printf("%ld\n", list(6));
	outer = NULL;
	printf("%d\n", permute(4, NULL, 0));
	for (int i = 0; i < 9; i++)
		a[i] = i * i;
	for (int t = 0; t < 3; t++)
		memcpy(a, smooth(a, b, 9), sizeof a);
	printf("%.6f %.6f\n", a[0], a[8]);
	for (unsigned i = 0; i < 40; i++)
		s = s * 31 + churn(i);
	printf("%u\n", s);
	return check_done();
}
