/* SPDX-License-Identifier: MIT */
struct pair {
	const int a;
	int b;
};
struct pair make(int *);

static int sum(int n)
{
	const int twice = 2 * n;
	int a = n, *p = &a;
	struct pair both = make(p);

	return both.a + both.b + twice + *p;
}

struct pair make(int *n)
{
	struct pair made = { 1, *n > 0 ? sum(--*n) : 0 };

	return made;
}
