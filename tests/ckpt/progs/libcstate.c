/* tests: state hidden in libc: rand, srand, strtok */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>
#include <string.h>

static int pause_here(int n)
{
	int k = 0;

	while (n > 0)
		n -= ++k;
	return k;
}

static int tokens(char *text)
{
	int n = 0;

	for (char *t = strtok(text, " ,;"); t; t = strtok(NULL, " ,;")) {
		n = n * 7 + t[0] + pause_here((int)strlen(t) * 5);
		check_mix(n);
	}
	return n;
}

int main(void)
{
	int r = 0;

	for (int n = 0; n < 200; n++) {
		char text[] = "one, two;three four ,,five";

		if (n % 50 == 25)
			srand((unsigned)n);
		r = rand() % 10000 + pause_here(n);
		check_mix(r);
		check_mix((uint32_t)rand() ^ (uint32_t)pause_here(9));
		check_mix(tokens(text));
		if (n % 40 == 0)
			printf("%d: %d %d\n", n, r, rand() % 1000);
	}
	return check_done();
}
