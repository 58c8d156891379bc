/* SPDX-License-Identifier: MIT */
/* httpu_send: the bytes of a request, head and body, to a socket by and by. */
#ifndef HARRIER_SVC_HTTPU_SEND_H
#define HARRIER_SVC_HTTPU_SEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/svc/httpu.h"

/* Embedded; starts as zeros and httpu_send_start, ends by _release. */
struct httpu_send {
	const struct httpu_request *req;
	struct strbuf out; /* bytes to send, from out_sent on */
	size_t out_sent;
	size_t body_sent; /* of req->body */
	int64_t fd_left; /* of req->body_fd; -1: to its end */
	bool body_done;
	bool leave; /* to send a large body: needless, given or waited for */
};

enum httpu_send_result {
	HTTPU_SEND_LATER, /* the socket takes no more now */
	HTTPU_SEND_DONE, /* all is out */
	HTTPU_SEND_ASK, /* the head is out; the body waits for the leave */
	HTTPU_SEND_CLOSED, /* the server closed: it may have answered */
};

/*
 * Builds the head of `req` (borrowed until the end). `host` is the value of
 * its Host header; `token` may be NULL.
 */
void httpu_send_start(struct httpu_send *snd, const struct httpu_request *req,
		      const char *host, const char *token);
void httpu_send_release(struct httpu_send *snd);

/*
 * Sends what the socket takes: an enum httpu_send_result, or -errno of the
 * body's source. Sets *ret_moved where any byte went out.
 */
int httpu_send_some(struct httpu_send *snd, int fd, bool *ret_moved,
		    struct err *err);

#endif
