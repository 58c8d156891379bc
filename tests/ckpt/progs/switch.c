/* tests: switch with fallthrough, default in the middle, nesting, Duff's device */
/* SPDX-License-Identifier: MIT */
#include "check.h"

static int noise(int n)
{
	int x = n + 1;

	for (int i = 0; i < 3; i++)
		x = x * 37 % 2003;
	check_mix(x);
	return x;
}

static int fall(int n)
{
	int r = 0;

	switch (noise(n) % 7) {
	case 0:
		r += noise(1);
		/* fall through */
	case 1:
	case 2:
		r += noise(n) + 2;
		break;
	default:
		r -= noise(n);
		/* fall through */
	case 4:
		r += 40 + noise(r & 15);
		if (r % 3 == 0)
			break;
		r++;
		/* fall through */
	case 5: {
		int block = noise(n + 5);
		r ^= block;
		break;
	}
	}
	return r;
}

static int nested(int n)
{
	int r = 0;

	for (int i = 0; i < 12; i++) {
		switch (noise(i + n) & 3) {
		case 0:
			continue;
		case 1:
			switch (noise(i)) {
			case 37 ... 900:
				r += noise(2);
				break;
			default:
				r += i;
			}
			break;
		case 2:
			while (noise(r & 63) % 5 != 1)
				r++;
			break;
		case 3:
			if (r > 3000)
				goto out;
			r += noise(r & 31) % 50;
		}
		r += 1;
	}
out:
	return r;
}

/* Copies by a loop that a switch enters in its middle. */
static void duff(unsigned char *to, const unsigned char *from, int count)
{
	int n = (count + 7) / 8;

	switch (count % 8) {
	case 0:
		do {
			*to++ = *from++ ^ (unsigned char)noise(n);
			/* fall through */
		case 7:
			*to++ = *from++;
			/* fall through */
		case 6:
			*to++ = *from++;
			/* fall through */
		case 5:
			*to++ = *from++ + (unsigned char)noise(count);
			/* fall through */
		case 4:
			*to++ = *from++;
			/* fall through */
		case 3:
			*to++ = *from++;
			/* fall through */
		case 2:
			*to++ = *from++;
			/* fall through */
		case 1:
			*to++ = *from++;
		} while (--n > 0);
	}
}

static int no_braces(int n)
{
	int r = 5;

	switch (n % 3)
	case 1:
		r = noise(n);
	switch ((unsigned char)noise(n))
	default:
		r += 3;
	return r;
}

int main(void)
{
	unsigned char from[80], to[80] = { 0 };

	for (int i = 0; i < 80; i++)
		from[i] = (unsigned char)(i * 7);
	for (int n = 1; n < 80; n++) {
		int f = fall(n), s = nested(n), b = no_braces(n);

		duff(to, from, n);
		check_mix(f ^ s << 8 ^ b << 16);
		for (int i = 0; i < 80; i++)
			check_mix(to[i]);
		if (n % 16 == 0)
			printf("%d: %d %d %d %d\n", n, f, s, b, to[n - 1]);
	}
	return check_done();
}
