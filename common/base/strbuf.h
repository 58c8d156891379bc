/* SPDX-License-Identifier: MIT */
/* strbuf: text or bytes of unknown length, always followed by a NUL. */
#ifndef HARRIER_BASE_STRBUF_H
#define HARRIER_BASE_STRBUF_H

#include <stdarg.h>
#include <stddef.h>

/*
 * Embedded by callers. `data` is never NULL, data[len] is always NUL; both
 * may be read freely. The bytes are owned by the strbuf.
 */
struct strbuf {
	char *data;
	size_t len;
	size_t alloc; /* 0 while `data` is the shared empty string */
};

extern char strbuf_empty[1];

#define STRBUF_INIT                \
	{                          \
		strbuf_empty, 0, 0 \
	}

void strbuf_init(struct strbuf *sb);
/* Frees the bytes and leaves an empty strbuf. */
void strbuf_release(struct strbuf *sb);
/* Empties it and keeps the memory. */
void strbuf_reset(struct strbuf *sb);
/* Makes room for `extra` more bytes (and the NUL). */
void strbuf_grow(struct strbuf *sb, size_t extra);
/* Sets the length after a direct write into data; len <= alloc - 1. */
void strbuf_setlen(struct strbuf *sb, size_t len);
/* Gives the bytes to the caller (free()) and leaves an empty strbuf. */
char *strbuf_detach(struct strbuf *sb);

void strbuf_add(struct strbuf *sb, const void *data, size_t len);
void strbuf_addstr(struct strbuf *sb, const char *s);
void strbuf_addch(struct strbuf *sb, int c);
void strbuf_addf(struct strbuf *sb, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void strbuf_vaddf(struct strbuf *sb, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));
/* Removes `len` bytes from the front. */
void strbuf_consume(struct strbuf *sb, size_t len);

#endif
