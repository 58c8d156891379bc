/* tests: compound literals of file scope, literals that share their bytes */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <string.h>

struct point {
	int x, y;
	struct point *next;
};

/* objects without a name, changed by the program */
static int *numbers = (int[]){ 1, 2, 3, 4, 5 };
static struct point *chain = &(struct point){
	1, 2, &(struct point){ 3, 4, &(struct point){ 5, 6, 0 } }
};
static const char *const *names = (const char *const[]){ "one", "two", 0 };
static int (*rows)[3] = (int[2][3]){ { 1, 2, 3 }, { 4, 5, 6 } };

/* the linker may let the shorter ones lie in the longer one */
static const char *words[] = { "foobar", "bar", "ar", "", "r" };

static const char *tail(const char *s)
{
	return *s ? s + 1 : s;
}

int main(void)
{
	const char *w = words[0], *const *n = names;
	struct point *p = chain;
	int *last = numbers + 4;

	for (int i = 0; i < 120; i++) {
		numbers[i % 5] += i;
		p->x += i;
		p->y ^= p->x;
		p = p->next ? p->next : chain;
		rows[i % 2][i % 3] += *last;
		w = tail(w);
		if (!*w)
			w = words[i % 5];
		n = n[1] ? n + 1 : names;
		check_mix((uint32_t)(numbers[i % 5] + p->x + p->y));
		check_mix((uint32_t)rows[(i + 1) % 2][i % 3]);
		check_mix((uint32_t)strlen(w) + (unsigned char)**n);
	}
	for (p = chain; p; p = p->next)
		printf("%d %d\n", p->x, p->y);
	return check_done();
}
