/* tests: deep recursion: ackermann, thousands of frames with arrays in them */
/* SPDX-License-Identifier: MIT */
#include "check.h"

static int deepest;

static int ackermann(int m, int n)
{
	if (m == 0)
		return n + 1;
	if (n == 0)
		return ackermann(m - 1, 1);
	return ackermann(m - 1, ackermann(m, n - 1));
}

static int down(int n, const int *outer)
{
	int here[3] = { n, outer ? outer[0] - n : 0, 0 };

	if (n > deepest)
		deepest = n;
	if (n > 0)
		here[2] = down(n - 1, here);
	return (here[0] * 31 + here[1] + here[2]) % 1000003;
}

static int pairs(int n, int k)
{
	if (k == 0 || k == n)
		return 1;
	return pairs(n - 1, k - 1) + pairs(n - 1, k);
}

int main(void)
{
	for (int i = 1; i <= 6; i++) {
		int a = ackermann(2, i * 5), b = ackermann(3, i / 2 + 1),
		    d = down(i * 830, NULL), p = pairs(i + 8, 5);

		check_mix(a ^ b << 8 ^ d << 4 ^ p);
		printf("%d: %d %d %d %d deepest %d\n", i, a, b, d, p, deepest);
	}
	return check_done();
}
