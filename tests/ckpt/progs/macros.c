/* tests: several calls from one macro on one line, calls in nested macro arguments */
/* SPDX-License-Identifier: MIT */
#include "check.h"

#define TWICE(f, x) (f(x) + f((x) + 1))
#define FOUR(f, x) (TWICE(f, x) * TWICE(f, (x) + 2))
#define EACH(list) list(A, 3) list(B, 5) list(C, 7)
#define DEFINE(name, k) \
	static int run_##name(int n) { int s = 0; for (int i = 0; i < n; i++) s += count(i, k); return s; }
#define CALL(name, k) sum += run_##name(n + k);
#define TRY(x) do { if ((r = (x)) > limit) { r = fallback(r, limit); if (r < 0) goto out; } } while (0)
#define SWAP(a, b) do { int t_ = get(a); set(a, get(b)); set(b, t_); } while (0)

static int cells[8];

static int count(int n, int k)
{
	int c = 0;

	for (; n > 0; n /= k)
		c++;
	return c;
}

static int deep(int n)
{
	return n < 2 ? n : TWICE(deep, n - 2);
}

static int get(int i)
{
	while (i >= 8)
		i -= 8;
	return cells[i];
}

static void set(int i, int x)
{
	check_mix(x + count(x, 2));
	cells[i & 7] = x;
}

static int fallback(int r, int limit)
{
	while (r > limit)
		r -= 1 + limit / 2;
	return r % 11 == 10 ? -1 : r;
}

EACH(DEFINE)

static int attempt(int n, int limit)
{
	int r = 0, sum = 0;

	TRY(deep(n % 9)); TRY(count(n, 2) + sum); sum += r;
	TRY(FOUR(deep, n % 4));
	EACH(CALL)
	sum += FOUR(get, n) + (get(n) ? get(n + 1) : get(n + 2)) + get(n) * get(n);
out:
	return r + sum;
}

int main(void)
{
	for (int n = 0; n < 200; n++) {
		int a = attempt(n, n % 30 + 4);

		SWAP(n, n + 3); SWAP(n + 1, n + 6);
		set(n, a & 63); set(n + 5, TWICE(get, n));
		check_mix(a);
		if (n % 40 == 0)
			printf("%d: %d %d %d\n", n, a, cells[0], cells[7]);
	}
	return check_done();
}
