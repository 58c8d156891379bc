/* SPDX-License-Identifier: MIT */
/* The request of httpd: its steps, its body, what it says. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "common/base/log.h"
#include "common/base/xalloc.h"
#include "common/svc/httpd_priv.h"

/* Of a body above its limit this much is read and dropped, then it is cut. */
#define HTTPD_EXCESS_MAX (8 << 20)

struct httpd_req *httpd_req_new(struct httpd_conn *conn, const char *raw_uri)
{
	struct httpd_req *req = xcalloc(1, sizeof(*req));

	list_init(&req->link);
	req->conn = conn;
	req->state = HTTPD_BEGIN;
	strbuf_init(&req->body);
	req->body_max = conn->port->conf.body_max;
	/* MHD decodes in place into C strings: a NUL would hide the rest. */
	req->bad_uri = strstr(raw_uri, "%00") != NULL;
	return req;
}

void httpd_req_tell_gone(struct httpd_req *req)
{
	void (*fn)(void *, struct httpd_req *) = req->on_gone;

	if (!fn || req->state == HTTPD_REPLIED || req->state == HTTPD_SENDING)
		return;
	req->on_gone = NULL;
	fn(req->on_gone_arg, req);
}

void httpd_req_free(struct httpd_req *req)
{
	if (!req)
		return;
	httpd_req_tell_gone(req);
	list_del(&req->link);
	evloop_del_fd(req->watch);
	if (req->response)
		MHD_destroy_response(req->response);
	for (size_t i = 0; i < req->header_count; i++) {
		free(req->headers[i].name);
		free(req->headers[i].value);
	}
	free(req->headers);
	strbuf_release(&req->body);
	if (req->free_data)
		req->free_data(req->data);
	free(req->path);
	free(req);
}

/* Puts a suspended request where httpd_send resumes it. */
static void make_ready(struct httpd_req *req)
{
	evloop_del_fd(req->watch);
	req->watch = NULL;
	list_del(&req->link);
	list_append(&req->conn->port->httpd->ready, &req->link);
	evloop_again(req->conn->port->httpd->loop);
}

void httpd_req_break(struct httpd_req *req)
{
	httpd_req_tell_gone(req);
	req->gone = true;
	make_ready(req);
}

static void on_hangup(void *arg, uint32_t events)
{
	(void)events;
	httpd_req_break(arg);
}

void httpd_req_watch(struct httpd_req *req)
{
	struct err err = ERR_INIT;

	if (evloop_add_fd(req->conn->port->httpd->loop, req->conn->fd,
			  EPOLLRDHUP, on_hangup, req, &req->watch, &err))
		log_error("%s", err_text(&err));
}

static void suspend(struct httpd_req *req, enum httpd_state state)
{
	MHD_suspend_connection(req->mhd);
	req->state = state;
	list_append(&req->conn->port->httpd->fresh, &req->link);
}

/* ---- steps ---- */

static bool good_path(const char *path)
{
	if (*path != '/')
		return false;
	for (const char *p = path; *p; p++) {
		size_t len;

		if (*p != '/')
			continue;
		len = strcspn(p + 1, "/");
		if ((len == 0 && p[1]) || (len == 1 && p[1] == '.') ||
		    (len == 2 && p[1] == '.' && p[2] == '.'))
			return false;
	}
	return true;
}

static enum MHD_Result step_begin(struct httpd_req *req, const char *path,
				  const char *method)
{
	const struct httpd_listener *conf = &req->conn->port->conf;

	req->method = method;
	req->path = xstrdup(path);
	if (req->bad_uri || !good_path(path))
		httpd_reply_error(req, 400, "bad-request", "bad path");
	else if (conf->ops->begin)
		conf->ops->begin(conf->arg, req);
	if (!req->response && !req->sink &&
	    httpd_req_content_length(req) > (int64_t)req->body_max)
		httpd_reply_error(req, 413, "too-large",
				  "the body is too large");
	if (req->response)
		return httpd_reply_queue(req);
	req->state = HTTPD_BODY;
	return MHD_YES;
}

static enum MHD_Result step_body(struct httpd_req *req, const char *data,
				 size_t len)
{
	req->body_seen += len;
	if (req->sink) {
		if (!req->sink_error)
			req->sink_error =
				req->sink(req->sink_arg, req, data, len);
		if (req->pausing && !req->sink_error)
			suspend(req, HTTPD_PAUSED);
		req->pausing = false;
		return MHD_YES;
	}
	if (req->body_seen > req->body_max)
		req->too_large = true;
	if (!req->too_large)
		strbuf_add(&req->body, data, len);
	return req->body_seen > req->body_max + HTTPD_EXCESS_MAX ? MHD_NO
								 : MHD_YES;
}

