/* SPDX-License-Identifier: MIT */
#include "instrument/strv.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/xalloc.h"

void strv_release(struct strv *s)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		free(s->v[i]);
	free(s->v);
	memset(s, 0, sizeof(*s));
}

/* Takes the text. */
static void push(struct strv *s, char *text)
{
	if (s->n + 1 >= s->alloc) {
		s->alloc = s->alloc * 2 + 16;
		s->v = xreallocarray(s->v, s->alloc, sizeof(*s->v));
	}
	s->v[s->n++] = text;
	s->v[s->n] = NULL;
}

void strv_add(struct strv *s, const char *text)
{
	push(s, xstrdup(text));
}

void strv_addf(struct strv *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	push(s, xvasprintf(fmt, ap));
	va_end(ap);
}

void strv_add_all(struct strv *s, const struct strv *more)
{
	size_t i;

	for (i = 0; i < more->n; i++)
		strv_add(s, more->v[i]);
}

void strv_add_words(struct strv *s, const char *text)
{
	while (*(text += strspn(text, " \t"))) {
		size_t len = strcspn(text, " \t");

		push(s, xstrndup(text, len));
		text += len;
	}
}

bool strv_has(const struct strv *s, const char *text)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (!strcmp(s->v[i], text))
			return true;
	return false;
}
