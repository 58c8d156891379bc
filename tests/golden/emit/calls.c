/* SPDX-License-Identifier: MIT */
int next(int);
static int total;

static void add(int n)
{
	for (int i = 0; i < n; i++)
		total += next(i);
}

int next(int n)
{
	int most = n;

	add(n - 1);
	return n > 3 && next(n / 2) ? most : total;
}
