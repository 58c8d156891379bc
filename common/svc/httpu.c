/* SPDX-License-Identifier: MIT */
/*
 * A call is a machine that moves when its descriptor is ready: CONNECT, SEND
 * (head and body), WAIT (for the leave to send a large body), RECEIVE. The
 * blocking face polls, the other one is called by an evloop. An answer is
 * read in every state: a server may refuse before the body is sent.
 */
#include "common/svc/httpu.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/fd.h"
#include "common/base/xalloc.h"
#include "common/svc/httpc.h"
#include "common/svc/httpu_dial.h"
#include "common/svc/httpu_parse.h"
#include "common/svc/httpu_send.h"

#define HTTPU_READ_BYTES 65536
#define HTTPU_LEAVE_MS	 1000 /* a large body goes out anyway after this */
#define HTTPU_IDLE_MS	 60000
#define HTTPU_BODY_MAX	 (64 << 20)

enum httpu_state {
	HTTPU_IDLE,
	HTTPU_CONNECT,
	HTTPU_SEND,
	HTTPU_WAIT,
	HTTPU_RECEIVE,
};

struct httpu {
	struct httpu_addr addr;
	char *token;
	struct httpc *https;
	int fd;
	bool kept; /* the connection served a call before */

	enum httpu_state state;
	struct httpu_request req;
	struct httpu_response resp;
	struct httpu_parse parse;
	struct httpu_send snd;
	bool got_bytes; /* of the answer */
	int64_t deadline_ms; /* of the call, of silence, of the leave */
	int64_t idle_deadline_ms;
	int64_t wait_deadline_ms;
	struct err err;

	struct evloop *loop; /* of a started call */
	struct evloop_fd *watch;
	struct evloop_timer *timer;
	httpu_done_fn *done;
	void *done_arg;
};

void httpu_response_release(struct httpu_response *response)
{
	strbuf_release(&response->body);
	strbuf_release(&response->head);
	response->status = 0;
}

const char *httpu_response_header(const struct httpu_response *response,
				  const char *name)
{
	return httpu_parse_find(&response->head, name);
}

/* ---- the connection ---- */

int httpu_new(const char *url, const char *token, struct httpu **ret_client,
	      struct err *err)
{
	struct httpu *c = xcalloc(1, sizeof(*c));
	int ret;

	c->fd = -1;
	c->token = xstrdup(token);
	httpu_parse_init(&c->parse, false);
	if (!strncmp(url, "https://", 8))
		ret = httpc_new(url, token, &c->https, err);
	else
		ret = httpu_addr_parse(&c->addr, url, err);
	if (ret) {
		httpu_free(c);
		return ret;
	}
	*ret_client = c;
	return 0;
}

static void disconnect(struct httpu *c)
{
	evloop_del_fd(c->watch);
	c->watch = NULL;
	fd_close(&c->fd);
	c->kept = false;
}

void httpu_free(struct httpu *c)
{
	if (!c)
		return;
	httpu_cancel(c);
	disconnect(c);
	httpc_free(c->https);
	httpu_parse_release(&c->parse);
	httpu_send_release(&c->snd);
	httpu_addr_release(&c->addr);
	free(c->token);
	free(c);
}

static int start_connect(struct httpu *c)
{
	disconnect(c);
	c->state = HTTPU_CONNECT;
	return httpu_dial(&c->addr, &c->fd, &c->err);
}

static int finish_connect(struct httpu *c)
{
	int ret = httpu_dial_result(&c->addr, c->fd, &c->err);

	if (!ret)
		c->state = HTTPU_SEND;
	return ret;
}

/* Is the kept connection still one? The server may have closed it. */
static bool still_open(const struct httpu *c)
{
	char byte;

	return c->fd >= 0 &&
	       recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
	       errno == EAGAIN;
}

/* ---- sending ---- */

static void progress(struct httpu *c)
{
	int64_t idle = c->req.idle_ms ? c->req.idle_ms : HTTPU_IDLE_MS;

	c->idle_deadline_ms = idle < 0 ? INT64_MAX : clock_mono_ms() + idle;
}

static int send_some(struct httpu *c)
{
	bool moved = false;
	int ret = httpu_send_some(&c->snd, c->fd, &moved, &c->err);

	if (moved)
		progress(c);
	if (ret < 0 || ret == HTTPU_SEND_LATER)
		return ret;
	if (ret == HTTPU_SEND_ASK)
		c->wait_deadline_ms = clock_mono_ms() + HTTPU_LEAVE_MS;
	c->state = ret == HTTPU_SEND_ASK ? HTTPU_WAIT : HTTPU_RECEIVE;
	return 0;
}

/* ---- receiving ---- */

