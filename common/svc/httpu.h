/* SPDX-License-Identifier: MIT */
/* httpu: HTTP/1.1 client on Unix sockets and plain TCP; blocking or evloop. */
#ifndef HARRIER_SVC_HTTPU_H
#define HARRIER_SVC_HTTPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/svc/evloop.h"

/*
 * A connection to one server, kept open between calls. One call at a time.
 * https:// goes through libcurl (httpc), which is loaded only then.
 */
struct httpu;

/* Takes the next part of a body; a return below 0 (-errno) ends the call. */
typedef int httpu_body_fn(void *arg, const void *data, size_t len);

/* Start from HTTPU_REQUEST_INIT. All pointers are borrowed for the call. */
struct httpu_request {
	const char *method; /* "GET" */
	const char *path; /* with the query, already encoded */
	const char *const *headers; /* "Name: value", NULL at the end */
	const char *content_type; /* NULL: application/json if a body */
	const void *body;
	size_t body_len;
	int body_fd; /* -1, or read from where it stands */
	int64_t body_fd_len; /* -1: to its end, sent in chunks */
	int sink_fd; /* -1, or a 2xx body is written there */
	httpu_body_fn *on_body; /* or NULL; a 2xx body goes there */
	void *on_body_arg;
	size_t body_max; /* of a body kept in memory; 0: 64 MiB */
	int64_t timeout_ms; /* of the whole call; 0: none */
	int64_t idle_ms; /* without any progress; 0: 60 s; -1: none */
};

#define HTTPU_REQUEST_INIT                                         \
	{                                                          \
		.method = "GET", .body_fd = -1, .body_fd_len = -1, \
		.sink_fd = -1                                      \
	}

/* Start from HTTPU_RESPONSE_INIT, end by httpu_response_release. */
struct httpu_response {
	int status;
	struct strbuf body; /* empty where a sink took it */
	struct strbuf head; /* the header lines, each ends in a NUL */
};

#define HTTPU_RESPONSE_INIT                              \
	{                                                \
		.body = STRBUF_INIT, .head = STRBUF_INIT \
	}

void httpu_response_release(struct httpu_response *response);
/* A header's value, or NULL. */
const char *httpu_response_header(const struct httpu_response *response,
				  const char *name);

/*
 * `url`: "unix:/path/to.sock", "http://host:port" or "https://host:port".
 * Does not connect yet. `token` (may be NULL, copied) is sent as
 * "Authorization: Bearer".
 */
int httpu_new(const char *url, const char *token, struct httpu **ret_client,
	      struct err *err);
void httpu_free(struct httpu *client);

/*
 * Sends and waits. 0 for a complete answer of any status; else -errno:
 * -ENOENT and -ECONNREFUSED (nobody listens), -ETIMEDOUT, -ECONNRESET,
 * -EPROTO (not HTTP), -EFBIG, or what a sink gave. A kept connection that the
 * server had closed is opened again, once, where nothing was sent or the
 * method is idempotent.
 */
int httpu_call(struct httpu *client, const struct httpu_request *request,
	       struct httpu_response *ret_response, struct err *err);

/*
 * The same in an evloop: `done` is called later, once, with the result.
 * `request` is copied but what it points to stays borrowed until then. The
 * response is released after the callback. Not for https.
 */
typedef void httpu_done_fn(void *arg, int result,
			   struct httpu_response *response,
			   const struct err *err);
int httpu_start(struct httpu *client, struct evloop *loop,
		const struct httpu_request *request, httpu_done_fn *done,
		void *arg, struct err *err);
/* Breaks off a started call; `done` is not called. */
void httpu_cancel(struct httpu *client);

/* Appends `text` with all but unreserved characters as %XX. */
void httpu_encode(struct strbuf *out, const char *text);

#endif
