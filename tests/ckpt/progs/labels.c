/* tests: addresses of labels in variables, in the heap, in arrays of the frame */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>
#include <string.h>

struct word {
	void *code;
	int arg;
	struct word *next;
};

static void *const *names; /* of the labels, for the compiler below */

static int poll_some(int x)
{
	for (int i = 0; i < 2; i++)
		x += i;
	return x - 1;
}

/* Direct threading: with no program it tells its labels. */
static int threaded(struct word *w)
{
	static void *const labels[] = { &&lit, &&plus, &&times, &&again,
					&&stop };
	int stack[16], *sp = stack;
	int turns = 0;

	if (!w) {
		names = labels;
		return (int)(sizeof labels / sizeof *labels);
	}
	goto *w->code;
lit:
	*sp++ = poll_some(w->arg);
	w = w->next;
	goto *w->code;
plus:
	sp--;
	sp[-1] = (sp[-1] + sp[0]) % 10007;
	w = w->next;
	goto *w->code;
times:
	sp--;
	sp[-1] = sp[-1] * sp[0] % 10007;
	w = w->next;
	goto *w->code;
again:
	if (++turns < w->arg) {
		/* back to the word behind the first */
		w -= 6;
		goto *w->code;
	}
	w = w->next;
	goto *w->code;
stop:
	return sp[-1];
}

static struct word *compile(const int (*src)[2], int n)
{
	struct word *w = malloc(n * sizeof *w);

	for (int i = 0; i < n; i++) {
		w[i].code = names[src[i][0]];
		w[i].arg = src[i][1];
		w[i].next = i + 1 < n ? &w[i + 1] : NULL;
	}
	return w;
}

/* A machine whose state is a label, and a table in its frame. */
static int machine(const char *text)
{
	void *states[3] = { &&outside, &&inside, &&done }, *state = states[0],
	     *before = NULL;
	int words = 0, changes = 0;

	for (;;) {
		if (state != before)
			changes++;
		before = state;
		poll_some(changes);
		goto *state;
outside:
		if (*text && *text != ' ') {
			words++;
			state = states[1];
		} else if (!*text) {
			state = &&done;
		}
		text++;
		continue;
inside:
		if (!*text)
			state = states[2];
		else if (*text == ' ')
			state = &&outside;
		text++;
	}
done:
	return words * 100 + changes;
}

/* A return address of its own. */
static int subroutines(int n)
{
	void *back;
	int sum = 0, i = 0;

top:
	back = &&first;
	goto count;
first:
	back = i & 1 ? &&odd : &&even;
	goto count;
odd:
	sum += 100;
even:
	if (++i < n)
		goto top;
	return sum;
count:
	sum += poll_some(i);
	goto *back;
}

int main(void)
{
	static const int src[][2] = { { 0, 7 }, { 0, 3 }, { 2, 0 }, { 0, 11 },
				      { 1, 0 }, { 0, 1 }, { 2, 0 }, { 3, 25 },
				      { 4, 0 } };
	struct word *program;

	check_mix((uint32_t)threaded(NULL));
	program = compile(src, 9);
	printf("%d\n", threaded(program));
	printf("%d\n", threaded(program));
	printf("%d\n", machine("to be or  not to be that is"));
	printf("%d\n", subroutines(12));
	free(program);
	return check_done();
}