static int take_body(void *arg, const void *data, size_t len)
{
	struct httpu *c = arg;
	const struct httpu_request *req = &c->req;
	size_t max = req->body_max ? req->body_max : HTTPU_BODY_MAX;
	bool good = c->parse.status < 300;
	int ret;

	if (good && req->on_body) {
		ret = req->on_body(req->on_body_arg, data, len);
		return ret ? err_sys(&c->err, ret, "cannot take the answer")
			   : 0;
	}
	if (good && req->sink_fd >= 0) {
		ret = fd_write_full(req->sink_fd, data, len);
		return ret ? err_sys(&c->err, ret, "cannot write the answer")
			   : 0;
	}
	if (c->resp.body.len + len > max)
		return err_set(&c->err, -EFBIG,
			       "the answer is larger than %zu bytes", max);
	strbuf_add(&c->resp.body, data, len);
	return 0;
}

/* Reads what there is: 1 when the answer is complete, 0 for later. */
static int receive(struct httpu *c)
{
	char buf[HTTPU_READ_BYTES];
	int ret;

	for (;;) {
		ssize_t n = recv(c->fd, buf, sizeof(buf), 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n < 0)
			return err_sys(&c->err, -errno,
				       "the connection to the server broke");
		if (!n) {
			ret = httpu_parse_end(&c->parse, &c->err);
			return ret ? ret : 1;
		}
		c->got_bytes = true;
		progress(c);
		ret = httpu_parse_feed(&c->parse, buf, (size_t)n, take_body, c,
				       &c->err);
		if (ret)
			return ret;
		if (c->parse.state == HTTPU_PARSE_DONE)
			return 1;
	}
}

/* ---- the machine ---- */

static bool idempotent(const char *method)
{
	return !strcmp(method, "GET") || !strcmp(method, "HEAD") ||
	       !strcmp(method, "PUT") || !strcmp(method, "DELETE");
}

static void prepare(struct httpu *c)
{
	httpu_parse_release(&c->parse);
	httpu_parse_init(&c->parse, !strcmp(c->req.method, "HEAD"));
	c->got_bytes = false;
	httpu_send_start(&c->snd, &c->req,
			 c->addr.unix_path ? "localhost" : c->addr.text,
			 c->token);
}

/*
 * A kept connection may have been closed while the request was on its way. The
 * new one is not kept yet: so it is tried once.
 */
static bool may_retry(const struct httpu *c, int code)
{
	return c->kept && !c->got_bytes &&
	       (code == -ECONNRESET || code == -EPIPE) && c->req.body_fd < 0 &&
	       idempotent(c->req.method);
}

static int step(struct httpu *c)
{
	int ret = 0;

	if (c->state == HTTPU_CONNECT)
		ret = finish_connect(c);
	while (!ret) {
		if (c->state == HTTPU_SEND)
			ret = send_some(c);
		if (!ret)
			ret = receive(c);
		if (ret || c->state != HTTPU_WAIT || !c->parse.seen_continue)
			break;
		c->snd.leave = true;
		c->state = HTTPU_SEND;
	}
	return ret;
}

/* 1: the answer is there; 0: wait for `events_wanted`; or -errno. */
static int advance(struct httpu *c)
{
	int ret = step(c);

	if (ret >= 0 || !may_retry(c, ret))
		return ret;
	err_clear(&c->err);
	prepare(c);
	return start_connect(c);
}

static uint32_t events_wanted(const struct httpu *c)
{
	if (c->state == HTTPU_CONNECT)
		return EPOLLOUT;
	return c->state == HTTPU_SEND ? EPOLLIN | EPOLLOUT : EPOLLIN;
}

static int begin(struct httpu *c, const struct httpu_request *req)
{
	assert(c->state == HTTPU_IDLE);
	err_clear(&c->err);
	c->req = *req;
	c->resp = (struct httpu_response)HTTPU_RESPONSE_INIT;
	prepare(c);
	progress(c);
	c->deadline_ms = req->timeout_ms > 0 ? clock_mono_ms() + req->timeout_ms
					     : INT64_MAX;
	if (still_open(c)) {
		c->state = HTTPU_SEND;
		return 0;
	}
	return start_connect(c);
}

/* Ends the call and decides whether the connection is kept. */
static void finish(struct httpu *c, int result)
{
	bool keep = result > 0 && c->parse.keep_alive && c->snd.body_done &&
		    c->snd.out_sent == c->snd.out.len;

	c->state = HTTPU_IDLE;
	evloop_del_fd(c->watch);
	c->watch = NULL;
	evloop_del_timer(c->timer);
	c->timer = NULL;
	if (keep)
		c->kept = true;
	else
		disconnect(c);
	if (result <= 0) {
		httpu_response_release(&c->resp);
		return;
	}
	c->resp.status = c->parse.status;
	c->resp.head = c->parse.head;
	strbuf_init(&c->parse.head);
}

static int64_t next_deadline(const struct httpu *c)
{
	int64_t due = c->deadline_ms;

	if (c->idle_deadline_ms < due)
		due = c->idle_deadline_ms;
	if (c->state == HTTPU_WAIT && c->wait_deadline_ms < due)
		due = c->wait_deadline_ms;
	return due;
}

