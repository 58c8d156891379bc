/* SPDX-License-Identifier: MIT */
/*
 * remote: calls of the scheduler by a worker thread, with retries. The
 * connection may break at any time; only the scheduler's own word ends a
 * transfer.
 */
#ifndef HARRIER_STARTD_REMOTE_H
#define HARRIER_STARTD_REMOTE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct err;
struct httpu;
struct httpu_request;
struct httpu_response;
struct json_t;

/* Used by one thread, but for `cancel`. */
struct remote {
	struct httpu *http;
	const atomic_bool *cancel; /* borrowed; the thread gives up when set */
	int64_t backoff_ms; /* before the next try */
	int64_t sent_bytes;
	int64_t received_bytes;
};

int remote_init(struct remote *rm, const char *url, const char *token,
		const atomic_bool *cancel, struct err *err);
void remote_release(struct remote *rm);

/*
 * One try. 0 for a 2xx answer; else, by the scheduler's word or by what
 * happened on the way:
 *
 *   -ESTALE     409: superseded; nothing of this attempt is wanted any more
 *   -EBADMSG    422: damaged
 *   -EIDRM      410: the upload is gone, begin it again
 *   -ENOENT     404
 *   -EAGAIN     anything that may pass: no connection, 429, 5xx, 507
 *   -EPROTO     any other refusal
 *
 * Errors of the request's own sink are handed through. *ret may be NULL.
 */
int remote_try(struct remote *rm, const struct httpu_request *req,
	       struct httpu_response *ret, struct err *err);

/*
 * Waits before the next try: from a tenth of a second, doubled up to ten
 * seconds, jittered. -ECANCELED when `cancel` was set.
 */
int remote_backoff(struct remote *rm);
/* After a success. */
void remote_reset(struct remote *rm);

/* POST of JSON (borrowed), one try; *ret_json may be NULL. */
int remote_post(struct remote *rm, const char *path, struct json_t *body,
		struct json_t **ret_json, struct err *err);

#endif
