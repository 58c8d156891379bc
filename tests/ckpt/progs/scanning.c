/* tests: text through sscanf, strtol, strtod, snprintf; errno lives over polls */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct item {
	char name[12];
	int count;
	double price;
	char unit;
};

static int work(int n)
{
	int k = 0;

	while (n > 0)
		n -= ++k;
	return k;
}

static int parse(const char *line, struct item *it)
{
	int used = 0, n;

	n = sscanf(line, "%11[a-z] %d x %lf%c%n", it->name, &it->count,
		   &it->price, &it->unit, &used);
	return n == 4 && work(used) ? used : -n;
}

static long number(const char *text, int *bad)
{
	char *end;
	long v;

	errno = 0;
	v = strtol(text, &end, 0);
	work(500);
	*bad = errno == ERANGE ? 2 : *end != 0;
	return *bad == 2 ? 0 : v;
}

int main(void)
{
	static const char *const lines[] = {
		"seeds 12 x 1.5k", "owls 3 x .25 ", "7 x 2z", "reeds x",
		"kite 0 x 1e3m"
	};
	static const char *const numbers[] = { "42", "0x1f", "017", "9x",
					       "999999999999999999999", "-3" };
	char out[64];

	for (int round = 0; round < 12; round++) {
		for (int i = 0; i < 5; i++) {
			struct item it = { "none", 0, 0, '?' };
			int n = parse(lines[i], &it);

			snprintf(out, sizeof(out), "%s:%05d:%.3g%c=%d", it.name,
				 it.count + round, it.price, it.unit, n);
			for (char *p = out; *p; p++)
				check_mix((unsigned char)*p);
		}
		for (int i = 0; i < 6; i++) {
			int bad;

			check_mix((uint32_t)number(numbers[i], &bad));
			check_mix((uint32_t)bad);
		}
		errno = EDOM;
		work(3000);
		check_mix(errno == EDOM);
	}
	return check_done();
}
