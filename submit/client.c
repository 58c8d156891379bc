/* SPDX-License-Identifier: MIT */
#include "submit/client.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/clock.h"
#include "common/base/fd.h"
#include "common/base/xalloc.h"
#include "common/svc/httpu.h"
#include "common/svc/json.h"
#include "common/svc/pooldir.h"

#define TOKEN_MAX      4096
#define CALL_LIMIT_MS  (120 * 1000)
#define RETRY_PAUSE_MS 100

struct client {
	struct httpu *http;
	char *where;
	const char *who; /* "the scheduler" */
	bool reached; /* it answered once */
};

static int read_token(char **ret_token, struct err *err)
{
	const char *path = getenv("HARRIER_TOKEN_FILE");
	struct strbuf text = STRBUF_INIT;
	int r;

	*ret_token = NULL;
	if (!path || !*path)
		return 0;
	r = fd_read_file(path, TOKEN_MAX, &text, err);
	if (r < 0)
		return r;
	text.data[strcspn(text.data, "\r\n")] = '\0';
	*ret_token = strbuf_detach(&text);
	return 0;
}

/* The URL of the pool directory's socket. */
static int default_url(char **ret_url, struct err *err)
{
	struct pooldir pd;
	int r = pooldir_init(&pd, NULL, err);

	if (r < 0)
		return r;
	*ret_url = xasprintf("unix:%s", pd.socket);
	pooldir_release(&pd);
	return 0;
}

int client_new(const char *url, struct client **ret_client, struct err *err)
{
	struct client *c;
	char *chosen = NULL, *token = NULL;
	int r = 0;

	if (!url)
		url = getenv("HARRIER_URL");
	if (url && *url)
		chosen = xstrdup(url);
	else
		r = default_url(&chosen, err);
	if (r == 0 && strncmp(chosen, "unix:", 5) != 0)
		r = read_token(&token, err);
	c = xcalloc(1, sizeof(*c));
	if (r == 0)
		r = httpu_new(chosen, token, &c->http, err);
	c->who = "the scheduler";
	free(token);
	if (r < 0) {
		free(chosen);
		free(c);
		return r;
	}
	c->where =
		xstrdup(strncmp(chosen, "unix:", 5) == 0 ? chosen + 5 : chosen);
	free(chosen);
	*ret_client = c;
	return 0;
}

void client_free(struct client *c)
{
	if (!c)
		return;
	httpu_free(c->http);
	free(c->where);
	free(c);
}

void client_set_peer(struct client *c, const char *who)
{
	c->who = who;
}

const char *client_where(const struct client *c)
{
	return c->where;
}

static int code_of(const char *code)
{
	static const struct {
		const char *name;
		int code;
	} codes[] = {
		{ "not-found", -ENOENT },  { "bad-request", -EINVAL },
		{ "forbidden", -EACCES },  { "unauthorized", -EACCES },
		{ "conflict", -EALREADY }, { "not-ready", -EAGAIN },
		{ "store-full", -ENOSPC }, { "too-large", -EFBIG },
	};

	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		if (strcmp(code, codes[i].name) == 0)
			return codes[i].code;
	}
	return -EIO;
}

/* {"error":{"code","message","cure"}} as a message. */
static int server_error(int status, const json_t *json, struct err *err)
{
	const json_t *error = json_object_get(json, "error");
	const char *code = json_string_value(json_object_get(error, "code"));
	const char *text = json_string_value(json_object_get(error, "message"));
	const char *cure = json_string_value(json_object_get(error, "cure"));

	if (!code || !text)
		return err_set(err, -EIO, "the scheduler answered HTTP %d",
			       status);
	return err_set(err, code_of(code), "%s%s%s", text, cure ? "; " : "",
		       cure ? cure : "");
}

/* No answer came: the cause, and the cure. */
static int unreachable(struct client *c, int r, const struct err *why,
		       struct err *err)
{
	if (r == -ENOENT || r == -ECONNREFUSED)
		return err_set(err, -ENOTCONN,
			       "cannot reach %s at '%s': %s; start it with "
			       "'harrier up'",
			       c->who, c->where, err_reason(r));
	if (r == -EPIPE || r == -EPROTO)
		r = -ECONNRESET;
	return err_set(err, r, "cannot reach %s at '%s': %s", c->who, c->where,
		       err_text(why));
}