/* 0 where the call may go on. */
static int check_deadlines(struct httpu *c)
{
	int64_t now = clock_mono_ms();

	if (now >= c->deadline_ms || now >= c->idle_deadline_ms)
		return err_set(&c->err, -ETIMEDOUT,
			       "the server did not answer in time");
	if (c->state == HTTPU_WAIT && now >= c->wait_deadline_ms) {
		c->snd.leave = true;
		c->state = HTTPU_SEND;
	}
	return 0;
}

/* ---- blocking ---- */

static int wait_for(struct httpu *c)
{
	struct pollfd pfd = { .fd = c->fd };
	uint32_t events = events_wanted(c);
	int64_t due = next_deadline(c), wait = -1;

	/* poll's and epoll's bits are the same on Linux; say it anyway. */
	if (events & EPOLLIN)
		pfd.events |= POLLIN;
	if (events & EPOLLOUT)
		pfd.events |= POLLOUT;
	if (due != INT64_MAX) {
		wait = due - clock_mono_ms();
		wait = wait < 0 ? 0 : wait > INT_MAX ? INT_MAX : wait;
	}
	if (poll(&pfd, 1, (int)wait) < 0 && errno != EINTR)
		return err_sys(&c->err, -errno, "cannot wait for the server");
	return pfd.revents != 0;
}

int httpu_call(struct httpu *c, const struct httpu_request *request,
	       struct httpu_response *ret_response, struct err *err)
{
	int ret, ready;

	if (c->https)
		return httpc_call(c->https, request, ret_response, err);
	ret = begin(c, request);
	while (!ret) {
		ready = wait_for(c);
		ret = ready < 0 ? ready : check_deadlines(c);
		if (!ret && (ready || c->state == HTTPU_SEND))
			ret = advance(c);
	}
	finish(c, ret);
	if (ret < 0)
		return err_set(err, ret, "%s", err_text(&c->err));
	httpu_response_release(ret_response);
	*ret_response = c->resp;
	return 0;
}

/* ---- in an evloop ---- */

static void complete(struct httpu *c, int result)
{
	struct httpu_response resp;
	struct err err;

	finish(c, result);
	/* The callback may start the next call, or free the client. */
	resp = c->resp;
	err = c->err;
	c->done(c->done_arg, result < 0 ? result : 0, &resp, &err);
	httpu_response_release(&resp);
}

static void on_event(void *arg, uint32_t events);

/* A connection that was opened again has no watch yet. */
static int watch(struct httpu *c)
{
	if (c->watch)
		return evloop_mod_fd(c->watch, events_wanted(c));
	return evloop_add_fd(c->loop, c->fd, events_wanted(c), on_event, c,
			     &c->watch, &c->err);
}

static void arm(struct httpu *c)
{
	int64_t due = next_deadline(c), wait = due - clock_mono_ms();

	evloop_set_timer(c->timer, due == INT64_MAX ? -1 : wait > 0 ? wait : 0);
}

static void move(struct httpu *c)
{
	int ret = advance(c);

	if (!ret)
		ret = watch(c);
	if (ret)
		complete(c, ret);
	else
		arm(c);
}

static void on_event(void *arg, uint32_t events)
{
	(void)events;
	move(arg);
}

static void on_deadline(void *arg)
{
	struct httpu *c = arg;
	int ret = check_deadlines(c);

	if (ret)
		complete(c, ret);
	else if (c->state == HTTPU_SEND)
		move(c);
	else
		arm(c);
}

int httpu_start(struct httpu *c, struct evloop *loop,
		const struct httpu_request *request, httpu_done_fn *done,
		void *arg, struct err *err)
{
	int ret;

	if (c->https)
		return err_set(err, -EOPNOTSUPP,
			       "https calls block: make them in a thread");
	ret = begin(c, request);
	if (!ret) {
		c->loop = loop;
		c->done = done;
		c->done_arg = arg;
		ret = watch(c);
	}
	if (ret) {
		finish(c, ret);
		return err_set(err, ret, "%s", err_text(&c->err));
	}
	c->timer = evloop_add_timer(loop, -1, on_deadline, c);
	arm(c);
	return 0;
}

void httpu_cancel(struct httpu *c)
{
	if (c->state != HTTPU_IDLE)
		finish(c, -ECANCELED);
}

void httpu_encode(struct strbuf *out, const char *text)
{
	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text;
		bool plain = (byte >= '0' && byte <= '9') ||
			     (byte >= 'A' && byte <= 'Z') ||
			     (byte >= 'a' && byte <= 'z') ||
			     strchr("-._~", byte);

		if (plain)
			strbuf_addch(out, byte);
		else
			strbuf_addf(out, "%%%02X", byte);
	}
}
