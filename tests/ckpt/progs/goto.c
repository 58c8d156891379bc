/* tests: goto forward, backward, out of and into loops, loops made of goto */
/* SPDX-License-Identifier: MIT */
#include "check.h"

static int hash(int x)
{
	for (int i = 0; i < 4; i++)
		x = (x * 73 + 11) % 10007;
	check_mix(x);
	return x;
}

/* A loop of goto alone. */
static int backward(int n)
{
	int i = 0, sum = 0;

again:
	sum += hash(i);
	if (++i < n)
		goto again;
	return sum % 9973;
}

/* Enters the loop in its middle. */
static int into_loop(int n)
{
	int i = n % 5, sum = 0;

	if (n & 1)
		goto middle;
	for (i = 0; i < n; i++) {
		sum += hash(i);
middle:
		sum += hash(sum + i) % 100;
		if (sum > 500000)
			goto out;
	}
out:
	return sum;
}

/* Out of two loops, with cleanup at the end. */
static int nested_exit(int n)
{
	int found = -1;

	for (int a = 1; a < n; a++) {
		for (int b = 1; b < n; b++) {
			int h = hash(a * b);
			if (h % 97 == n % 97) {
				found = a * 1000 + b;
				goto done;
			}
			if (h % 13 == 0)
				goto next;
		}
next:
		check_mix(a);
	}
done:
	return found;
}

/* A state machine of labels. */
static int machine(int n)
{
	int steps = 0, x = n;

start:
	steps++;
	if (hash(x) % 3 == 0)
		goto odd;
	if (steps > 200)
		goto end;
	x += 3;
	goto start;
odd:
	x = x * 2 + 1;
	if (x > 5000) {
		x %= 89;
		goto end;
	}
	{
		int inner = hash(x);
		x += inner % 7;
		if (inner % 5 == 2)
			goto odd;
	}
	goto start;
end:
	return steps * 100 + x % 100;
}

int main(void)
{
	for (int n = 1; n < 40; n++) {
		int b = backward(n), i = into_loop(n), e = nested_exit(n),
		    m = machine(n);

		check_mix(b + i * 5 + e * 7 + m * 11);
		if (n % 8 == 0)
			printf("%d: %d %d %d %d\n", n, b, i, e, m);
	}
	return check_done();
}
