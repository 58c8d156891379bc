/* tests: long-lived streams that only grow, unflushed buffers, setvbuf, ftell */
/* SPDX-License-Identifier: MIT */
/* output: append.a append.b */
#include "check.h"

static int sieve(int n)
{
	for (int d = 2; d * d <= n; d++)
		if (n % d == 0)
			return 0;
	return n > 1;
}

int main(void)
{
	FILE *a = fopen("append.a", "w"), *b = fopen("append.b", "wb");
	static char buffer[64];
	int found = 0;

	if (!a || !b)
		return 1;
	setvbuf(b, buffer, _IOFBF, sizeof buffer);
	for (int n = 0; n < 3000; n++) {
		if (!sieve(n))
			continue;
		fprintf(a, "%d is prime number %d\n", n, ++found);
		putc(n & 255, b);
		fputs(n % 4 == 1 ? "+" : "-", b);
		if (found % 50 == 0) {
			printf("%d at %ld and %ld\n", n, ftell(a), ftell(b));
			check_mix((uint32_t)ftell(a));
		}
		if (found % 101 == 0)
			fflush(a);
		check_mix(n);
	}
	fclose(b);
	fclose(a);
	return check_done();
}
