/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/svc/httpc.h"
#include "common/svc/httpd.h"
#include "common/svc/httpu.h"

#define BIG (3 << 20)

/* A real server in a thread of its own, and clients in this one. */
struct fixture {
	char dir[TEST_DIR_SIZE];
	char unix_url[80];
	char tcp_url[64];
	uint16_t port;
	struct evloop *loop; /* the server's */
	struct httpd *httpd;
	pthread_t thread;
	size_t streamed;
};

/* ---- the server ---- */

static void begin(void *arg, struct httpd_req *req)
{
	(void)arg;
	if (!strcmp(httpd_req_path(req), "/refuse"))
		httpd_reply(req, 403, "text/plain", "refused", 7);
	else
		httpd_req_set_body_max(req, 2 * BIG);
}

static ssize_t fill(void *arg, char *buf, size_t max)
{
	struct fixture *f = arg;
	size_t len = BIG - f->streamed;

	if (!len)
		return HTTPD_END;
	len = len > max ? max : len;
	for (size_t i = 0; i < len; i++)
		buf[i] = (char)((f->streamed + i) % 251);
	f->streamed += len;
	return (ssize_t)len;
}

static void reply_facts(struct httpd_req *req)
{
	const char *auth = httpd_req_header(req, "Authorization");
	const char *type = httpd_req_header(req, "Content-Type");
	const char *extra = httpd_req_header(req, "X-Extra");
	char text[300];
	int len = snprintf(
		text, sizeof(text), "%s %s %s q=%s %s", httpd_req_method(req),
		auth ? auth : "-", type ? type : "-",
		httpd_req_query(req, "q") ? httpd_req_query(req, "q") : "-",
		extra ? extra : "-");

	httpd_req_set_header(req, "X-Reply", "yes");
	httpd_reply(req, 201, "text/plain", text, (size_t)len);
}

static void handle(void *arg, struct httpd_req *req)
{
	struct fixture *f = arg;
	const char *path = httpd_req_path(req), *body;
	size_t len;

	body = httpd_req_body(req, &len);
	if (!strcmp(path, "/facts")) {
		reply_facts(req);
	} else if (!strcmp(path, "/echo")) {
		httpd_reply(req, 200, "text/plain", body, len);
	} else if (!strcmp(path, "/stream")) {
		f->streamed = 0;
		httpd_reply_stream(req, 200, NULL, fill, NULL, f);
	} else if (strcmp(path, "/park")) {
		httpd_reply(req, 404, "text/plain", "nothing", 7);
	}
}

static const struct httpd_ops ops = { begin, handle };

static void *serve(void *arg)
{
	struct fixture *f = arg;

	evloop_run(f->loop, NULL);
	return NULL;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct httpd_listener conf = { .ops = &ops, .arg = f };
	char path[48];

	log_set_level(LOG_LEVEL_ERROR);
	test_make_dir(f->dir);
	snprintf(path, sizeof(path), "%s/s", f->dir);
	snprintf(f->unix_url, sizeof(f->unix_url), "unix:%s", path);
	assert_int_equal(evloop_new(&f->loop, NULL), 0);
	assert_int_equal(httpd_new(f->loop, &f->httpd, NULL), 0);
	conf.unix_path = path;
	assert_int_equal(httpd_listen(f->httpd, &conf, NULL, NULL), 0);
	conf.unix_path = NULL;
	assert_int_equal(httpd_listen(f->httpd, &conf, &f->port, NULL), 0);
	snprintf(f->tcp_url, sizeof(f->tcp_url), "http://127.0.0.1:%u",
		 f->port);
	assert_int_equal(pthread_create(&f->thread, NULL, serve, f), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	evloop_stop(f->loop);
	pthread_join(f->thread, NULL);
	httpd_free(f->httpd);
	evloop_free(f->loop);
	test_remove_dir(f->dir);
	free(f);
	return 0;
}

/* ---- a server that says what it is told to, once per connection ---- */

struct script {
	int fd;
	const char *const *answers; /* NULL ends */
	pthread_t thread;
};

static void *play(void *arg)
{
	struct script *s = arg;
	char buf[4096];

	for (size_t i = 0; s->answers[i]; i++) {
		int fd = accept(s->fd, NULL, NULL);

		assert_true(recv(fd, buf, sizeof(buf), 0) > 0);
		assert_true(send(fd, s->answers[i], strlen(s->answers[i]),
				 MSG_NOSIGNAL) >= 0);
		close(fd);
	}
	return NULL;
}

static void script_start(struct script *s, const struct fixture *f,
			 const char *const *answers, char *url)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/script", f->dir);
	sprintf(url, "unix:%s", addr.sun_path);
	s->fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(s->fd, (struct sockaddr *)&addr, sizeof(addr)),
			 0);
	assert_int_equal(listen(s->fd, 5), 0);
	s->answers = answers;
	assert_int_equal(pthread_create(&s->thread, NULL, play, s), 0);
}

