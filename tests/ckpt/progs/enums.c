/* tests: enums with gaps and negative values, _Bool, char signedness, conversions */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdbool.h>

enum light { RED = 3, AMBER, GREEN = 10, DARK = -2 };
enum wide { SMALL, LARGE = 70000 };
enum mask { NONE, FIRST = 1u << 0, LAST = 1u << 31 };

struct signal {
	enum light light;
	enum wide wide;
	bool on;
	signed char s;
	unsigned char u;
	unsigned short us;
	char plain; /* holds only 0 to 127 */
};

static enum light after(enum light l)
{
	int delay = 0;

	while (delay < (int)l)
		delay += 2;
	switch (l) {
	case RED:
		return GREEN;
	case GREEN:
		return AMBER;
	case AMBER:
		return delay % 4 ? DARK : RED;
	case DARK:
		return RED;
	}
	return l;
}

static bool any(unsigned x)
{
	for (; x > 1; x >>= 1)
		;
	return x;
}

static enum mask widen(enum mask m)
{
	return any(m) ? (enum mask)((unsigned)m >> 1) : LAST;
}

int main(void)
{
	struct signal s = { RED, LARGE, true, -100, 200, 65000, 'A' };
	enum mask m = FIRST;
	const enum light start = AMBER;

	for (int n = 0; n < 900; n++) {
		enum light old = s.light;

		s.light = after(s.light);
		s.wide = s.wide == LARGE ? SMALL : any(n) ? LARGE : SMALL;
		s.on = (_Bool)(n & 4);
		s.s = (signed char)(s.s * 3 + (int)old);
		s.u = (unsigned char)(s.u + s.s);
		s.us = (unsigned short)(s.us * s.u);
		s.plain = (char)((s.plain + any(n & 3)) & 127);
		m = widen(m);
		check_mix((uint32_t)s.light ^ (uint32_t)s.wide << 4 ^ s.on);
		check_mix((uint32_t)s.s ^ (uint32_t)s.u << 8 ^
			  (uint32_t)s.us << 16);
		check_mix((uint32_t)s.plain ^ (uint32_t)m ^ (s.light > start));
		if (n % 180 == 0)
			printf("%d: %d %d %d %d %d %u\n", n, s.light, s.wide,
			       s.on, s.s, s.u, (unsigned)m);
	}
	return check_done();
}
