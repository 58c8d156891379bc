/* SPDX-License-Identifier: MIT */
#include "common/svc/httpc.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/fd.h"
#include "common/base/xalloc.h"

#define HTTPC_BODY_MAX	 (64 << 20)
#define HTTPC_CONNECT_MS 10000
#define HTTPC_IDLE_S	 60

/* What we use of libcurl, by its own declarations. */
static struct {
	__typeof__(curl_global_init) *global_init;
	__typeof__(curl_easy_init) *easy_init;
	__typeof__(curl_easy_setopt) *setopt;
	__typeof__(curl_easy_perform) *perform;
	__typeof__(curl_easy_getinfo) *getinfo;
	__typeof__(curl_easy_reset) *reset;
	__typeof__(curl_easy_cleanup) *cleanup;
	__typeof__(curl_easy_strerror) *strerror;
	__typeof__(curl_slist_append) *slist_append;
	__typeof__(curl_slist_free_all) *slist_free_all;
} lib;

static pthread_once_t lib_once = PTHREAD_ONCE_INIT;
static bool lib_loaded;

struct httpc {
	CURL *curl;
	char *url; /* without a slash at the end */
	char *token;
	const struct httpu_request *req; /* of the call under way */
	struct httpu_response *resp;
	long status; /* of the last status line */
	int64_t left; /* of the body's descriptor; -1: to its end */
	size_t sent; /* of a body in memory */
	struct err err;
};

static void load(void)
{
	static const struct {
		const char *name;
		void **to;
	} symbols[] = {
		{ "curl_global_init", (void **)&lib.global_init },
		{ "curl_easy_init", (void **)&lib.easy_init },
		{ "curl_easy_setopt", (void **)&lib.setopt },
		{ "curl_easy_perform", (void **)&lib.perform },
		{ "curl_easy_getinfo", (void **)&lib.getinfo },
		{ "curl_easy_reset", (void **)&lib.reset },
		{ "curl_easy_cleanup", (void **)&lib.cleanup },
		{ "curl_easy_strerror", (void **)&lib.strerror },
		{ "curl_slist_append", (void **)&lib.slist_append },
		{ "curl_slist_free_all", (void **)&lib.slist_free_all },
	};
	void *so = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);

	if (!so)
		return;
	for (size_t i = 0; i < sizeof(symbols) / sizeof(*symbols); i++) {
		*symbols[i].to = dlsym(so, symbols[i].name);
		if (!*symbols[i].to)
			return;
	}
	lib_loaded = lib.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

int httpc_new(const char *url, const char *token, struct httpc **ret_client,
	      struct err *err)
{
	struct httpc *c;
	size_t len = strlen(url);

	pthread_once(&lib_once, load);
	if (!lib_loaded)
		return err_set(
			err, -ENOSYS,
			"cannot load libcurl.so.4 for '%s': install libcurl",
			url);
	c = xcalloc(1, sizeof(*c));
	c->curl = lib.easy_init();
	if (!c->curl) {
		free(c);
		return err_set(err, -ENOMEM, "cannot set up libcurl");
	}
	while (len && url[len - 1] == '/')
		len--;
	c->url = xstrndup(url, len);
	c->token = xstrdup(token);
	*ret_client = c;
	return 0;
}

void httpc_free(struct httpc *c)
{
	if (!c)
		return;
	lib.cleanup(c->curl);
	free(c->url);
	free(c->token);
	free(c);
}

/* ---- libcurl's callbacks ---- */

static size_t on_header(char *line, size_t one, size_t len, void *arg)
{
	struct httpc *c = arg;
	size_t total = one * len, used = total;

	while (used && (line[used - 1] == '\r' || line[used - 1] == '\n'))
		used--;
	if (used > 5 && !strncmp(line, "HTTP/", 5)) {
		/* A new status line: what came before was a 100. */
		const char *space = memchr(line, ' ', used);

		c->status = space ? atol(space + 1) : 0;
		strbuf_reset(&c->resp->head);
	} else if (used) {
		strbuf_add(&c->resp->head, line, used);
		strbuf_addch(&c->resp->head, '\0');
	}
	return total;
}

static size_t on_data(char *data, size_t one, size_t count, void *arg)
{
	struct httpc *c = arg;
	const struct httpu_request *req = c->req;
	size_t len = one * count;
	size_t max = req->body_max ? req->body_max : HTTPC_BODY_MAX;
	bool good = c->status < 300;
	int ret = 0;

	if (good && req->on_body) {
		ret = req->on_body(req->on_body_arg, data, len);
	} else if (good && req->sink_fd >= 0) {
		ret = fd_write_full(req->sink_fd, data, len);
	} else if (c->resp->body.len + len > max) {
		ret = -EFBIG;
	} else {
		strbuf_add(&c->resp->body, data, len);
	}
	if (!ret)
		return len;
	err_sys(&c->err, ret, "cannot take the answer");
	return 0;
}

static size_t on_read(char *to, size_t one, size_t count, void *arg)
{
	struct httpc *c = arg;
	size_t max = one * count;
	ssize_t n;

	if (c->req->body_fd < 0) {
		if (max > c->req->body_len - c->sent)
			max = c->req->body_len - c->sent;
		memcpy(to, (const char *)c->req->body + c->sent, max);
		c->sent += max;
		return max;
	}
	if (c->left >= 0 && (uint64_t)c->left < max)
		max = (size_t)c->left;
	n = max ? fd_read_full(c->req->body_fd, to, max) : 0;
	if (n < 0) {
		err_sys(&c->err, (int)n, "cannot read what to send");
		return CURL_READFUNC_ABORT;
	}
	if (c->left >= 0)
		c->left -= n;
	return (size_t)n;
}

