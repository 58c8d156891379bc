/* SPDX-License-Identifier: MIT */
/* Levels of a recursion in its fast clone. */
static int fib(int n)
{
	return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

int depth(int n)
{
	int most = 0;

	if (n == 0)
		return 0;
	for (int i = 0; i < n; i++) {
		int d = depth(i);

		if (d > most)
			most = d;
	}
	return most + 1;
}

int main(void)
{
	return fib(20) + depth(5);
}
