/* SPDX-License-Identifier: MIT */
/* pattern: regular expressions that take linear time whatever they say. */
#ifndef HARRIER_AD_PATTERN_H
#define HARRIER_AD_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

/*
 * The Perl notation without what needs backtracking: . [] [^] [:alpha:] \d \D
 * \w \W \s \S \b \B \t \n \r \f \xHH ^ $ () (?:) | * + ? {m,n} and their lazy
 * forms. No back references, no look-around. Bytes, not characters.
 */
struct pattern;

#define PATTERN_GROUPS	 10 /* \0 is the whole match */
#define PATTERN_INST_MAX 10000 /* size of a compiled pattern */

enum {
	PATTERN_ICASE = 1, /* i */
	PATTERN_LINES = 2, /* m: ^ and $ at line breaks */
	PATTERN_DOT_ALL = 4, /* s: . takes line breaks */
	PATTERN_EXTENDED = 8, /* x: blanks and # comments are skipped */
	PATTERN_FULL = 16, /* the whole text has to match */
};

struct pattern_span {
	int32_t start; /* -1: the group took no part */
	int32_t end;
};

/* Returns 0 or -EINVAL (err says why) or -E2BIG. */
int pattern_compile(const char *text, unsigned flags,
		    struct pattern **ret_pattern, struct err *err);
void pattern_free(struct pattern *pattern);

/* Letters as in regexp()'s last argument; others are ignored. */
unsigned pattern_flags(const char *letters);

/*
 * The leftmost match at or behind `from`. Returns 1, 0, or -E2BIG if more
 * than *steps were needed; *steps is lowered by those used.
 */
int pattern_match(const struct pattern *pattern, const char *text, size_t len,
		  size_t from, struct pattern_span ret_spans[PATTERN_GROUPS],
		  uint32_t *steps);

#endif
