/* SPDX-License-Identifier: MIT */
#include "common/svc/httpu_send.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "common/base/fd.h"

#define HTTPU_BLOCK	0xf000 /* its size has four hex digits */
#define HTTPU_ASK_BYTES 65536 /* larger bodies ask for leave first */

static bool has_body(const struct httpu_request *req)
{
	return req->body || req->body_fd >= 0;
}

static bool wants_leave(const struct httpu_request *req)
{
	if (req->body_fd >= 0)
		return req->body_fd_len < 0 ||
		       req->body_fd_len > HTTPU_ASK_BYTES;
	return req->body_len > HTTPU_ASK_BYTES;
}

static void add_body_headers(struct strbuf *out,
			     const struct httpu_request *req)
{
	strbuf_addf(out, "Content-Type: %s\r\n",
		    req->content_type ? req->content_type : "application/json");
	if (req->body_fd < 0)
		strbuf_addf(out, "Content-Length: %zu\r\n", req->body_len);
	else if (req->body_fd_len >= 0)
		strbuf_addf(out, "Content-Length: %lld\r\n",
			    (long long)req->body_fd_len);
	else
		strbuf_addstr(out, "Transfer-Encoding: chunked\r\n");
	if (wants_leave(req))
		strbuf_addstr(out, "Expect: 100-continue\r\n");
}

static void build_head(struct httpu_send *snd, const char *host,
		       const char *token)
{
	const struct httpu_request *req = snd->req;
	struct strbuf *out = &snd->out;

	strbuf_addf(out, "%s %s HTTP/1.1\r\nHost: %s\r\n", req->method,
		    req->path, host);
	if (token)
		strbuf_addf(out, "Authorization: Bearer %s\r\n", token);
	for (size_t i = 0; req->headers && req->headers[i]; i++)
		strbuf_addf(out, "%s\r\n", req->headers[i]);
	if (has_body(req))
		add_body_headers(out, req);
	else if (strcmp(req->method, "GET") && strcmp(req->method, "HEAD"))
		strbuf_addstr(out, "Content-Length: 0\r\n");
	strbuf_addstr(out, "\r\n");
	/* One packet for a small request. */
	if (req->body && !wants_leave(req)) {
		strbuf_add(out, req->body, req->body_len);
		snd->body_done = true;
	}
}

void httpu_send_start(struct httpu_send *snd, const struct httpu_request *req,
		      const char *host, const char *token)
{
	httpu_send_release(snd);
	snd->req = req;
	snd->fd_left = req->body_fd_len;
	snd->body_done = !has_body(req) ||
			 (req->body_fd >= 0 && req->body_fd_len == 0);
	snd->leave = !wants_leave(req);
	build_head(snd, host, token);
}

void httpu_send_release(struct httpu_send *snd)
{
	if (snd->out.alloc)
		strbuf_release(&snd->out);
	*snd = (struct httpu_send){ .out = STRBUF_INIT };
}

/* ---- a body from a descriptor ---- */

static int read_block(struct httpu_send *snd, char *to, size_t max,
		      size_t *ret_len, struct err *err)
{
	ssize_t n = max ? fd_read_full(snd->req->body_fd, to, max) : 0;

	if (n < 0)
		return err_sys(err, (int)n, "cannot read what to send");
	*ret_len = (size_t)n;
	return 0;
}

/* A block of a body whose length was told. */
static int next_plain(struct httpu_send *snd, struct err *err)
{
	size_t len = 0, max = HTTPU_BLOCK;
	int ret;

	if ((uint64_t)snd->fd_left < max)
		max = (size_t)snd->fd_left;
	strbuf_grow(&snd->out, max);
	ret = read_block(snd, snd->out.data, max, &len, err);
	if (ret)
		return ret;
	if (len < max)
		return err_set(err, -EIO,
			       "what is sent became shorter meanwhile");
	strbuf_setlen(&snd->out, len);
	snd->fd_left -= (int64_t)len;
	snd->body_done = snd->fd_left == 0;
	return 0;
}

/* A block as a chunk; the last one is empty. */
static int next_chunk(struct httpu_send *snd, struct err *err)
{
	const size_t head_len = sizeof("f000\r\n") - 1;
	char head[20];
	size_t len = 0;
	int ret;

	strbuf_grow(&snd->out, head_len + HTTPU_BLOCK);
	ret = read_block(snd, snd->out.data + head_len, HTTPU_BLOCK, &len, err);
	if (ret)
		return ret;
	snprintf(head, sizeof(head), "%04zx\r\n", len);
	memcpy(snd->out.data, head, head_len);
	strbuf_setlen(&snd->out, head_len + len);
	strbuf_addstr(&snd->out, "\r\n");
	snd->body_done = len == 0;
	return 0;
}

static int next_block(struct httpu_send *snd, struct err *err)
{
	strbuf_reset(&snd->out);
	snd->out_sent = 0;
	return snd->fd_left >= 0 ? next_plain(snd, err) : next_chunk(snd, err);
}

/* ---- to the socket ---- */

static int send_bytes(int fd, const char *data, size_t len, size_t *sent,
		      bool *ret_moved)
{
	while (*sent < len) {
		ssize_t n = send(fd, data + *sent, len - *sent, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? HTTPU_SEND_LATER
					       : HTTPU_SEND_CLOSED;
		*sent += (size_t)n;
		*ret_moved = true;
	}
	return HTTPU_SEND_DONE;
}

int httpu_send_some(struct httpu_send *snd, int fd, bool *ret_moved,
		    struct err *err)
{
	const struct httpu_request *req = snd->req;
	int ret;

	for (;;) {
		ret = send_bytes(fd, snd->out.data, snd->out.len,
				 &snd->out_sent, ret_moved);
		if (ret != HTTPU_SEND_DONE || snd->body_done)
			return ret;
		if (!snd->leave)
			return HTTPU_SEND_ASK;
		if (req->body_fd >= 0) {
			ret = next_block(snd, err);
			if (ret)
				return ret;
			continue;
		}
		ret = send_bytes(fd, req->body, req->body_len, &snd->body_sent,
				 ret_moved);
		if (ret != HTTPU_SEND_DONE)
			return ret;
		snd->body_done = true;
	}
}