static void script_end(struct script *s)
{
	pthread_join(s->thread, NULL);
	close(s->fd);
}

/* ---- help ---- */

static struct httpu *client(const char *url, const char *token)
{
	struct httpu *c = NULL;
	struct err err = ERR_INIT;

	if (httpu_new(url, token, &c, &err))
		fail_msg("%s", err_text(&err));
	return c;
}

static void call_ok(struct httpu *c, const struct httpu_request *req,
		    struct httpu_response *resp)
{
	struct err err = ERR_INIT;

	if (httpu_call(c, req, resp, &err))
		fail_msg("%s", err_text(&err));
}

static char *pattern(size_t len)
{
	char *data = malloc(len);

	for (size_t i = 0; i < len; i++)
		data[i] = (char)(i % 251);
	return data;
}

/* An unlinked file that holds `len` bytes of the pattern. */
static int pattern_file(const struct fixture *f, size_t len)
{
	char path[64], *data = pattern(len);
	int fd;

	snprintf(path, sizeof(path), "%s/data", f->dir);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	unlink(path);
	assert_int_equal(write(fd, data, len), (ssize_t)len);
	lseek(fd, 0, SEEK_SET);
	free(data);
	return fd;
}

static void assert_pattern(const char *got, size_t got_len, size_t len)
{
	char *want = pattern(len);

	assert_int_equal(got_len, len);
	assert_memory_equal(got, want, len);
	free(want);
}

/* ---- tests ---- */

static void check_facts(const char *url)
{
	static const char *const headers[] = { "X-Extra: more", NULL };
	struct httpu_request req = HTTPU_REQUEST_INIT;
	struct httpu_response resp = HTTPU_RESPONSE_INIT;
	struct httpu *c = client(url, "secret");

	req.path = "/facts?q=a%20b";
	req.headers = headers;
	call_ok(c, &req, &resp);
	assert_int_equal(resp.status, 201);
	assert_string_equal(resp.body.data, "GET Bearer secret - q=a b more");
	assert_string_equal(httpu_response_header(&resp, "x-reply"), "yes");
	assert_null(httpu_response_header(&resp, "X-Rep"));
	req.method = "POST";
	req.body = "{}";
	req.body_len = 2;
	call_ok(c, &req, &resp);
	assert_string_equal(resp.body.data,
			    "POST Bearer secret application/json q=a b more");
	req.body = NULL;
	call_ok(c, &req, &resp);
	assert_string_equal(resp.body.data, "POST Bearer secret - q=a b more");
	req.method = "DELETE";
	call_ok(c, &req, &resp);
	assert_string_equal(resp.body.data,
			    "DELETE Bearer secret - q=a b more");
	httpu_response_release(&resp);
	httpu_free(c);
}

static void test_facts_unix(void **state)
{
	struct fixture *f = *state;

	check_facts(f->unix_url);
}

static void test_facts_tcp(void **state)
{
	struct fixture *f = *state;

	check_facts(f->tcp_url);
}

