/* SPDX-License-Identifier: MIT */
/* SHA-256 (FIPS 180-4) of a stream: shifts and tables of constants. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t k[64], h[8];

static uint32_t root_bits(unsigned prime, int third)
{
	long double lo = 1, hi = 20;

	for (int i = 0; i < 80; i++) {
		long double mid = (lo + hi) / 2;

		if ((third ? mid * mid * mid : mid * mid) < prime)
			lo = mid;
		else
			hi = mid;
	}
	return (uint32_t)((hi - (int)hi) * 4294967296.0L);
}

static void constants(void)
{
	int n = 0;

	for (unsigned p = 2; n < 64; p++) {
		unsigned d = 2;

		while (p % d)
			d++;
		if (d != p)
			continue;
		if (n < 8)
			h[n] = root_bits(p, 0);
		k[n++] = root_bits(p, 1);
	}
}

static uint32_t rotate(uint32_t x, int n)
{
	return x >> n | x << (32 - n);
}

static void block(const unsigned char *p)
{
	uint32_t w[64], s[8];

	for (int i = 0; i < 16; i++, p += 4)
		w[i] = (uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
	for (int i = 16; i < 64; i++)
		w[i] = w[i - 16] + w[i - 7] +
		       (rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^
			w[i - 15] >> 3) +
		       (rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^
			w[i - 2] >> 10);
	memcpy(s, h, sizeof(s));
	for (int i = 0; i < 64; i++) {
		uint32_t e = rotate(s[4], 6) ^ rotate(s[4], 11) ^
			     rotate(s[4], 25);
		uint32_t a = rotate(s[0], 2) ^ rotate(s[0], 13) ^
			     rotate(s[0], 22);
		uint32_t t1 = s[7] + e + ((s[4] & s[5]) ^ (~s[4] & s[6])) +
			      k[i] + w[i];
		uint32_t t2 =
			a + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));

		for (int m = 7; m > 0; m--)
			s[m] = s[m - 1];
		s[4] += t1;
		s[0] = t1 + t2;
	}
	for (int i = 0; i < 8; i++)
		h[i] += s[i];
}

int main(int argc, char **argv)
{
	int blocks = argc > 1 ? atoi(argv[1]) : 1000;
	unsigned char buffer[64];

	constants();
	for (int i = 0; i < blocks; i++) {
		for (int j = 0; j < 64; j++)
			buffer[j] = (unsigned char)(i * 7 + j);
		block(buffer);
	}
	for (int i = 0; i < 8; i++)
		printf("%08x", (unsigned)h[i]);
	printf("\n");
	return 0;
}
