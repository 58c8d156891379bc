/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "common/base/clock.h"
#include "common/base/strbuf.h"
#include "common/svc/httpd.h"
#include "web/page.h"
#include "web/session.h"
#include "web/sse.h"

#define LIMIT_MS 10000

/* A server as the scheduler has one, and a plain socket against it. */
struct fixture {
	char dir[TEST_DIR_SIZE];
	char path[64];
	struct evloop *loop;
	struct httpd *httpd;
	struct sessions *sessions;
	struct sse *sse;
};

static void handle(void *arg, struct httpd_req *req)
{
	struct fixture *f = arg;
	const char *path = httpd_req_path(req);

	if (strcmp(path, "/login") == 0)
		sessions_login(f->sessions, req);
	else if (strcmp(path, "/who") == 0)
		httpd_reply(req, sessions_check(f->sessions, req) ? 200 : 401,
			    NULL, "", 0);
	else if (strcmp(path, "/events") == 0)
		sse_reply(f->sse, req);
	else if (!page_reply(req))
		httpd_reply(req, 404, NULL, "", 0);
}

static const struct httpd_ops ops = { .handle = handle };

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct httpd_listener listener = {
		.name = "test", .unix_path = f->path, .ops = &ops, .arg = f
	};

	test_make_dir(f->dir);
	snprintf(f->path, sizeof(f->path), "%s/s", f->dir);
	assert_int_equal(evloop_new(&f->loop, NULL), 0);
	assert_int_equal(httpd_new(f->loop, &f->httpd, NULL), 0);
	assert_int_equal(httpd_listen(f->httpd, &listener, NULL, NULL), 0);
	f->sessions = sessions_new();
	f->sse = sse_new();
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	sse_free(f->sse);
	httpd_free(f->httpd);
	evloop_free(f->loop);
	sessions_free(f->sessions);
	test_remove_dir(f->dir);
	free(f);
	return 0;
}

static int dial(struct fixture *f)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(sa.sun_path, f->path);
	assert_int_equal(connect(fd, (void *)&sa, sizeof(sa)), 0);
	return fd;
}

static void send_request(int fd, const char *path, const char *headers)
{
	char text[1024];
	int n = snprintf(text, sizeof(text),
			 "GET %s HTTP/1.1\r\nHost: localhost:1\r\n%s\r\n", path,
			 headers);

	assert_int_equal(write(fd, text, (size_t)n), n);
}

/* Turns the loop until the answer holds `want`; it is added to `got`. */
static void read_until(struct fixture *f, int fd, const char *want,
		       struct strbuf *got)
{
	int64_t until = clock_mono_ms() + LIMIT_MS;

	while (!strstr(got->data, want)) {
		char buf[4096];
		ssize_t n;

		assert_true(clock_mono_ms() < until);
		evloop_turn(f->loop, 10, NULL);
		n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
		if (n > 0)
			strbuf_add(got, buf, (size_t)n);
		else
			assert_true(n < 0 && errno == EAGAIN);
	}
}

/* The head of the answer to one request, to be freed. */
static char *ask(struct fixture *f, const char *path, const char *headers)
{
	struct strbuf got = STRBUF_INIT;
	int fd = dial(f);

	send_request(fd, path, headers);
	read_until(f, fd, "\r\n\r\n", &got);
	close(fd);
	evloop_turn(f->loop, 0, NULL);
	return strbuf_detach(&got);
}

static void expect_status(struct fixture *f, const char *path,
			  const char *headers, const char *status)
{
	char *head = ask(f, path, headers), want[32];

	snprintf(want, sizeof(want), "HTTP/1.1 %s ", status);
	assert_memory_equal(head, want, strlen(want));
	free(head);
}

static void a_code_opens_once(void **state)
{
	struct fixture *f = *state;
	char code[SESSION_ID_SIZE], path[80], cookie[120];
	char *head, *value;

	assert_int_equal(sessions_code(f->sessions, code, NULL), 0);
	assert_int_equal(strlen(code), 32);
	snprintf(path, sizeof(path), "/login?code=%s", code);
	head = ask(f, path, "");
	assert_memory_equal(head, "HTTP/1.1 303 ", 13);
	assert_non_null(strstr(head, "Location: /\r\n"));
	assert_non_null(strstr(head, "HttpOnly"));
	assert_non_null(strstr(head, "SameSite=Strict"));
	value = strstr(head, "harrier_session=");
	assert_non_null(value);
	snprintf(cookie, sizeof(cookie), "Cookie: %.48s\r\n", value);
	free(head);

	expect_status(f, "/who", cookie, "200");
	expect_status(f, "/who", "", "401");
	expect_status(f, "/who", "Cookie: harrier_session=1\r\n", "401");
	cookie[30] = cookie[30] == 'a' ? 'b' : 'a';
	expect_status(f, "/who", cookie, "401");
	expect_status(f, path, "", "403");
	expect_status(f, "/login", "", "403");
	expect_status(f, "/login?code=", "", "403");
}

static void codes_grow_old(void **state)
{
	struct fixture *f = *state;
	char code[SESSION_ID_SIZE], path[80];

	assert_int_equal(sessions_code(f->sessions, code, NULL), 0);
	snprintf(path, sizeof(path), "/login?code=%s", code);
	clock_hold(clock_mono_ms());
	clock_advance(SESSION_CODE_S * 1000 + 1);
	/* The clock stands: the limit of read_until cannot be reached. */
	expect_status(f, path, "", "403");
	clock_release();
}

