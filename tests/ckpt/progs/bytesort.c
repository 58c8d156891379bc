/* SPDX-License-Identifier: MIT */
/* archs: X86_64 AARCH64 I686 */
/* One block is filled byte by byte and read 32 bits at a time, as bzip2 does:
 * what it holds depends on the order of bytes, and so its images do. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct state {
	uint32_t *words;
	unsigned char *bytes;
	uint16_t *halves;
	int n;
};

int main(void)
{
	struct state *s = calloc(1, sizeof(*s));
	uint32_t sum = 0;

	s->n = 600;

	s->words = malloc(s->n * sizeof(uint32_t));
	s->bytes = (unsigned char *)s->words;
	s->halves = (uint16_t *)s->words;
	for (int i = 0; i < 4 * s->n; i++)
		s->bytes[i] = i * 7 + (i >> 5);
	for (int k = 0; k < 6; k++) {
		for (int i = 1; i < s->n; i++) {
			if (s->words[i - 1] > s->words[i]) {
				uint32_t t = s->words[i];

				s->words[i] = s->words[i - 1];
				s->words[i - 1] = t;
			}
			sum = sum * 31 + s->halves[2 * i];
		}
		printf("%u\n", sum);
	}
	free(s->words);
	free(s);
	return 0;
}
