/* tests: sizes stored in objects: right on the same word size, refused elsewhere */
/* SPDX-License-Identifier: MIT */
/* class: same-word-size */
#include "check.h"
#include <stdlib.h>
#include <string.h>

struct bytes {
	size_t used, room; /* bytes, of pointers */
	char **at;
};

static void push(struct bytes *b, char *s)
{
	if (b->used == b->room) {
		b->room = b->room ? b->room * 2 : 4 * sizeof(char *);
		b->at = realloc(b->at, b->room);
	}
	b->at[b->used / sizeof(char *)] = s;
	b->used += sizeof(char *);
}

static int total(const struct bytes *b)
{
	int n = 0;

	for (size_t i = 0; i < b->used; i += sizeof(char *))
		n += (int)strlen(b->at[i / sizeof(char *)]);
	return n;
}

int main(void)
{
	struct bytes b = { 0, 0, NULL };

	for (int n = 0; n < 300; n++) {
		push(&b, n % 3 ? "hawk" : "kite's");
		check_mix(total(&b));
		if (n % 60 == 0)
			printf("%d: %d\n", n, total(&b));
	}
	free(b.at);
	return check_done();
}