static void only_this_host(void **state)
{
	(void)state;
	assert_true(session_host_text_ok("localhost:80", 80));
	assert_true(session_host_text_ok("127.0.0.1:9618", 9618));
	assert_true(session_host_text_ok("[::1]:9618", 9618));
	assert_false(session_host_text_ok("localhost", 80));
	assert_false(session_host_text_ok("evil.example:80", 80));
	assert_false(session_host_text_ok("localhost.evil.example:80", 80));
	assert_false(session_host_text_ok("127.0.0.1:81", 80));
	assert_false(session_host_text_ok(NULL, 80));
	assert_true(
		session_origin_text_ok("http://localhost:80", "localhost:80"));
	assert_false(session_origin_text_ok("http://evil:80", "localhost:80"));
	assert_false(session_origin_text_ok("null", "localhost:80"));
	assert_false(session_origin_text_ok(NULL, "localhost:80"));
	assert_false(session_origin_text_ok("http://localhost:80", NULL));
}

static void the_page_keeps_to_itself(void **state)
{
	struct fixture *f = *state;
	char *head = ask(f, "/", ""), *tag, again[80];

	assert_memory_equal(head, "HTTP/1.1 200 ", 13);
	assert_non_null(strstr(head, "text/html; charset=utf-8"));
	assert_non_null(strstr(head, "default-src 'self'; frame-ancestors "
				     "'none'"));
	assert_non_null(strstr(head, "nosniff"));
	tag = strstr(head, "ETag: ");
	assert_non_null(tag);
	snprintf(again, sizeof(again), "If-None-Match: %.18s\r\n", tag + 6);
	free(head);
	expect_status(f, "/", again, "304");
	expect_status(f, "/app.js", "", "200");
	expect_status(f, "/style.css", "", "200");
	expect_status(f, "/no-such", "", "404");
	expect_status(f, "/index.html/x", "", "404");
}

static void listeners_hear_and_catch_up(void **state)
{
	struct fixture *f = *state;
	struct strbuf got = STRBUF_INIT;
	int a = dial(f), b;

	send_request(a, "/events", "");
	read_until(f, a, "text/event-stream", &got);
	assert_int_equal(sse_listeners(f->sse), 1);
	sse_send(f->sse, "1-1", "job", "{\"job\":\"1.0\"}");
	sse_send(f->sse, "1-2", "host", "{}");
	read_until(f, a, "id: 1-2\nevent: host\ndata: {}\n\n", &got);
	assert_non_null(strstr(
		got.data, "id: 1-1\nevent: job\ndata: {\"job\":\"1.0\"}\n\n"));

	/* One that has seen 1-1 gets 1-2 only. */
	strbuf_reset(&got);
	b = dial(f);
	send_request(b, "/events", "Last-Event-ID: 1-1\r\n");
	read_until(f, b, "id: 1-2\n", &got);
	assert_null(strstr(got.data, "1-1"));
	close(b);

	/* One whose last is not known starts anew. */
	strbuf_reset(&got);
	b = dial(f);
	send_request(b, "/events?last_event_id=0-9", "");
	read_until(f, b, "event: reset\n", &got);
	assert_null(strstr(got.data, "1-2"));
	close(b);
	close(a);
	for (int i = 0; sse_listeners(f->sse) > 0; i++) {
		assert_true(i < 1000);
		evloop_turn(f->loop, 10, NULL);
	}
	strbuf_release(&got);
}

/* The ring forgets the oldest; its neighbour is still known. */
static void history_is_limited(void **state)
{
	struct fixture *f = *state;
	struct strbuf got = STRBUF_INIT;
	char id[16], header[64], last[32];
	int fd;

	for (int i = 1; i <= SSE_HISTORY + 10; i++) {
		snprintf(id, sizeof(id), "2-%d", i);
		sse_send(f->sse, id, "job", "{}");
	}
	fd = dial(f);
	send_request(fd, "/events", "Last-Event-ID: 2-10\r\n");
	read_until(f, fd, "event: reset\n", &got);
	close(fd);
	strbuf_reset(&got);
	fd = dial(f);
	snprintf(header, sizeof(header), "Last-Event-ID: 2-11\r\n");
	send_request(fd, "/events", header);
	snprintf(last, sizeof(last), "id: 2-%d\n", SSE_HISTORY + 10);
	read_until(f, fd, last, &got);
	assert_non_null(strstr(got.data, "id: 2-12\n"));
	assert_null(strstr(got.data, "id: 2-11\n"));
	close(fd);
	strbuf_release(&got);
}

/* Ending while somebody listens must leave nothing that points here. */
static void ends_under_listeners(void **state)
{
	struct fixture *f = *state;
	struct strbuf got = STRBUF_INIT;
	int fd = dial(f);

	send_request(fd, "/events", "");
	read_until(f, fd, "text/event-stream", &got);
	sse_free(f->sse);
	f->sse = NULL;
	evloop_turn(f->loop, 10, NULL);
	close(fd);
	evloop_turn(f->loop, 10, NULL);
	strbuf_release(&got);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_code_opens_once),
		test(codes_grow_old),
		test(only_this_host),
		test(the_page_keeps_to_itself),
		test(listeners_hear_and_catch_up),
		test(history_is_limited),
		test(ends_under_listeners),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
