/* tests: local arrays of variable length: loops, blocks left by goto, sizeof */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <string.h>

struct cell {
	short tag;
	long value;
	struct cell *next;
	char name[16];
};

static int *shared; /* into an array of a frame */
static struct cell *head;

static int poll_some(int x)
{
	for (int i = 0; i < 3; i++)
		x += i;
	return x - 3;
}

static void touch(int n, int *v)
{
	shared = &v[n / 2];
	for (int i = 0; i < n; i++)
		v[i] += poll_some(*shared & 1);
	*shared += poll_some(1);
}

/* Another length each time, smaller and larger. */
static uint32_t lengths(int rounds)
{
	uint32_t sum = 0;

	for (int r = 0; r < rounds; r++) {
		int n = 3 + r * 5 % 7;
		int v[n], w[2][n];
		long sizes = (long)(sizeof v / sizeof *v + sizeof w / sizeof w[0]);

		memset(w, 0, sizeof w);
		for (int i = 0; i < n; i++)
			v[i] = w[i & 1][i] = poll_some(i * r);
		touch(n, v);
		touch(n, w[1]);
		for (int i = 0; i < n; i++)
			sum = sum * 31 + (uint32_t)(v[i] + w[0][i] + w[1][i]);
		sum += (uint32_t)sizes;
		*shared += 1;
	}
	return sum;
}

static int leave(int n)
{
	int found = -1, turns = 0;

again:
	if (turns++ > 3)
		goto out;
	{
		char text[n + turns], *p = text;

		for (int i = 0; i < n + turns; i++)
			*p++ = (char)('a' + poll_some(i) % 26);
		for (char *q = text; q < p; q++)
			if (*q == 'c' + turns) {
				found = (int)(q - text);
				check_mix((uint32_t)sizeof text);
				goto again;
			}
	}
out:
	return found + poll_some(turns);
}

static void structs(int n)
{
	struct cell c[n], *at;

	memset(c, 0, sizeof c);
	head = NULL;
	for (int i = 0; i < n; i++) {
		c[i].tag = (short)poll_some(i);
		c[i].value = -i;
		c[i].next = head;
		snprintf(c[i].name, sizeof c[i].name, "n%d", i);
		head = &c[i];
	}
	for (at = head; at; at = at->next) {
		at->value += poll_some(at->tag);
		printf("%s %d %ld\n", at->name, at->tag, at->value);
	}
	head = NULL;
}

static int in_switch(int kind, int n)
{
	int s = 0;

	switch (kind) {
	case 0: {
		unsigned char b[n];

		for (int i = 0; i < n; i++)
			b[i] = (unsigned char)poll_some(i * 7);
		while (n--)
			s += b[n];
		break;
	}
	case 1:
		s = poll_some(1);
		break;
	default: {
		long long b[2][n], (*p)[n] = b, *q = &b[1][n - 1];

		for (int i = 0; i < n; i++)
			p[0][i] = p[1][i] = poll_some(i);
		*q = 1LL << 40;
		s = (int)(p[1][n - 1] >> 38) + (int)b[0][1];
	}
	}
	return s;
}

static int raised(int *n)
{
	return (*n)++;
}

static void once(int n)
{
	/* evaluated once, and with what n is then */
	int a[raised(&n)];
	int b[n + 1], c = poll_some(n);

	n = 100;
	for (int i = 0; i < 4; i++)
		a[0] = b[0] = poll_some(i) + c;
	printf("%d %d %d\n", (int)(sizeof a / sizeof *a),
	       (int)(sizeof b / sizeof *b), a[0] + b[0]);
}

int main(void)
{
	printf("%u\n", lengths(9));
	printf("%d\n", leave(9));
	structs(5);
	printf("%d %d %d\n", in_switch(0, 6), in_switch(1, 2), in_switch(2, 5));
	once(4);
	check_mix(lengths(2));
	return check_done();
}
