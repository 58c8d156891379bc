/* SPDX-License-Identifier: MIT */
/*
 * Replies of httpd. A reply belongs to the request until MHD asks for it
 * again after the resume; a stream belongs to its MHD response, whose end
 * frees it and calls the owner's close.
 */
#include <assert.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/xalloc.h"
#include "common/svc/httpd_priv.h"
#include "common/svc/json.h"

#define HTTPD_STREAM_BLOCK  4096
#define HTTPD_KEEP_ALIVE_MS 15000

static void add_header(struct MHD_Response *response, const char *name,
		       const char *value)
{
	if (MHD_add_response_header(response, name, value) != MHD_YES)
		log_error("cannot add the header '%s: %s'", name, value);
}

/* Takes `response`. From here on the request is httpd's alone. */
static void set_response(struct httpd_req *req, int status, const char *type,
			 struct MHD_Response *response)
{
	assert(!req->response && req->state != HTTPD_REPLIED);
	if (!response)
		abort(); /* out of memory */
	if (type)
		add_header(response, "Content-Type", type);
	for (size_t i = 0; i < req->header_count; i++)
		add_header(response, req->headers[i].name,
			   req->headers[i].value);
	req->response = response;
	req->status = (unsigned)status;
	req->on_gone = NULL;
	if (req->state == HTTPD_BEGIN)
		return;
	evloop_del_fd(req->watch);
	req->watch = NULL;
	req->state = HTTPD_REPLIED;
	list_del(&req->link);
	list_append(&req->conn->port->httpd->ready, &req->link);
	evloop_again(req->conn->port->httpd->loop);
}

void httpd_req_set_header(struct httpd_req *req, const char *name,
			  const char *value)
{
	req->headers = xreallocarray(req->headers, req->header_count + 1,
				     sizeof(*req->headers));
	req->headers[req->header_count].name = xstrdup(name);
	req->headers[req->header_count++].value = xstrdup(value);
}

void httpd_reply(struct httpd_req *req, int status, const char *type,
		 const void *data, size_t len)
{
	set_response(req, status, type,
		     MHD_create_response_from_buffer(len, (void *)data,
						     MHD_RESPMEM_MUST_COPY));
}

void httpd_reply_take(struct httpd_req *req, int status, const char *type,
		      char *data, size_t len)
{
	set_response(req, status, type,
		     MHD_create_response_from_buffer(len, data,
						     MHD_RESPMEM_MUST_FREE));
}

void httpd_reply_json(struct httpd_req *req, int status, struct json_t *json)
{
	struct strbuf text = STRBUF_INIT;
	size_t len;

	if (json)
		json_write(json, &text);
	else
		strbuf_addstr(&text, "{}");
	json_decref(json);
	strbuf_addch(&text, '\n');
	len = text.len;
	httpd_reply_take(req, status, "application/json", strbuf_detach(&text),
			 len);
}

void httpd_reply_error(struct httpd_req *req, int status, const char *code,
		       const char *message)
{
	json_t *error = json_object(), *body = json_object();

	json_set_str(error, "code", code);
	json_set_str(error, "message", message);
	json_set_value(body, "error", error);
	httpd_reply_json(req, status, body);
}

void httpd_reply_fd(struct httpd_req *req, int status, const char *type, int fd,
		    int64_t offset, int64_t len)
{
	set_response(req, status, type,
		     MHD_create_response_from_fd_at_offset64((uint64_t)len, fd,
							     (uint64_t)offset));
}

enum MHD_Result httpd_reply_queue(struct httpd_req *req)
{
	struct MHD_Response *response = req->response;
	struct httpd_stream *stream = req->stream;
	struct err err = ERR_INIT;
	enum MHD_Result result;

	req->response = NULL;
	req->stream = NULL;
	req->state = HTTPD_SENDING;
	if (stream) {
		stream->mhd = req->mhd;
		if (evloop_add_fd(stream->httpd->loop, req->conn->fd,
				  EPOLLRDHUP, stream->on_hangup, stream,
				  &stream->watch, &err))
			log_error("%s", err_text(&err));
	}
	result = MHD_queue_response(req->mhd, req->status, response);
	MHD_destroy_response(response);
	return result;
}

/* ---- streams ---- */

static void wake(struct httpd_stream *stream)
{
	if (!stream->suspended || !list_empty(&stream->waking))
		return;
	list_append(&stream->httpd->waking, &stream->waking);
	evloop_again(stream->httpd->loop);
}

void httpd_stream_break(struct httpd_stream *stream)
{
	stream->broken = true;
	evloop_del_fd(stream->watch);
	stream->watch = NULL;
	wake(stream);
}

static void on_hangup(void *arg, uint32_t events)
{
	(void)events;
	httpd_stream_break(arg);
}

static ssize_t fill_pushed(struct httpd_stream *stream, char *buf, size_t max)
{
	size_t len = stream->backlog.len - stream->sent;

	if (!len)
		return stream->ending ? HTTPD_END : 0;
	if (len > max)
		len = max;
	memcpy(buf, stream->backlog.data + stream->sent, len);
	stream->sent += len;
	if (stream->sent == stream->backlog.len) {
		strbuf_reset(&stream->backlog);
		stream->sent = 0;
	}
	return (ssize_t)len;
}

