/* tests: bit-fields, signed, unsigned, of zero width, beside other members */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>

struct flags {
	unsigned a : 1, b : 3;
	int c : 5;
	unsigned : 0;
	unsigned char d : 4;
	unsigned long long e : 37;
	signed char plain;
	int f : 20, g : 12;
	_Bool h : 1;
};

enum colour { RED, GREEN, BLUE };

struct cell {
	enum colour colour : 2;
	unsigned short age : 11;
	struct flags flags;
	struct cell *next;
};

static int burn(int n)
{
	int x = 0;

	while (n-- > 0)
		x += n;
	return x;
}

static struct flags advance(struct flags f, int n)
{
	f.a = !f.a;
	f.b += burn(n % 4) + 1;
	f.c = (int)(n * 3 % 31) - 15 + 0 * burn(2);
	f.d ^= n + burn(3);
	f.e = f.e * 5 + (unsigned)burn(n % 7) + 1;
	f.plain = (signed char)-f.plain;
	f.f -= 1000 + burn(n % 3);
	f.g = f.f % 2000;
	f.h = burn(n % 3) & 1;
	return f;
}

int main(void)
{
	struct cell *ring = calloc(7, sizeof *ring), *c = ring;

	for (int i = 0; i < 7; i++) {
		ring[i].next = &ring[(i + 3) % 7];
		ring[i].flags.plain = (signed char)(i + 1);
	}
	for (int n = 0; n < 700; n++, c = c->next) {
		c->flags = advance(c->flags, n);
		c->colour = (enum colour)((c->colour + 1) % 3);
		c->age = (unsigned short)(c->age + 3 * burn(3) + n);
		check_mix(c->flags.a | c->flags.b << 1 | c->flags.d << 4);
		check_mix((uint32_t)c->flags.c);
		check_mix((uint32_t)(c->flags.e >> 5));
		check_mix((uint32_t)c->flags.f ^ (uint32_t)c->flags.g);
		check_mix(c->age | (uint32_t)c->colour << 12 |
			  (uint32_t)c->flags.h << 14);
		if (n % 140 == 0)
			printf("%d: %d %d %llu %d %d\n", n, c->flags.b,
			       c->flags.c, (unsigned long long)c->flags.e,
			       c->flags.f, c->flags.plain);
	}
	free(ring);
	return check_done();
}
