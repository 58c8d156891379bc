/* SPDX-License-Identifier: MIT */
/* httpd: HTTP/1.1 server in an evloop; several listeners, one thread. */
#ifndef HARRIER_SVC_HTTPD_H
#define HARRIER_SVC_HTTPD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/base/err.h"
#include "common/svc/evloop.h"

/*
 * The life of a request:
 *   begin  headers are there, the body is not. May reply at once (refuse),
 *          set the body's limit, or give it a sink. Optional.
 *   handle the body is there, whole or given to the sink.
 * A handler that returns without a reply has parked the request: the client
 * waits, nothing is spent, and any later code of the loop's thread replies.
 * After the reply the request is httpd's: do not touch it again. Replies of a
 * turn are sent at its end (EVLOOP_ORDER_SEND), after the commit.
 */
struct httpd;
struct httpd_req;
struct httpd_stream;

struct httpd_ops {
	void (*begin)(void *arg, struct httpd_req *req);
	void (*handle)(void *arg, struct httpd_req *req);
};

/* Zero means the default given. */
struct httpd_listener {
	const char *name; /* for logs and httpd_req_listener */
	const char *unix_path; /* a Unix socket, or NULL for TCP */
	mode_t unix_mode; /* 0600 */
	const char *address; /* TCP, numeric: "127.0.0.1" */
	uint16_t port; /* TCP; 0: a free one, see httpd_listen */
	unsigned connections_max; /* 1000; the next is answered 503 */
	unsigned per_uid_max; /* Unix; half of connections_max; root is free */
	unsigned memory_bytes; /* of a connection, holds the headers: 16384 */
	unsigned idle_timeout_s; /* 60; a parked request does not count */
	size_t body_max; /* 1 MiB; httpd_req_set_body_max overrides */
	const struct httpd_ops *ops; /* borrowed, as `arg` */
	void *arg;
};

int httpd_new(struct evloop *loop, struct httpd **ret_httpd, struct err *err);

/*
 * Starts to listen. A stale socket file is replaced; one that answers is
 * -EADDRINUSE. Gives the TCP port in *ret_port (may be NULL).
 */
int httpd_listen(struct httpd *httpd, const struct httpd_listener *listener,
		 uint16_t *ret_port, struct err *err);

/*
 * Stops: closes the listeners and every connection. Parked requests get their
 * on_gone call first; streams their on_close.
 */
void httpd_free(struct httpd *httpd);

/* ---- what a request says; strings live as long as the request ---- */

const char *httpd_req_method(const struct httpd_req *req);
/* Decoded, without the query; never holds "//", "." or ".." parts. */
const char *httpd_req_path(const struct httpd_req *req);
/* The first parameter of that name, decoded; "" where it has no value. */
const char *httpd_req_query(const struct httpd_req *req, const char *key);
const char *httpd_req_header(const struct httpd_req *req, const char *name);
const char *httpd_req_cookie(const struct httpd_req *req, const char *name);
const char *httpd_req_listener(const struct httpd_req *req);
/* The peer's uid on a Unix socket, checked by family; (uid_t)-1 on TCP. */
uid_t httpd_req_uid(const struct httpd_req *req);
pid_t httpd_req_pid(const struct httpd_req *req);
bool httpd_req_is_unix(const struct httpd_req *req);
/* The body where it had no sink; ends in a NUL that is not counted. */
const char *httpd_req_body(const struct httpd_req *req, size_t *ret_len);
/* Content-Length, or -1 where the client did not say (chunked). */
int64_t httpd_req_content_length(const struct httpd_req *req);

/* A pointer of the caller's; freed by `free_data` (or NULL) at the end. */
void httpd_req_set_data(struct httpd_req *req, void *data,
			void (*free_data)(void *data));
void *httpd_req_data(const struct httpd_req *req);

/* ---- the body ---- */

/* In begin: the limit of a buffered body; above it the reply is 413. */
void httpd_req_set_body_max(struct httpd_req *req, size_t max);

