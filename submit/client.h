/* SPDX-License-Identifier: MIT */
/* client: the tools' way to the scheduler: one call, one JSON answer. */
#ifndef HARRIER_SUBMIT_CLIENT_H
#define HARRIER_SUBMIT_CLIENT_H

#include <stdint.h>

#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/svc/json.h"

struct client;

/*
 * The scheduler of `url` ("unix:/path", "http://host:port"), or where that is
 * NULL of HARRIER_URL, or of the pool directory's socket. A token for TCP is
 * read from the file HARRIER_TOKEN_FILE. Does not connect yet.
 */
int client_new(const char *url, struct client **ret_client, struct err *err);
void client_free(struct client *c);

/* Calls the peer `who` in messages, in place of "the scheduler". Borrows. */
void client_set_peer(struct client *c, const char *who);

/* What messages call it: the socket's path or the URL. */
const char *client_where(const struct client *c);

/*
 * Calls and waits. Takes `body` (NULL: none). 0 and *ret_json (to be
 * dereferenced by the caller; may be NULL where it is not wanted) for a 2xx
 * answer. Else -errno with the server's message and cure: -ENOENT not-found,
 * -EACCES forbidden or unauthorized, -EINVAL bad-request, -EALREADY
 * conflict, -EIO others; -ENOTCONN with the cure where nobody answers, and
 * -ECONNRESET where the answer was lost on its way.
 */
int client_call(struct client *c, const char *method, const char *path,
		json_t *body, json_t **ret_json, struct err *err);
int client_get(struct client *c, const char *path, json_t **ret_json,
	       struct err *err);
/* Writes the bytes of the answer to `fd`. */
int client_fetch(struct client *c, const char *path, int fd, struct err *err);
/*
 * Appends the bytes of the answer to `out`; *ret_offset: the number in its
 * header Harrier-Offset.
 */
int client_fetch_part(struct client *c, const char *path, struct strbuf *out,
		      int64_t *ret_offset, struct err *err);

/*
 * As client_call with the body's text, for requests that may be repeated: goes on trying for
 * `patience_ms` while the scheduler is away after it was reached once.
 */
int client_call_again(struct client *c, const char *method, const char *path,
		      const struct strbuf *body, int64_t patience_ms,
		      json_t **ret_json, struct err *err);

/* Appends "key=value", encoded, with '?' or '&' as the path needs it. */
void client_add_query(struct strbuf *path, const char *key, const char *value);

#endif
