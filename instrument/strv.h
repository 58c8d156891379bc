/* SPDX-License-Identifier: MIT */
/* strv: a growing, NULL-terminated list of strings, such as an argv. */
#ifndef INSTRUMENT_STRV_H
#define INSTRUMENT_STRV_H

#include <stdbool.h>
#include <stddef.h>

/* Embedded; starts as { 0 }. v is NULL while it is empty. */
struct strv {
	char **v;
	size_t n, alloc;
};

void strv_release(struct strv *s);
void strv_add(struct strv *s, const char *text); /* copies */
void strv_addf(struct strv *s, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void strv_add_all(struct strv *s, const struct strv *more);
/* The blank-separated words of a text. */
void strv_add_words(struct strv *s, const char *text);
bool strv_has(const struct strv *s, const char *text);

#endif