static void test_keeps_the_connection(void **state)
{
	struct fixture *f = *state;
	struct httpu_request req = HTTPU_REQUEST_INIT;
	struct httpu_response resp = HTTPU_RESPONSE_INIT;
	struct httpu *c = client(f->unix_url, NULL);

	req.path = "/facts";
	for (int i = 0; i < 20; i++)
		call_ok(c, &req, &resp);
	assert_int_equal(httpd_connections(f->httpd, "http"), 1);
	httpu_response_release(&resp);
	httpu_free(c);
}

static void test_body_in_memory(void **state)
{
	struct fixture *f = *state;
	struct httpu_request req = HTTPU_REQUEST_INIT;
	struct httpu_response resp = HTTPU_RESPONSE_INIT;
	struct httpu *c = client(f->unix_url, NULL);
	char *data = pattern(BIG);

	req.method = "POST";
	req.path = "/echo";
	req.body = data;
	req.body_len = BIG;
	call_ok(c, &req, &resp);
	assert_pattern(resp.body.data, resp.body.len, BIG);
	httpu_response_release(&resp);
	httpu_free(c);
	free(data);
}

static void check_body_fd(const struct fixture *f, int64_t len)
{
	struct httpu_request req = HTTPU_REQUEST_INIT;
	struct httpu_response resp = HTTPU_RESPONSE_INIT;
	struct httpu *c = client(f->unix_url, NULL);
	int fd = pattern_file(f, BIG), sink = pattern_file(f, 0);
	char *got = malloc(BIG + 1);
	size_t want = len < 0 ? BIG : (size_t)len;

	req.method = "PUT";
	req.path = "/echo";
	req.body_fd = fd;
	req.body_fd_len = len;
	req.sink_fd = sink;
	call_ok(c, &req, &resp);
	assert_int_equal(resp.status, 200);
	assert_int_equal(resp.body.len, 0);
	assert_pattern(got, (size_t)pread(sink, got, BIG + 1, 0), want);
	httpu_response_release(&resp);
	httpu_free(c);
	close(fd);
	close(sink);
	free(got);
}

static void test_body_fd(void **state)
{
	check_body_fd(*state, BIG - 7);
}

static void test_body_fd_small(void **state)
{
	check_body_fd(*state, 10);
}

static void test_body_fd_in_chunks(void **state)
{
	check_body_fd(*state, -1);
}

static void test_body_fd_too_short(void **state)
{
	struct fixture *f = *state;
	struct httpu_request req = HTTPU_REQUEST_INIT;
	struct httpu_response resp = HTTPU_RESPONSE_INIT;
	struct httpu *c = client(f->unix_url, NULL);
	struct err err = ERR_INIT;
	int fd = pattern_file(f, 10);

	req.method = "PUT";
	req.path = "/echo";
	req.body_fd = fd;
	req.body_fd_len = 11;
	assert_int_equal(httpu_call(c, &req, &resp, &err), -EIO);
	httpu_free(c);
	close(fd);
}

static void test_refused_large_body(void **state)
{
	struct fixture *f = *state;
	struct httpu_request req = HTTPU_REQUEST_INIT;
	struct httpu_response resp = HTTPU_RESPONSE_INIT;
	struct httpu *c = client(f->tcp_url, NULL);
	int fd = pattern_file(f, BIG);

	req.method = "PUT";
	req.path = "/refuse";
	req.body_fd = fd;
	req.body_fd_len = BIG;
	call_ok(c, &req, &resp);
	assert_int_equal(resp.status, 403);
	assert_string_equal(resp.body.data, "refused");
	/* Nothing of it was sent: the server was asked first. */
	assert_int_equal(lseek(fd, 0, SEEK_CUR), 0);
	httpu_response_release(&resp);
	httpu_free(c);
	close(fd);
}