/* The request is always suspended here: its reply waits for the commit. */
static void step_handle(struct httpd_req *req)
{
	const struct httpd_listener *conf = &req->conn->port->conf;

	req->state = HTTPD_HANDLE;
	MHD_suspend_connection(req->mhd);
	req->conn->port->httpd->handled++;
	if (req->too_large)
		httpd_reply_error(req, 413, "too-large",
				  "the body is too large");
	else
		conf->ops->handle(conf->arg, req);
	if (req->state != HTTPD_HANDLE)
		return;
	req->state = HTTPD_PARKED;
	list_append(&req->conn->port->httpd->fresh, &req->link);
}

enum MHD_Result httpd_req_step(struct httpd_req *req,
			       struct MHD_Connection *mhd, const char *path,
			       const char *method, const char *data,
			       size_t *len)
{
	enum MHD_Result result;

	req->mhd = mhd;
	if (req->gone ||
	    (req->state == HTTPD_BEGIN && req->conn->port->httpd->freeing))
		return MHD_NO;
	if (req->state == HTTPD_BEGIN)
		return step_begin(req, path, method);
	if (req->state == HTTPD_REPLIED)
		return httpd_reply_queue(req);
	assert(req->state == HTTPD_BODY);
	if (!*len) {
		step_handle(req);
		return MHD_YES;
	}
	result = step_body(req, data, *len);
	*len = 0;
	return result;
}

/* ---- the body ---- */

void httpd_req_set_body_max(struct httpd_req *req, size_t max)
{
	req->body_max = max;
}

void httpd_req_set_sink(struct httpd_req *req, httpd_sink_fn *sink, void *arg)
{
	assert(req->state == HTTPD_BEGIN);
	req->sink = sink;
	req->sink_arg = arg;
}

int httpd_req_sink_error(const struct httpd_req *req)
{
	return req->sink_error;
}

void httpd_req_pause(struct httpd_req *req)
{
	assert(req->state == HTTPD_BODY);
	req->pausing = true;
}

void httpd_req_resume(struct httpd_req *req)
{
	if (req->state == HTTPD_PAUSED)
		make_ready(req);
	else
		req->pausing = false;
}

void httpd_req_on_gone(struct httpd_req *req,
		       void (*fn)(void *arg, struct httpd_req *req), void *arg)
{
	req->on_gone = fn;
	req->on_gone_arg = arg;
}

/* ---- what it says ---- */

const char *httpd_req_method(const struct httpd_req *req)
{
	return req->method;
}

const char *httpd_req_path(const struct httpd_req *req)
{
	return req->path;
}

const char *httpd_req_query(const struct httpd_req *req, const char *key)
{
	const char *value = NULL;

	if (MHD_lookup_connection_value_n(req->mhd, MHD_GET_ARGUMENT_KIND, key,
					  strlen(key), &value, NULL) != MHD_YES)
		return NULL;
	return value ? value : "";
}

const char *httpd_req_header(const struct httpd_req *req, const char *name)
{
	return MHD_lookup_connection_value(req->mhd, MHD_HEADER_KIND, name);
}

const char *httpd_req_cookie(const struct httpd_req *req, const char *name)
{
	return MHD_lookup_connection_value(req->mhd, MHD_COOKIE_KIND, name);
}

const char *httpd_req_listener(const struct httpd_req *req)
{
	return req->conn->port->conf.name;
}

uid_t httpd_req_uid(const struct httpd_req *req)
{
	return req->conn->uid;
}

pid_t httpd_req_pid(const struct httpd_req *req)
{
	return req->conn->pid;
}

bool httpd_req_is_unix(const struct httpd_req *req)
{
	return req->conn->is_unix;
}

const char *httpd_req_body(const struct httpd_req *req, size_t *ret_len)
{
	if (ret_len)
		*ret_len = req->body.len;
	return req->body.data;
}

int64_t httpd_req_content_length(const struct httpd_req *req)
{
	const char *text = httpd_req_header(req, "Content-Length");
	long long value;
	char *end;

	/* MHD has refused what is not a number already. */
	if (!text || httpd_req_header(req, "Transfer-Encoding"))
		return -1;
	errno = 0;
	value = strtoll(text, &end, 10);
	return errno || *end || end == text || value < 0 ? -1 : value;
}

void httpd_req_set_data(struct httpd_req *req, void *data,
			void (*free_data)(void *data))
{
	req->data = data;
	req->free_data = free_data;
}

void *httpd_req_data(const struct httpd_req *req)
{
	return req->data;
}
