/* SPDX-License-Identifier: MIT */
/* trace: which files a link really took, as `ld -t -t` tells. */
#ifndef INSTRUMENT_TRACE_H
#define INSTRUMENT_TRACE_H

#include <stddef.h>

#include "common/base/strbuf.h"

struct trace_entry {
	char *path;
	char *member; /* of the archive at path, or NULL */
};

struct trace {
	struct trace_entry *v;
	size_t n, alloc;
};

/*
 * Reads what the linker printed. Lines that are no trace (output that the
 * user's own options asked for) are appended to `rest`.
 */
void trace_read(struct trace *t, const char *text, struct strbuf *rest);
void trace_release(struct trace *t);

/* How often a member of this archive was taken. */
size_t trace_count(const struct trace *t, const char *path, const char *member);

/* The archive that `-lname` (or `-l:file`) stood for, or NULL if it was a
 * shared library or nothing of it was needed. */
const char *trace_library(const struct trace *t, const char *name);

#endif
