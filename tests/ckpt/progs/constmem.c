/* tests: const members, const locals, initialisers that name themselves */
/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

struct node {
	const int id;
	struct node *next;
};

struct cs {
	const int a;
	int b;
};

union cu {
	const unsigned f;
	int g;
};

static int cnt;
static int tick(int x)
{
	for (int i = 0; i < 3; i++)
		cnt += x;
	return x + 1;
}

static struct cs mk(int x)
{
	struct cs s = { tick(x), tick(x) + 1 };
	for (int i = 0; i < 2; i++)
		cnt++;
	return s;
}

static union cu mku(int x)
{
	union cu s = { tick(x) };
	return s;
}

static struct node *new_node(size_t n, int id)
{
	struct node *p = malloc(n);
	*(int *)&p->id = tick(id);
	p->next = 0;
	return p;
}

static int sum(const int n, struct cs s, const struct cs t, union cu u)
{
	const int k = tick(n);
	const int *const p = &k;
	const int m = tick(k) + *p, q = tick(m);
	struct cs loc = mk(k);
	struct cs const loc2 = mk(m);
	for (int i = 0; i < 2; i++)
		cnt += tick(i) + loc.a + loc2.b;
	return n + s.a + s.b + t.a + k + m + q + tick(s.a) + tick(t.b) + u.f +
	       loc.a + loc2.b;
}

static int tail(int n, const struct cs s)
{
	if (n <= 0)
		return s.a + s.b;
	return tail(n - 1, mk(s.a));
}

int main(void)
{
	struct node *const n = new_node(sizeof(*n), 3);
	const char *const names[2] = { "a", "b" };
	int r = sum(tick(1), mk(tick(2)), mk(3), mku(tick(4)));
	struct cs arr[2] = { { tick(1), tick(2) }, { 4, tick(3) } };
	const int carr[] = { tick(1), tick(2), tick(3) };
	int tot = 0;
	for (int i = 0; i < 3; i++)
		tot += carr[i] * tick(i);
	printf("%d %d %d %d %s %d %d %d\n", n->id, r, arr[1].b + tick(arr[0].a),
	       (tick(1) ? mk(2) : mk(3)).b, names[tick(0)], tot, tail(5, mk(2)),
	       mk(tick(3)).a + mku(2).f);
	const struct cs z = tick(1) ? mk(7) : mk(8), *zp = &z;
	volatile int vv = tick(3);
	volatile const int vc = tick(4);
	printf("%d %d %d %d\n", zp->a, z.b, vv, vc);
	return 0;
}
