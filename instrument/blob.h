/* SPDX-License-Identifier: MIT */
/* blob: what hcc -c puts into an object for the link, section .harrier. */
#ifndef INSTRUMENT_BLOB_H
#define INSTRUMENT_BLOB_H

#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "instrument/strv.h"

/*
 * The section: the magic, a little-endian length of all that follows (so that
 * `ld -r`, which concatenates sections, is noticed), then records: four
 * letters, a little-endian 64-bit length, the bytes. Unknown records are
 * skipped; a new version has a new magic.
 */
#define BLOB_SECTION ".harrier"

struct blob {
	char *unit; /* base name of the source file */
	char *file; /* the source file as the user named it */
	char *arch; /* "X86_64" */
	char *triple; /* for libclang */
	char *std; /* language, or NULL: the default */
	struct strv cc; /* the compiler's words */
	struct strv cflags; /* to compile the instrumented text */
	struct strv clang; /* for libclang */
	struct strbuf source; /* preprocessed text */
	struct strbuf facts;
};

void blob_release(struct blob *b);

void blob_write(const struct blob *b, struct strbuf *out);

/* -EINVAL: damaged, or of another version; -EEXIST: several were joined by
 * `ld -r`. */
int blob_read(const char *data, size_t len, struct blob *ret, struct err *err);

#endif