/*
 * In begin: the body goes to `sink` part by part, in place of memory, with
 * no limit but its own. A sink that returns -errno gets no more; the rest is
 * read and dropped, and `handle` sees the code in httpd_req_sink_error.
 * A client that breaks off: on_gone, and `handle` is never called.
 */
typedef int httpd_sink_fn(void *arg, struct httpd_req *req, const void *data,
			  size_t len);
void httpd_req_set_sink(struct httpd_req *req, httpd_sink_fn *sink, void *arg);
int httpd_req_sink_error(const struct httpd_req *req);
/* In a sink: no more parts until httpd_req_resume, so that a disk keeps up. */
void httpd_req_pause(struct httpd_req *req);
void httpd_req_resume(struct httpd_req *req);

/*
 * Called when the client is gone before the reply: parked, paused or in the
 * middle of its body. The request must be forgotten in it. NULL: no call.
 */
void httpd_req_on_gone(struct httpd_req *req,
		       void (*fn)(void *arg, struct httpd_req *req), void *arg);

/* ---- the reply ---- */

/* Adds a header to the reply to come. Copies. */
void httpd_req_set_header(struct httpd_req *req, const char *name,
			  const char *value);

/* Copies `data`. `type` NULL: no Content-Type. */
void httpd_reply(struct httpd_req *req, int status, const char *type,
		 const void *data, size_t len);
/* Takes `data`, which is freed with free(). */
void httpd_reply_take(struct httpd_req *req, int status, const char *type,
		      char *data, size_t len);
/* Takes the reference, also of NULL (an empty object). */
struct json_t;
void httpd_reply_json(struct httpd_req *req, int status, struct json_t *json);
/* Takes `fd`; sends `len` bytes from `offset` on by sendfile. */
void httpd_reply_fd(struct httpd_req *req, int status, const char *type, int fd,
		    int64_t offset, int64_t len);

/*
 * A reply of unknown length that is asked for more whenever the client can
 * take more. `fill` writes at most `max` bytes and returns their number, 0
 * for none now (it is asked again after httpd_stream_wake), HTTPD_END, or
 * HTTPD_BREAK, which cuts the connection so that the client sees a fault.
 * `close` (may be NULL) is called once, whatever the end was.
 */
#define HTTPD_END   (-1)
#define HTTPD_BREAK (-2)
typedef ssize_t httpd_fill_fn(void *arg, char *buf, size_t max);
struct httpd_stream *httpd_reply_stream(struct httpd_req *req, int status,
					const char *type, httpd_fill_fn *fill,
					void (*close)(void *arg), void *arg);
void httpd_stream_wake(struct httpd_stream *stream);

/*
 * A reply that the server pushes: bytes wait in memory, up to `backlog_max`,
 * until the client takes them. `close` is called once when the client is gone
 * or httpd ends; the stream is invalid after that.
 */
struct httpd_stream *httpd_reply_push(struct httpd_req *req, int status,
				      const char *type, size_t backlog_max,
				      void (*close)(void *arg), void *arg);
/* 0; -ENOBUFS for too slow a client, nothing was added; -EPIPE: it is gone. */
int httpd_stream_write(struct httpd_stream *stream, const void *data,
		       size_t len);
/* Ends a pushed stream after what was written; `close` will be called. */
void httpd_stream_end(struct httpd_stream *stream);

/*
 * Server-sent events: a pushed stream of text/event-stream. `id` and `event`
 * may be NULL; line ends in `data` are kept as lines. As httpd_stream_write.
 * A stream that is silent for 15 s sends a comment by itself.
 */
struct httpd_stream *httpd_reply_events(struct httpd_req *req,
					size_t backlog_max,
					void (*close)(void *arg), void *arg);
int httpd_stream_event(struct httpd_stream *stream, const char *id,
		       const char *event, const char *data);

/* How many connections a listener has, for metrics; 0 for an unknown name. */
unsigned httpd_connections(const struct httpd *httpd, const char *listener);

#endif
