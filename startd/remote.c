/* SPDX-License-Identifier: MIT */
#include "startd/remote.h"

#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/svc/httpu.h"
#include "common/svc/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define BACKOFF_FIRST_MS 100
#define BACKOFF_MAX_MS	 10000
#define CANCEL_LOOK_MS	 50

int remote_init(struct remote *rm, const char *url, const char *token,
		const atomic_bool *cancel, struct err *err)
{
	*rm = (struct remote){ .cancel = cancel,
			       .backoff_ms = BACKOFF_FIRST_MS };
	return httpu_new(url, token, &rm->http, err);
}

void remote_release(struct remote *rm)
{
	httpu_free(rm->http);
	rm->http = NULL;
}

static int code_of(int status)
{
	if (status >= 200 && status < 300)
		return 0;
	switch (status) {
	case 404:
		return -ENOENT;
	case 409:
		return -ESTALE;
	case 410:
		return -EIDRM;
	case 422:
		return -EBADMSG;
	case 408:
	case 429:
		return -EAGAIN;
	}
	return status >= 500 ? -EAGAIN : -EPROTO;
}

/* The message of an error body, or the status. */
static void note_refusal(const struct httpu_response *resp, int code,
			 struct err *err)
{
	const char *message = NULL;
	json_t *root = NULL, *error = NULL;

	if (!json_parse_object(resp->body.data, resp->body.len, &root, NULL) &&
	    !json_get_object(root, "error", &error, NULL))
		json_get_str(error, "message", &message, NULL);
	if (message)
		err_set(err, code, "the scheduler says: %s", message);
	else
		err_set(err, code, "the scheduler answers %d", resp->status);
	json_decref(root);
}

int remote_try(struct remote *rm, const struct httpu_request *req,
	       struct httpu_response *ret, struct err *err)
{
	struct httpu_response own = HTTPU_RESPONSE_INIT;
	struct httpu_response *resp = ret ? ret : &own;
	int r;

	r = httpu_call(rm->http, req, resp, err);
	if (!r) {
		r = code_of(resp->status);
		if (r)
			note_refusal(resp, r, err);
	} else if (r == -ENOENT || r == -ECONNREFUSED || r == -ETIMEDOUT ||
		   r == -ECONNRESET || r == -EPROTO || r == -EPIPE ||
		   r == -EACCES || r == -ECONNABORTED) {
		r = -EAGAIN;
	}
	httpu_response_release(&own);
	return r;
}

static uint32_t random_u32(void)
{
	uint32_t n = 0;

	if (getrandom(&n, sizeof(n), 0) != sizeof(n))
		n = (uint32_t)clock_mono_ns();
	return n;
}

int remote_backoff(struct remote *rm)
{
	int64_t wait_ms = rm->backoff_ms / 2 +
			  (int64_t)(random_u32() % (uint32_t)rm->backoff_ms);

	rm->backoff_ms = rm->backoff_ms * 2 > BACKOFF_MAX_MS
				 ? BACKOFF_MAX_MS
				 : rm->backoff_ms * 2;
	while (wait_ms > 0) {
		int64_t part_ms = wait_ms < CANCEL_LOOK_MS ? wait_ms
							   : CANCEL_LOOK_MS;

		if (atomic_load(rm->cancel))
			return -ECANCELED;
		usleep((useconds_t)part_ms * 1000);
		wait_ms -= part_ms;
	}
	return atomic_load(rm->cancel) ? -ECANCELED : 0;
}

void remote_reset(struct remote *rm)
{
	rm->backoff_ms = BACKOFF_FIRST_MS;
}

int remote_post(struct remote *rm, const char *path, json_t *body,
		json_t **ret_json, struct err *err)
{
	struct httpu_request req = HTTPU_REQUEST_INIT;
	struct httpu_response resp = HTTPU_RESPONSE_INIT;
	struct strbuf text = STRBUF_INIT;
	int r;

	json_write(body, &text);
	req.method = "POST";
	req.path = path;
	req.body = text.data;
	req.body_len = text.len;
	r = remote_try(rm, &req, &resp, err);
	if (!r) {
		rm->sent_bytes += (int64_t)text.len;
		if (ret_json && json_parse_object(resp.body.data, resp.body.len,
						  ret_json, err) < 0)
			r = -EPROTO;
	}
	strbuf_release(&text);
	httpu_response_release(&resp);
	return r;
}
