/* tests: memcpy, memmove, swaps and copies of structures that hold pointers */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>
#include <string.h>

struct cell {
	char tag;
	struct cell *peer;
	const char *text;
	int n;
};

static void swap(void *a, void *b, size_t n)
{
	char *p = a, *q = b;

	while (n--) {
		char c = *p;

		*p++ = *q;
		*q++ = c;
	}
}

static struct cell *insert(struct cell *v, int *n, int at, struct cell c)
{
	v = realloc(v, (size_t)(*n + 1) * sizeof(*v));
	memmove(v + at + 1, v + at, (size_t)(*n - at) * sizeof(*v));
	v[at] = c;
	(*n)++;
	return v;
}

int main(void)
{
	static const char *const words[] = { "zero", "one", "two", "three" };
	struct cell anchor[4] = { { 0 } }, *v = NULL, *copy;
	char saved[24] = { 0 };
	int n = 0;

	for (int i = 0; i < 4; i++) {
		anchor[i].text = words[i];
		anchor[i].n = 100 * i;
		anchor[i].peer = &anchor[3 - i];
	}
	for (int i = 0; i < 80; i++) {
		struct cell c = { (char)(i % 50), &anchor[i % 4], words[i % 4],
				  i };

		v = insert(v, &n, n / 2, c);
		if (n > 2)
			swap(&v[0], &v[n - 1], sizeof(*v));
		copy = malloc((size_t)n * sizeof(*copy));
		memcpy(copy, v, (size_t)n * sizeof(*copy));
		for (int k = 0; k < n; k++) {
			check_mix((uint32_t)copy[k].n + (uint32_t)copy[k].tag);
			check_mix((uint32_t)copy[k].peer->peer->n +
				  (unsigned char)copy[k].text[1]);
		}
		free(v);
		v = copy;
		saved[i % (int)sizeof(saved)]++;
	}
	check_mix((uint32_t)saved[1] > 0);
	return check_done();
}
