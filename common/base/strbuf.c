/* SPDX-License-Identifier: MIT */
#include "common/base/strbuf.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/xalloc.h"

char strbuf_empty[1];

void strbuf_init(struct strbuf *sb)
{
	sb->data = strbuf_empty;
	sb->len = 0;
	sb->alloc = 0;
}

void strbuf_release(struct strbuf *sb)
{
	if (sb->alloc)
		free(sb->data);
	strbuf_init(sb);
}

void strbuf_reset(struct strbuf *sb)
{
	strbuf_setlen(sb, 0);
}

void strbuf_grow(struct strbuf *sb, size_t extra)
{
	size_t want, alloc = sb->alloc ? sb->alloc : 32;

	/* A length past half the address space is a bug of the caller. */
	assert(extra < SIZE_MAX / 2 - sb->len - 1);
	want = sb->len + extra + 1;
	if (want <= sb->alloc)
		return;
	while (alloc < want)
		alloc *= 2;
	sb->data = xrealloc(sb->alloc ? sb->data : NULL, alloc);
	sb->alloc = alloc;
	sb->data[sb->len] = '\0';
}

void strbuf_setlen(struct strbuf *sb, size_t len)
{
	assert(len < (sb->alloc ? sb->alloc : 1));
	sb->len = len;
	if (sb->alloc)
		sb->data[len] = '\0';
}

char *strbuf_detach(struct strbuf *sb)
{
	char *data;

	strbuf_grow(sb, 0);
	data = sb->data;
	strbuf_init(sb);
	return data;
}

void strbuf_add(struct strbuf *sb, const void *data, size_t len)
{
	if (!len)
		return;
	strbuf_grow(sb, len);
	memcpy(sb->data + sb->len, data, len);
	strbuf_setlen(sb, sb->len + len);
}

void strbuf_addstr(struct strbuf *sb, const char *s)
{
	strbuf_add(sb, s, strlen(s));
}

void strbuf_addch(struct strbuf *sb, int c)
{
	char byte = (char)c;

	strbuf_add(sb, &byte, 1);
}

void strbuf_vaddf(struct strbuf *sb, const char *fmt, va_list ap)
{
	va_list again;
	int len;

	va_copy(again, ap);
	strbuf_grow(sb, 64);
	len = vsnprintf(sb->data + sb->len, sb->alloc - sb->len, fmt, ap);
	assert(len >= 0);
	if ((size_t)len >= sb->alloc - sb->len) {
		strbuf_grow(sb, (size_t)len);
		vsnprintf(sb->data + sb->len, sb->alloc - sb->len, fmt, again);
	}
	va_end(again);
	sb->len += (size_t)len;
}

void strbuf_addf(struct strbuf *sb, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	strbuf_vaddf(sb, fmt, ap);
	va_end(ap);
}

void strbuf_consume(struct strbuf *sb, size_t len)
{
	assert(len <= sb->len);
	if (!len)
		return;
	memmove(sb->data, sb->data + len, sb->len - len);
	strbuf_setlen(sb, sb->len - len);
}
