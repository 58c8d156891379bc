/* tests: symbols compared by their addresses, literals among them */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>
#include <string.h>

struct symbol {
	const char *name;
	struct symbol *next;
	int uses;
};

static struct symbol *symbols[31];
static const char *const nothing = "nil";
static const char *truth;

static unsigned hash(const char *s)
{
	unsigned h = 0;

	while (*s)
		h = h * 33 ^ (unsigned char)*s++;
	return h;
}

static const char *intern(const char *name, int copy)
{
	struct symbol **s = &symbols[hash(name) % 31];

	for (; *s; s = &(*s)->next)
		if (!strcmp((*s)->name, name)) {
			(*s)->uses++;
			return (*s)->name;
		}
	*s = calloc(1, sizeof(**s));
	(*s)->name = copy ? strcpy(malloc(strlen(name) + 1), name) : name;
	return (*s)->name;
}

static int evaluate(const char **tokens, int n)
{
	int value = 0;

	for (int i = 0; i < n; i++) {
		if (tokens[i] == nothing)
			value -= 1;
		else if (tokens[i] == truth)
			value += 100;
		else if (tokens[i] == intern("twice", 0))
			value *= 2;
		else
			value += (int)strlen(tokens[i]);
	}
	return value;
}

int main(void)
{
	static const char text[] = "nil twice true kestrel twice nil owl "
				   "true kite twice buzzard nil ";
	const char *tokens[64];
	char word[16];

	intern(nothing, 0);
	truth = intern("true", 0);
	for (int round = 0; round < 25; round++) {
		int n = 0, k = 0;

		for (const char *p = text; *p; p++) {
			if (*p != ' ') {
				word[k++] = *p;
				continue;
			}
			word[k] = 0;
			k = 0;
			tokens[n++] = intern(word, 1);
		}
		check_mix((uint32_t)evaluate(tokens, n - round % 5));
	}
	return check_done();
}