static void test_chunked_answer(void **state)
{
	struct fixture *f = *state;
	struct httpu_request req = HTTPU_REQUEST_INIT;
	struct httpu_response resp = HTTPU_RESPONSE_INIT;
	struct httpu *c = client(f->unix_url, NULL);
	struct err err = ERR_INIT;

	req.path = "/stream";
	call_ok(c, &req, &resp);
	assert_pattern(resp.body.data, resp.body.len, BIG);
	req.body_max = 1000;
	assert_int_equal(httpu_call(c, &req, &resp, &err), -EFBIG);
	/* What was there before stays. */
	assert_int_equal(resp.body.len, BIG);
	httpu_response_release(&resp);
	httpu_free(c);
}

static int stop_after_some(void *arg, const void *data, size_t len)
{
	size_t *seen = arg;

	(void)data;
	*seen += len;
	return *seen > 10000 ? -EINTR : 0;
}

static void test_body_callback_stops(void **state)
{
	struct fixture *f = *state;
	struct httpu_request req = HTTPU_REQUEST_INIT;
	struct httpu_response resp = HTTPU_RESPONSE_INIT;
	struct httpu *c = client(f->unix_url, NULL);
	size_t seen = 0;

	req.path = "/stream";
	req.on_body = stop_after_some;
	req.on_body_arg = &seen;
	assert_int_equal(httpu_call(c, &req, &resp, NULL), -EINTR);
	assert_true(seen > 10000 && seen < BIG);
	/* The client can be used again. */
	req.path = "/nothing";
	call_ok(c, &req, &resp);
	assert_int_equal(resp.status, 404);
	assert_string_equal(resp.body.data, "nothing");
	httpu_response_release(&resp);
	httpu_free(c);
}

static void test_head(void **state)
{
	struct fixture *f = *state;
	struct httpu_request req = HTTPU_REQUEST_INIT;
	struct httpu_response resp = HTTPU_RESPONSE_INIT;
	struct httpu *c = client(f->unix_url, NULL);

	req.method = "HEAD";
	req.path = "/facts";
	call_ok(c, &req, &resp);
	assert_int_equal(resp.status, 201);
	assert_int_equal(resp.body.len, 0);
	req.method = "GET";
	call_ok(c, &req, &resp);
	assert_int_equal(resp.body.len, strlen("GET - - q=- -"));
	httpu_response_release(&resp);
	httpu_free(c);
}

static void test_timeouts(void **state)
{
	struct fixture *f = *state;
	struct httpu_request req = HTTPU_REQUEST_INIT;
	struct httpu_response resp = HTTPU_RESPONSE_INIT;
	struct httpu *c = client(f->unix_url, NULL);
	struct err err = ERR_INIT;

	req.path = "/park";
	req.timeout_ms = 30;
	assert_int_equal(httpu_call(c, &req, &resp, &err), -ETIMEDOUT);
	req.timeout_ms = 0;
	req.idle_ms = 30;
	assert_int_equal(httpu_call(c, &req, &resp, NULL), -ETIMEDOUT);
	httpu_free(c);
}

static void test_nobody_there(void **state)
{
	struct fixture *f = *state;
	struct httpu_request req = HTTPU_REQUEST_INIT;
	struct httpu_response resp = HTTPU_RESPONSE_INIT;
	struct err err = ERR_INIT;
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	char url[200];
	struct httpu *c;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	req.path = "/";
	snprintf(url, sizeof(url), "unix:%s/none", f->dir);
	c = client(url, NULL);
	assert_int_equal(httpu_call(c, &req, &resp, &err), -ENOENT);
	assert_non_null(strstr(err_text(&err), "/none'"));
	strcpy(addr.sun_path, url + 5);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	close(fd);
	assert_int_equal(httpu_call(c, &req, &resp, NULL), -ECONNREFUSED);
	httpu_free(c);
}