/* MHD's reader. One that gives 0 must suspend, or the loop spins. */
static ssize_t read_stream(void *cls, uint64_t pos, char *buf, size_t max)
{
	struct httpd_stream *stream = cls;
	ssize_t len = HTTPD_BREAK;

	(void)pos;
	if (!stream->broken)
		len = stream->fill ? stream->fill(stream->arg, buf, max)
				   : fill_pushed(stream, buf, max);
	if (len == HTTPD_END)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (len < 0)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (!len) {
		MHD_suspend_connection(stream->mhd);
		stream->suspended = true;
	}
	return len;
}

static void free_stream(void *cls)
{
	struct httpd_stream *stream = cls;

	list_del(&stream->link);
	list_del(&stream->waking);
	evloop_del_fd(stream->watch);
	evloop_del_timer(stream->keep_alive);
	if (stream->close)
		stream->close(stream->arg);
	strbuf_release(&stream->backlog);
	free(stream);
}

struct httpd_stream *httpd_reply_stream(struct httpd_req *req, int status,
					const char *type, httpd_fill_fn *fill,
					void (*close)(void *arg), void *arg)
{
	struct httpd_stream *stream = xcalloc(1, sizeof(*stream));

	stream->port = req->conn->port;
	stream->httpd = stream->port->httpd;
	stream->on_hangup = on_hangup;
	stream->fill = fill;
	stream->close = close;
	stream->arg = arg;
	strbuf_init(&stream->backlog);
	list_init(&stream->waking);
	list_append(&stream->httpd->streams, &stream->link);
	req->stream = stream;
	set_response(req, status, type,
		     MHD_create_response_from_callback(
			     MHD_SIZE_UNKNOWN, HTTPD_STREAM_BLOCK, read_stream,
			     stream, free_stream));
	return stream;
}

void httpd_stream_wake(struct httpd_stream *stream)
{
	wake(stream);
}

struct httpd_stream *httpd_reply_push(struct httpd_req *req, int status,
				      const char *type, size_t backlog_max,
				      void (*close)(void *arg), void *arg)
{
	struct httpd_stream *stream =
		httpd_reply_stream(req, status, type, NULL, close, arg);

	stream->backlog_max = backlog_max;
	return stream;
}

int httpd_stream_write(struct httpd_stream *stream, const void *data,
		       size_t len)
{
	if (stream->broken || stream->ending)
		return -EPIPE;
	if (stream->backlog.len - stream->sent + len > stream->backlog_max)
		return -ENOBUFS;
	/* Dropped by halves, so that each byte moves once at most. */
	if (stream->sent > stream->backlog.len / 2) {
		strbuf_consume(&stream->backlog, stream->sent);
		stream->sent = 0;
	}
	strbuf_add(&stream->backlog, data, len);
	if (stream->keep_alive)
		evloop_set_timer(stream->keep_alive, HTTPD_KEEP_ALIVE_MS);
	wake(stream);
	return 0;
}

void httpd_stream_end(struct httpd_stream *stream)
{
	stream->ending = true;
	wake(stream);
}

/* ---- server-sent events ---- */

static void keep_alive(void *arg)
{
	static const char comment[] = ": keep-alive\n\n";
	struct httpd_stream *stream = arg;

	/* A full backlog keeps the client alive by itself. */
	if (httpd_stream_write(stream, comment, sizeof(comment) - 1))
		evloop_set_timer(stream->keep_alive, HTTPD_KEEP_ALIVE_MS);
}

struct httpd_stream *httpd_reply_events(struct httpd_req *req,
					size_t backlog_max,
					void (*close)(void *arg), void *arg)
{
	struct httpd_stream *stream;

	httpd_req_set_header(req, "Cache-Control", "no-store");
	stream = httpd_reply_push(req, 200, "text/event-stream", backlog_max,
				  close, arg);
	stream->keep_alive = evloop_add_timer(
		stream->httpd->loop, HTTPD_KEEP_ALIVE_MS, keep_alive, stream);
	return stream;
}

static void add_field(struct strbuf *out, const char *field, const char *value,
		      size_t len)
{
	strbuf_addf(out, "%s: ", field);
	strbuf_add(out, value, len);
	strbuf_addch(out, '\n');
}

int httpd_stream_event(struct httpd_stream *stream, const char *id,
		       const char *event, const char *data)
{
	struct strbuf text = STRBUF_INIT;
	int ret;

	if (id)
		add_field(&text, "id", id, strcspn(id, "\r\n"));
	if (event)
		add_field(&text, "event", event, strcspn(event, "\r\n"));
	for (;;) {
		size_t len = strcspn(data, "\r\n");

		add_field(&text, "data", data, len);
		data += len;
		if (!*data)
			break;
		data += data[0] == '\r' && data[1] == '\n' ? 2 : 1;
	}
	strbuf_addch(&text, '\n');
	ret = httpd_stream_write(stream, text.data, text.len);
	strbuf_release(&text);
	return ret;
}