static int answer(const struct httpu_response *res, json_t **ret_json,
		  struct err *err)
{
	json_t *json = NULL;
	int r = 0;

	if (res->body.len)
		r = json_parse(res->body.data, res->body.len, &json,
			       res->status < 300 ? err : NULL);
	if (res->status < 200 || res->status >= 300)
		r = server_error(res->status, json, err);
	else if (r < 0)
		err_prefix(err, "bad answer of the scheduler");
	if (r == 0 && ret_json)
		*ret_json = json ? json : json_object();
	else
		json_decref(json);
	return r;
}

int client_fetch(struct client *c, const char *path, int fd, struct err *err)
{
	struct httpu_request req = HTTPU_REQUEST_INIT;
	struct httpu_response res = HTTPU_RESPONSE_INIT;
	struct err why = ERR_INIT;
	int r;

	req.path = path;
	req.sink_fd = fd;
	req.timeout_ms = CALL_LIMIT_MS;
	r = httpu_call(c->http, &req, &res, &why);
	if (r < 0)
		r = unreachable(c, r, &why, err);
	else
		r = answer(&res, NULL, err);
	httpu_response_release(&res);
	return r;
}

int client_fetch_part(struct client *c, const char *path, struct strbuf *out,
		      int64_t *ret_offset, struct err *err)
{
	struct httpu_request req = HTTPU_REQUEST_INIT;
	struct httpu_response res = HTTPU_RESPONSE_INIT;
	struct err why = ERR_INIT;
	int r;

	req.path = path;
	req.timeout_ms = CALL_LIMIT_MS;
	r = httpu_call(c->http, &req, &res, &why);
	if (r < 0) {
		r = unreachable(c, r, &why, err);
	} else if (res.status != 200) {
		r = answer(&res, NULL, err);
	} else {
		const char *at = httpu_response_header(&res, "Harrier-Offset");

		*ret_offset = at ? strtoll(at, NULL, 10) : 0;
		strbuf_add(out, res.body.data, res.body.len);
	}
	httpu_response_release(&res);
	return r;
}

/* One attempt; borrows the text of the body. */
static int call(struct client *c, const char *method, const char *path,
		const struct strbuf *body, json_t **ret_json, struct err *err)
{
	struct httpu_request req = HTTPU_REQUEST_INIT;
	struct httpu_response res = HTTPU_RESPONSE_INIT;
	struct err why = ERR_INIT;
	int r;

	req.method = method;
	req.path = path;
	req.timeout_ms = CALL_LIMIT_MS;
	if (body->len) {
		req.body = body->data;
		req.body_len = body->len;
	}
	r = httpu_call(c->http, &req, &res, &why);
	if (r < 0) {
		r = unreachable(c, r, &why, err);
	} else {
		c->reached = true;
		r = answer(&res, ret_json, err);
	}
	httpu_response_release(&res);
	return r;
}

int client_call(struct client *c, const char *method, const char *path,
		json_t *body, json_t **ret_json, struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	int r;

	if (body)
		json_write(body, &text);
	json_decref(body);
	r = client_call_again(c, method, path, &text, 0, ret_json, err);
	strbuf_release(&text);
	return r;
}

static void pause_ms(int64_t ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&ts, NULL);
}

int client_call_again(struct client *c, const char *method, const char *path,
		      const struct strbuf *body, int64_t patience_ms,
		      json_t **ret_json, struct err *err)
{
	int64_t until = clock_mono_ms() + patience_ms;
	int r;

	for (;;) {
		struct err one = ERR_INIT;

		r = call(c, method, path, body, ret_json, &one);
		/* A connection that broke shows that somebody was there. */
		if (r == -ECONNRESET)
			c->reached = true;
		if ((r == -ENOTCONN || r == -ECONNRESET || r == -EAGAIN) &&
		    c->reached && clock_mono_ms() < until) {
			pause_ms(RETRY_PAUSE_MS);
			continue;
		}
		if (r < 0)
			err_set(err, r, "%s", err_text(&one));
		break;
	}
	return r;
}

int client_get(struct client *c, const char *path, json_t **ret_json,
	       struct err *err)
{
	return client_call(c, "GET", path, NULL, ret_json, err);
}

void client_add_query(struct strbuf *path, const char *key, const char *value)
{
	strbuf_addch(path, strchr(path->data, '?') ? '&' : '?');
	strbuf_addstr(path, key);
	strbuf_addch(path, '=');
	httpu_encode(path, value);
}
