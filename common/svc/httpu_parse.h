/* SPDX-License-Identifier: MIT */
/* httpu_parse: a response of HTTP/1.1 (RFC 9112), fed in parts of any size. */
#ifndef HARRIER_SVC_HTTPU_PARSE_H
#define HARRIER_SVC_HTTPU_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/base/strbuf.h"

enum httpu_parse_state {
	HTTPU_PARSE_STATUS,
	HTTPU_PARSE_HEADER,
	HTTPU_PARSE_LENGTH, /* a body of `left` bytes */
	HTTPU_PARSE_CHUNK_SIZE,
	HTTPU_PARSE_CHUNK, /* `left` bytes of it */
	HTTPU_PARSE_CHUNK_END,
	HTTPU_PARSE_TRAILER,
	HTTPU_PARSE_TO_END, /* the body ends with the connection */
	HTTPU_PARSE_DONE,
};

/* Embedded. Zero it, then httpu_parse_init. */
struct httpu_parse {
	enum httpu_parse_state state;
	bool no_body; /* the answer to HEAD */
	bool keep_alive; /* valid when done */
	bool seen_continue; /* a 100 came */
	int status; /* 0 until known */
	uint64_t left;
	struct strbuf line;
	struct strbuf head; /* header lines, each ends in a NUL */
	size_t head_bytes;
	int64_t content_length; /* -1: not given */
	bool chunked;
};

void httpu_parse_init(struct httpu_parse *parse, bool no_body);
void httpu_parse_release(struct httpu_parse *parse);

/*
 * Takes bytes; body bytes go to `body` (after the head is known, so that
 * parse->status tells where to). 0, -EPROTO, or what `body` returned. Bytes
 * after the end of the response are -EPROTO: nothing was asked.
 */
typedef int httpu_parse_body_fn(void *arg, const void *data, size_t len);
int httpu_parse_feed(struct httpu_parse *parse, const char *data, size_t len,
		     httpu_parse_body_fn *body, void *arg, struct err *err);

/* The connection ended: 0 where that ends the body, else -ECONNRESET. */
int httpu_parse_end(struct httpu_parse *parse, struct err *err);

/* The value of a header among lines that end in NUL, or NULL. */
const char *httpu_parse_find(const struct strbuf *head, const char *name);

#endif
