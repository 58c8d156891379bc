/* SPDX-License-Identifier: MIT */
/* diag: messages about the user's source, in gcc's form. */
#ifndef INSTRUMENT_DIAG_H
#define INSTRUMENT_DIAG_H

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include "instrument/ast.h"

enum severity { DIAG_NOTE, DIAG_WARNING, DIAG_ERROR };

struct diag {
	enum severity severity;
	char *file; /* as #line names it; NULL: about no place */
	unsigned line, col; /* col 0: unknown */
	char *text;
	char *option; /* "portability" prints [-Wportability]; or NULL */
};

/* A list in the order of insertion; start with { 0 }. */
struct diags {
	struct diag *v;
	size_t n, alloc;
};

void diags_release(struct diags *d);

/* Strings are copied; `where` NULL: about no place. */
void diag_add(struct diags *d, enum severity severity,
	      const struct place *where, const char *option, const char *fmt,
	      ...) __attribute__((format(printf, 5, 6)));

/* The number of messages of at least that severity. */
size_t diags_count(const struct diags *d, enum severity severity);

/*
 * `file:line:col: warning: text [-Woption]` and, where the file can be read,
 * its line with a caret below.
 */
void diag_print(const struct diag *d, FILE *out);
void diags_print(const struct diags *d, FILE *out);

#endif