/* ---- the call ---- */

static struct curl_slist *add(struct curl_slist *list, const char *name,
			      const char *value)
{
	char *line = xasprintf("%s%s", name, value);
	struct curl_slist *longer = lib.slist_append(list, line);

	if (!longer)
		abort(); /* out of memory */
	free(line);
	return longer;
}

static struct curl_slist *headers_of(const struct httpc *c)
{
	const struct httpu_request *req = c->req;
	struct curl_slist *list = NULL;

	for (size_t i = 0; req->headers && req->headers[i]; i++)
		list = add(list, "", req->headers[i]);
	if (c->token)
		list = add(list, "Authorization: Bearer ", c->token);
	if (req->body || req->body_fd >= 0)
		list = add(list, "Content-Type: ",
			   req->content_type ? req->content_type
					     : "application/json");
	return list;
}

static void set_body(struct httpc *c)
{
	const struct httpu_request *req = c->req;
	bool has_body = req->body || req->body_fd >= 0;

	if (!strcmp(req->method, "HEAD"))
		lib.setopt(c->curl, CURLOPT_NOBODY, 1L);
	else if (has_body)
		lib.setopt(c->curl, CURLOPT_UPLOAD, 1L);
	else if (!strcmp(req->method, "POST"))
		lib.setopt(c->curl, CURLOPT_POSTFIELDS, "");
	lib.setopt(c->curl, CURLOPT_CUSTOMREQUEST, req->method);
	if (!has_body)
		return;
	c->sent = 0;
	c->left = req->body_fd >= 0 ? req->body_fd_len : (int64_t)req->body_len;
	if (c->left >= 0)
		lib.setopt(c->curl, CURLOPT_INFILESIZE_LARGE,
			   (curl_off_t)c->left);
	lib.setopt(c->curl, CURLOPT_READFUNCTION, on_read);
	lib.setopt(c->curl, CURLOPT_READDATA, c);
}

static void set_timeouts(struct httpc *c)
{
	const struct httpu_request *req = c->req;
	long idle_s = req->idle_ms > 0 ? (long)(req->idle_ms + 999) / 1000
				       : HTTPC_IDLE_S;

	lib.setopt(c->curl, CURLOPT_NOSIGNAL, 1L);
	lib.setopt(c->curl, CURLOPT_CONNECTTIMEOUT_MS, (long)HTTPC_CONNECT_MS);
	if (req->timeout_ms > 0)
		lib.setopt(c->curl, CURLOPT_TIMEOUT_MS, (long)req->timeout_ms);
	if (req->idle_ms < 0)
		return;
	lib.setopt(c->curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
	lib.setopt(c->curl, CURLOPT_LOW_SPEED_TIME, idle_s);
}

static int code_of(CURLcode code)
{
	switch (code) {
	case CURLE_OK:
		return 0;
	case CURLE_COULDNT_RESOLVE_HOST:
		return -EHOSTUNREACH;
	case CURLE_COULDNT_CONNECT:
		return -ECONNREFUSED;
	case CURLE_OPERATION_TIMEDOUT:
		return -ETIMEDOUT;
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_PARTIAL_FILE:
	case CURLE_GOT_NOTHING:
		return -ECONNRESET;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CONNECT_ERROR:
		return -EACCES;
	default:
		return -EPROTO;
	}
}

static int perform(struct httpc *c)
{
	CURLcode code = lib.perform(c->curl);
	int ret = code_of(code);

	/* Our own callbacks know better why they broke it off. */
	if (err_is_set(&c->err))
		return c->err.code;
	return ret ? err_set(&c->err, ret, "cannot call '%s': %s", c->url,
			     lib.strerror(code))
		   : 0;
}

int httpc_call(struct httpc *c, const struct httpu_request *request,
	       struct httpu_response *ret_response, struct err *err)
{
	struct httpu_response resp = HTTPU_RESPONSE_INIT;
	char *url = xasprintf("%s%s", c->url, request->path);
	struct curl_slist *headers;
	int ret;

	c->req = request;
	c->resp = &resp;
	c->status = 0;
	err_clear(&c->err);
	lib.reset(c->curl);
	headers = headers_of(c);
	lib.setopt(c->curl, CURLOPT_URL, url);
	lib.setopt(c->curl, CURLOPT_HTTPHEADER, headers);
	lib.setopt(c->curl, CURLOPT_HEADERFUNCTION, on_header);
	lib.setopt(c->curl, CURLOPT_HEADERDATA, c);
	lib.setopt(c->curl, CURLOPT_WRITEFUNCTION, on_data);
	lib.setopt(c->curl, CURLOPT_WRITEDATA, c);
	set_timeouts(c);
	set_body(c);
	ret = perform(c);
	lib.slist_free_all(headers);
	free(url);
	if (ret) {
		httpu_response_release(&resp);
		return err_set(err, ret, "%s", err_text(&c->err));
	}
	resp.status = (int)c->status;
	httpu_response_release(ret_response);
	*ret_response = resp;
	return 0;
}