static void test_bad_urls(void **state)
{
	static const char *const urls[] = { "ftp://x",	    "http://",
					    "http://:80",   "http://[::1",
					    "http://h:",    "http://h:8x",
					    "/socket",	    "http://[::1]x",
					    "http://h:8x/y" };
	struct httpu *c = NULL;
	char url[200] = "unix:/";

	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(*urls); i++)
		assert_int_equal(httpu_new(urls[i], NULL, &c, NULL), -EINVAL);
	memset(url + 6, 'x', 150);
	assert_int_equal(httpu_new(url, NULL, &c, NULL), -ENAMETOOLONG);
	assert_null(c);
}

static void test_bad_answers(void **state)
{
	static const char *const answers[] = {
		"SMTP ready\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
		"",
		NULL
	};
	static const int want[] = { -EPROTO, -EPROTO, -ECONNRESET, -EPROTO,
				    -ECONNRESET };
	struct httpu_request req = HTTPU_REQUEST_INIT;
	struct httpu_response resp = HTTPU_RESPONSE_INIT;
	struct script s;
	char url[128];
	struct httpu *c;

	script_start(&s, *state, answers, url);
	c = client(url, NULL);
	req.path = "/";
	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++)
		assert_int_equal(httpu_call(c, &req, &resp, NULL), want[i]);
	script_end(&s);
	httpu_free(c);
}

/* It promised to keep the connection and closed it: opened again, unseen. */
static void test_stale_connection(void **state)
{
	static const char *const answers[] = {
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1",
		"HTTP/1.0 200 OK\r\n\r\nto the end", NULL
	};
	struct httpu_request req = HTTPU_REQUEST_INIT;
	struct httpu_response resp = HTTPU_RESPONSE_INIT;
	struct script s;
	char url[128];
	struct httpu *c;

	script_start(&s, *state, answers, url);
	c = client(url, NULL);
	req.path = "/";
	call_ok(c, &req, &resp);
	assert_string_equal(resp.body.data, "1");
	call_ok(c, &req, &resp);
	assert_string_equal(resp.body.data, "to the end");
	script_end(&s);
	httpu_response_release(&resp);
	httpu_free(c);
}

/* ---- in an evloop ---- */

struct async {
	struct evloop *loop;
	struct httpu *client;
	int results;
	int last;
	int status;
	size_t body_len;
	bool again;
	struct httpu_request req;
};

static void on_done(void *arg, int result, struct httpu_response *resp,
		    const struct err *err)
{
	struct async *a = arg;

	assert_int_equal(err->code, result);
	a->results++;
	a->last = result;
	a->status = resp->status;
	a->body_len = resp->body.len;
	if (a->again) {
		a->again = false;
		assert_int_equal(httpu_start(a->client, a->loop, &a->req,
					     on_done, a, NULL),
				 0);
	}
}

static void turn_until(struct async *a, int results)
{
	int64_t end = clock_mono_ms() + 10000;

	while (a->results < results) {
		assert_true(clock_mono_ms() < end);
		evloop_turn(a->loop, 100, NULL);
	}
}

static void async_init(struct async *a, const struct fixture *f)
{
	*a = (struct async){ .req = HTTPU_REQUEST_INIT };
	assert_int_equal(evloop_new(&a->loop, NULL), 0);
	a->client = client(f->unix_url, NULL);
}

static void async_release(struct async *a)
{
	httpu_free(a->client);
	evloop_free(a->loop);
}

static void test_async(void **state)
{
	struct fixture *f = *state;
	char *data = pattern(BIG);
	struct async a;

	async_init(&a, f);
	a.req.method = "POST";
	a.req.path = "/echo";
	a.req.body = data;
	a.req.body_len = BIG;
	a.again = true;
	assert_int_equal(
		httpu_start(a.client, a.loop, &a.req, on_done, &a, NULL), 0);
	assert_int_equal(a.results, 0);
	turn_until(&a, 2);
	assert_int_equal(a.last, 0);
	assert_int_equal(a.status, 200);
	assert_int_equal(a.body_len, BIG);
	async_release(&a);
	free(data);
}

