/* tests: a machine whose state is a function that returns the next one */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct scanner;
typedef struct state state;
struct state {
	state (*next)(struct scanner *s, int c);
};

struct scanner {
	state now;
	char word[32];
	int length, depth;
	int words, numbers, comments;
};

static state outside(struct scanner *s, int c);

static state in_word(struct scanner *s, int c)
{
	if (isalnum(c) && s->length < 31) {
		s->word[s->length++] = (char)c;
		return s->now;
	}
	s->word[s->length] = 0;
	for (int i = 0; i < s->length; i++)
		check_mix((unsigned char)s->word[i]);
	s->words++;
	return outside(s, c);
}

static state in_number(struct scanner *s, int c)
{
	if (isdigit(c)) {
		s->length = (s->length * 10 + c - '0') % 100003;
		return s->now;
	}
	check_mix(s->length);
	s->numbers++;
	return outside(s, c);
}

static state in_comment(struct scanner *s, int c)
{
	s->depth += c == '(' ? 1 : c == ')' ? -1 : 0;
	return s->depth ? s->now : (state){ outside };
}

static state outside(struct scanner *s, int c)
{
	s->length = 0;
	if (isalpha(c)) {
		s->word[s->length++] = (char)c;
		return (state){ in_word };
	}
	if (isdigit(c)) {
		s->length = c - '0';
		return (state){ in_number };
	}
	if (c == '(') {
		s->depth = 1;
		s->comments++;
		return (state){ in_comment };
	}
	return (state){ outside };
}

int main(void)
{
	static const char text[] =
		"When 12 hawks (or (rarely) 3 kites) hunt 144 mice, each of "
		"them 2 takes x9 (no (really)) 77 and so on 4096 ";
	struct scanner *s = calloc(1, sizeof(*s));

	s->now.next = outside;
	for (int round = 0; round < 60; round++)
		for (const char *p = text; *p; p++)
			s->now = s->now.next(s, (unsigned char)*p);
	printf("%d words, %d numbers, %d comments\n", s->words, s->numbers,
	       s->comments);
	return check_done();
}