static void test_async_timeout_and_cancel(void **state)
{
	struct async a;

	async_init(&a, *state);
	a.req.path = "/park";
	a.req.timeout_ms = 20;
	assert_int_equal(
		httpu_start(a.client, a.loop, &a.req, on_done, &a, NULL), 0);
	turn_until(&a, 1);
	assert_int_equal(a.last, -ETIMEDOUT);
	assert_int_equal(
		httpu_start(a.client, a.loop, &a.req, on_done, &a, NULL), 0);
	evloop_turn(a.loop, 0, NULL);
	httpu_cancel(a.client);
	a.req.path = "/facts";
	assert_int_equal(
		httpu_start(a.client, a.loop, &a.req, on_done, &a, NULL), 0);
	turn_until(&a, 2);
	assert_int_equal(a.status, 201);
	/* A client may be freed with a call under way. */
	a.req.path = "/park";
	assert_int_equal(
		httpu_start(a.client, a.loop, &a.req, on_done, &a, NULL), 0);
	async_release(&a);
	assert_int_equal(a.results, 2);
}

static void test_encode(void **state)
{
	struct strbuf out = STRBUF_INIT;

	(void)state;
	httpu_encode(&out, "a Z-._~&=/\xc3\xa9");
	assert_string_equal(out.data, "a%20Z-._~%26%3D%2F%C3%A9");
	strbuf_release(&out);
}

/* ---- libcurl's face, on plain HTTP ---- */

static void test_curl(void **state)
{
	struct fixture *f = *state;
	struct httpu_request req = HTTPU_REQUEST_INIT;
	struct httpu_response resp = HTTPU_RESPONSE_INIT;
	struct err err = ERR_INIT;
	struct httpc *c = NULL;
	char *data = pattern(BIG);
	int fd = pattern_file(f, BIG);

	if (httpc_new(f->tcp_url, "secret", &c, &err))
		fail_msg("%s", err_text(&err));
	req.path = "/facts?q=1";
	assert_int_equal(httpc_call(c, &req, &resp, &err), 0);
	assert_int_equal(resp.status, 201);
	assert_string_equal(resp.body.data, "GET Bearer secret - q=1 -");
	assert_string_equal(httpu_response_header(&resp, "X-Reply"), "yes");
	req.method = "POST";
	assert_int_equal(httpc_call(c, &req, &resp, &err), 0);
	assert_non_null(strstr(resp.body.data, "POST Bearer secret"));
	req.path = "/echo";
	req.body = data;
	req.body_len = BIG;
	assert_int_equal(httpc_call(c, &req, &resp, &err), 0);
	assert_pattern(resp.body.data, resp.body.len, BIG);
	req.body = NULL;
	req.body_fd = fd;
	req.body_fd_len = -1;
	assert_int_equal(httpc_call(c, &req, &resp, &err), 0);
	assert_pattern(resp.body.data, resp.body.len, BIG);
	lseek(fd, 0, SEEK_SET);
	req.body_max = 10;
	assert_int_equal(httpc_call(c, &req, &resp, &err), -EFBIG);
	err_clear(&err);
	req = (struct httpu_request)HTTPU_REQUEST_INIT;
	req.path = "/park";
	req.timeout_ms = 30;
	assert_int_equal(httpc_call(c, &req, &resp, &err), -ETIMEDOUT);
	httpu_response_release(&resp);
	httpc_free(c);
	close(fd);
	free(data);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_facts_unix),
		CASE(test_facts_tcp),
		CASE(test_keeps_the_connection),
		CASE(test_body_in_memory),
		CASE(test_body_fd),
		CASE(test_body_fd_small),
		CASE(test_body_fd_in_chunks),
		CASE(test_body_fd_too_short),
		CASE(test_refused_large_body),
		CASE(test_chunked_answer),
		CASE(test_body_callback_stops),
		CASE(test_head),
		CASE(test_timeouts),
		CASE(test_nobody_there),
		CASE(test_bad_urls),
		CASE(test_bad_answers),
		CASE(test_stale_connection),
		CASE(test_async),
		CASE(test_async_timeout_and_cancel),
		CASE(test_encode),
		CASE(test_curl),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
