/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/strbuf.h"
#include "common/svc/httpd.h"

#define LIMIT_MS 10000

/*
 * A server and plain sockets against it, all in this thread: the test turns
 * the loop until what it waits for is there. Nothing is slept for.
 */
struct fixture {
	char dir[TEST_DIR_SIZE];
	char path[64];
	uint16_t port;
	struct evloop *loop;
	struct httpd *httpd;
	struct httpd_req *parked[600];
	int parked_count;
	int gone;
	int begun;
	int handled;
	int closed;
	int committed;
	int client_fd;
	struct httpd_stream *stream;
	size_t sunk;
	struct httpd_req *paused;
	bool pause;
	int sink_result;
};

/* ---- the server's side ---- */

static void on_gone(void *arg, struct httpd_req *req)
{
	struct fixture *f = arg;

	f->gone++;
	for (int i = 0; i < f->parked_count; i++)
		if (f->parked[i] == req)
			f->parked[i] = NULL;
	if (f->paused == req)
		f->paused = NULL;
}

static int sink(void *arg, struct httpd_req *req, const void *data, size_t len)
{
	struct fixture *f = arg;

	(void)data;
	f->sunk += len;
	if (f->pause) {
		f->pause = false;
		f->paused = req;
		httpd_req_pause(req);
	}
	return f->sink_result;
}

static void begin(void *arg, struct httpd_req *req)
{
	struct fixture *f = arg;
	const char *path = httpd_req_path(req);

	f->begun++;
	if (!strcmp(path, "/refuse"))
		httpd_reply(req, 403, "text/plain", "no", 2);
	else if (!strcmp(path, "/sink")) {
		httpd_req_set_sink(req, sink, f);
		httpd_req_on_gone(req, on_gone, f);
	} else if (!strcmp(path, "/big"))
		httpd_req_set_body_max(req, 10 << 20);
}

static void on_close(void *arg)
{
	struct fixture *f = arg;

	f->closed++;
	f->stream = NULL;
}

/* Gives 100,000 bytes in parts, with a pause after each. */
static ssize_t fill(void *arg, char *buf, size_t max)
{
	struct fixture *f = arg;
	size_t len = 100000 - f->sunk;

	if (!len)
		return HTTPD_END;
	if (len > max)
		len = max;
	memset(buf, 'f', len);
	f->sunk += len;
	return (ssize_t)len;
}

static ssize_t fill_break(void *arg, char *buf, size_t max)
{
	struct fixture *f = arg;

	(void)max;
	if (f->sunk)
		return HTTPD_BREAK;
	f->sunk = 4;
	memcpy(buf, "part", 4);
	return 4;
}

static void reply_who(struct httpd_req *req)
{
	char text[200];
	const char *cookie = httpd_req_cookie(req, "sid");
	int len = snprintf(text, sizeof(text), "%s %s uid=%d unix=%d q=%s c=%s",
			   httpd_req_listener(req), httpd_req_method(req),
			   (int)httpd_req_uid(req), httpd_req_is_unix(req),
			   httpd_req_query(req, "q"), cookie ? cookie : "-");

	httpd_req_set_header(req, "Harrier-State", "pool 1 2");
	httpd_reply(req, 200, "text/plain", text, (size_t)len);
}

static void handle(void *arg, struct httpd_req *req)
{
	struct fixture *f = arg;
	const char *path = httpd_req_path(req), *body;
	char text[64];
	size_t len;

	f->handled++;
	body = httpd_req_body(req, &len);
	if (!strcmp(path, "/who")) {
		reply_who(req);
	} else if (!strcmp(path, "/echo") || !strcmp(path, "/big")) {
		httpd_reply(req, 200, "text/plain", body, len);
	} else if (!strcmp(path, "/park")) {
		f->parked[f->parked_count++] = req;
		httpd_req_on_gone(req, on_gone, f);
	} else if (!strcmp(path, "/sink")) {
		snprintf(text, sizeof(text), "%zu %d", f->sunk,
			 httpd_req_sink_error(req));
		httpd_reply(req, 200, NULL, text, strlen(text));
	} else if (!strcmp(path, "/stream")) {
		httpd_reply_stream(req, 200, "text/plain", fill, on_close, f);
	} else if (!strcmp(path, "/break")) {
		httpd_reply_stream(req, 200, "text/plain", fill_break, on_close,
				   f);
	} else if (!strcmp(path, "/events")) {
		f->stream = httpd_reply_events(req, 1000, on_close, f);
	} else if (!strcmp(path, "/file")) {
		httpd_reply_fd(req, 200, NULL, open("/proc/self/exe", O_RDONLY),
			       1, 3);
	} else {
		httpd_reply(req, 404, NULL, "", 0);
	}
}

static const struct httpd_ops ops = { begin, handle };

static void start(struct fixture *f, const struct httpd_listener *extra)
{
	struct httpd_listener conf = extra ? *extra
					   : (struct httpd_listener){ 0 };
	struct err err = ERR_INIT;

	assert_int_equal(evloop_new(&f->loop, NULL), 0);
	assert_int_equal(httpd_new(f->loop, &f->httpd, NULL), 0);
	conf.ops = &ops;
	conf.arg = f;
	conf.name = "unix";
	conf.unix_path = f->path;
	assert_int_equal(httpd_listen(f->httpd, &conf, NULL, &err), 0);
	conf.name = "tcp";
	conf.unix_path = NULL;
	assert_int_equal(httpd_listen(f->httpd, &conf, &f->port, &err), 0);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	log_set_level(LOG_LEVEL_ERROR);
	test_make_dir(f->dir);
	snprintf(f->path, sizeof(f->path), "%s/s", f->dir);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	httpd_free(f->httpd);
	evloop_free(f->loop);
	test_remove_dir(f->dir);
	free(f);
	return 0;
}

/* ---- the client's side ---- */

static int dial(const struct fixture *f)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	strcpy(addr.sun_path, f->path);
	assert_int_equal(connect(fd, (struct sockaddr *)&addr, sizeof(addr)),
			 0);
	return fd;
}

static int dial_tcp(const struct fixture *f)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
				    .sin_port = htons(f->port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(connect(fd, (struct sockaddr *)&addr, sizeof(addr)),
			 0);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

static void say(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL),
			 (ssize_t)strlen(text));
}

/* Turns the loop until the answer holds `want`, or with NULL its end. */
static void hear(struct fixture *f, int fd, const char *want,
		 struct strbuf *answer)
{
	int64_t end = clock_mono_ms() + LIMIT_MS;
	char buf[4096];
	ssize_t n;

	for (;;) {
		n = recv(fd, buf, sizeof(buf), 0);
		if (n > 0)
			strbuf_add(answer, buf, (size_t)n);
		if (n == 0 || (n < 0 && errno == ECONNRESET)) {
			if (want)
				fail_msg("the end came before '%s': %s", want,
					 answer->data);
			return;
		}
		if (want && strstr(answer->data, want))
			return;
		if (clock_mono_ms() > end)
			fail_msg("no '%s' in: %s", want ? want : "end",
				 answer->data);
		evloop_turn(f->loop, n > 0 ? 0 : 10, NULL);
	}
}

#define UNTIL(f, cond)                                         \
	do {                                                   \
		int64_t until_ = clock_mono_ms() + LIMIT_MS;   \
		while (!(cond)) {                              \
			assert_true(clock_mono_ms() < until_); \
			evloop_turn((f)->loop, 10, NULL);      \
		}                                              \
	} while (0)

/* One request, one answer that ends in `want`. */
static void ask(struct fixture *f, int fd, const char *request,
		const char *want)
{
	struct strbuf answer = STRBUF_INIT;

	say(fd, request);
	hear(f, fd, want, &answer);
	strbuf_release(&answer);
}

static const char get_who[] =
	"GET /who?q=a%20b&x HTTP/1.1\r\nHost: x\r\nCookie: sid=7\r\n\r\n";
static const char get_park[] = "GET /park HTTP/1.1\r\nHost: x\r\n\r\n";

/* ---- tests ---- */

static void test_unix_peer(void **state)
{
	struct fixture *f = *state;
	struct strbuf answer = STRBUF_INIT;
	char want[100];
	struct stat st;
	int fd;

	start(f, NULL);
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	fd = dial(f);
	snprintf(want, sizeof(want), "unix GET uid=%d unix=1 q=a b c=7",
		 (int)getuid());
	say(fd, get_who);
	hear(f, fd, want, &answer);
	assert_non_null(strstr(answer.data, "Harrier-State: pool 1 2"));
	/* The connection is kept for the next one. */
	ask(f, fd, get_who, want);
	strbuf_release(&answer);
	close(fd);
}

static void test_tcp_peer_has_no_uid(void **state)
{
	struct fixture *f = *state;
	int fd;

	start(f, NULL);
	fd = dial_tcp(f);
	ask(f, fd, get_who, "tcp GET uid=-1 unix=0 q=a b c=7");
	close(fd);
}

static void test_bad_paths(void **state)
{
	static const char *const paths[] = {
		"/a/../b", "/..", "/a//b", "/./x", "/x%00y", "/a/%2e%2e/b"
	};
	struct fixture *f = *state;
	char request[100];

	start(f, NULL);
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		int fd = dial(f);

		snprintf(request, sizeof(request),
			 "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", paths[i]);
		ask(f, fd, request, "400 Bad Request");
		close(fd);
	}
	assert_int_equal(f->handled, 0);
}

static void test_body(void **state)
{
	struct fixture *f = *state;
	int fd;

	start(f, NULL);
	fd = dial(f);
	ask(f, fd,
	    "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
	    "\r\n\r\nhello");
	ask(f, fd,
	    "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
	    "\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
	    "\r\n\r\nabcde");
	close(fd);
}

static void test_body_too_large(void **state)
{
	struct httpd_listener conf = { .body_max = 10 };
	struct fixture *f = *state;
	int fd;

	start(f, &conf);
	/* Told by its length: refused before it is sent. */
	fd = dial(f);
	ask(f, fd,
	    "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n"
	    "Expect: 100-continue\r\n\r\n",
	    "413 ");
	close(fd);
	/* Found while it comes. */
	fd = dial(f);
	ask(f, fd,
	    "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
	    "\r\n6\r\nabcdef\r\n6\r\nabcdef\r\n0\r\n\r\n",
	    "413 ");
	close(fd);
	assert_int_equal(f->handled, 0);
}

static void test_refused_before_the_body(void **state)
{
	struct fixture *f = *state;
	int fd;

	start(f, NULL);
	fd = dial(f);
	ask(f, fd,
	    "POST /refuse HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n"
	    "Expect: 100-continue\r\n\r\n",
	    "403 ");
	assert_int_equal(f->handled, 0);
	close(fd);
}

static void test_park_and_reply(void **state)
{
	struct fixture *f = *state;
	int fd, other;

	start(f, NULL);
	fd = dial(f);
	say(fd, get_park);
	UNTIL(f, f->parked_count == 1);
	/* Others are served meanwhile. */
	other = dial(f);
	ask(f, other, get_who, "unix GET");
	httpd_reply(f->parked[0], 200, NULL, "late", 4);
	ask(f, fd, "", "\r\n\r\nlate");
	assert_int_equal(f->gone, 0);
	/* And the connection goes on. */
	ask(f, fd, get_who, "unix GET");
	close(fd);
	close(other);
}

/* A reply from outside of a turn does not wait for the next event. */
static void test_reply_between_turns(void **state)
{
	struct fixture *f = *state;
	int64_t start_ms;
	char buf[500];
	int fd;

	start(f, NULL);
	fd = dial(f);
	say(fd, get_park);
	UNTIL(f, f->parked_count == 1);
	httpd_reply(f->parked[0], 200, NULL, "late", 4);
	start_ms = clock_mono_ms();
	evloop_turn(f->loop, 5000, NULL);
	assert_true(clock_mono_ms() - start_ms < 4000);
	assert_true(recv(fd, buf, sizeof(buf), 0) > 0);
	close(fd);
}

static void test_parked_client_hangs_up(void **state)
{
	struct fixture *f = *state;
	int fd;

	start(f, NULL);
	fd = dial(f);
	say(fd, get_park);
	UNTIL(f, f->parked_count == 1);
	close(fd);
	UNTIL(f, f->gone == 1);
	assert_null(f->parked[0]);
	UNTIL(f, httpd_connections(f->httpd, "unix") == 0);
}

static void test_many_parked(void **state)
{
	enum { COUNT = 400 };
	struct httpd_listener conf = { .memory_bytes = 6144 };
	struct fixture *f = *state;
	int fds[COUNT];

	start(f, &conf);
	for (int i = 0; i < COUNT; i++) {
		fds[i] = dial(f);
		say(fds[i], get_park);
		UNTIL(f, f->parked_count == i + 1);
	}
	for (int i = 0; i < COUNT; i++)
		httpd_reply(f->parked[i], 200, NULL, "woken", 5);
	for (int i = 0; i < COUNT; i++) {
		ask(f, fds[i], "", "woken");
		close(fds[i]);
	}
}

static int64_t commit(void *arg)
{
	struct fixture *f = arg;
	char byte;

	/* What was handled in this turn has not been answered yet. */
	if (f->handled == 1 && !f->committed) {
		f->committed = 1;
		assert_int_equal(recv(f->client_fd, &byte, 1, MSG_PEEK), -1);
		assert_int_equal(errno, EAGAIN);
	}
	return -1;
}

static void test_replies_leave_after_the_commit(void **state)
{
	struct fixture *f = *state;
	struct strbuf answer = STRBUF_INIT;
	int fd;

	start(f, NULL);
	evloop_add_hook(f->loop, EVLOOP_ORDER_COMMIT, commit, f);
	fd = dial(f);
	f->client_fd = fd;
	say(fd, get_who);
	hear(f, fd, "unix GET", &answer);
	assert_int_equal(f->committed, 1);
	strbuf_release(&answer);
	close(fd);
}

static int64_t commit_parked(void *arg)
{
	struct fixture *f = arg;

	while (f->committed < f->parked_count) {
		struct httpd_req *req = f->parked[f->committed++];

		httpd_req_on_gone(req, NULL, NULL);
		httpd_reply(req, 200, NULL, "done", 4);
	}
	return -1;
}

/* The second is read while the first is answered: after the commit hook. */
static void test_what_comes_while_sending_is_committed(void **state)
{
	struct fixture *f = *state;
	struct strbuf answer = STRBUF_INIT;
	int64_t begin_ms;
	int fd;

	start(f, NULL);
	evloop_add_hook(f->loop, EVLOOP_ORDER_COMMIT, commit_parked, f);
	fd = dial(f);
	say(fd, get_park);
	say(fd, get_park);
	UNTIL(f, f->handled == 2);
	begin_ms = clock_mono_ms();
	while (f->committed < 2)
		evloop_turn(f->loop, LIMIT_MS, NULL);
	assert_true(clock_mono_ms() - begin_ms < LIMIT_MS);
	hear(f, fd, "done", &answer);
	strbuf_release(&answer);
	close(fd);
}

static void test_connections_max(void **state)
{
	struct httpd_listener conf = { .connections_max = 2, .per_uid_max = 2 };
	struct fixture *f = *state;
	struct strbuf answer = STRBUF_INIT;
	int fds[3];

	start(f, &conf);
	for (int i = 0; i < 2; i++) {
		fds[i] = dial_tcp(f);
		ask(f, fds[i], get_who, "tcp GET");
	}
	/* The third is told, not left hanging. */
	fds[2] = dial_tcp(f);
	hear(f, fds[2], "503 ", &answer);
	assert_non_null(strstr(answer.data, "too many connections\"}}\n"));
	UNTIL(f, httpd_connections(f->httpd, "tcp") == 2);
	close(fds[0]);
	UNTIL(f, httpd_connections(f->httpd, "tcp") == 1);
	close(fds[2]);
	fds[2] = dial_tcp(f);
	ask(f, fds[2], get_who, "tcp GET");
	close(fds[1]);
	close(fds[2]);
	strbuf_release(&answer);
}

/* In a child, since root is not counted: the third of its connections. */
static int play_greedy_user(const struct fixture *f)
{
	char buf[200] = "";
	int fd = -1;

	if (getuid() == 0 && setuid(65534))
		return 2;
	for (int i = 0; i < 3; i++)
		fd = dial(f);
	fcntl(fd, F_SETFL, 0);
	if (recv(fd, buf, sizeof(buf) - 1, 0) <= 0)
		return 3;
	return strncmp(buf, "HTTP/1.1 503 ", 13) ? 4 : 0;
}

static void test_per_uid_max(void **state)
{
	struct httpd_listener conf = { .per_uid_max = 2, .unix_mode = 0666 };
	struct fixture *f = *state;
	int status = -1, fd;
	pid_t pid;

	start(f, &conf);
	assert_int_equal(chmod(f->dir, 0755), 0);
	pid = fork();
	if (!pid)
		_exit(play_greedy_user(f));
	UNTIL(f, waitpid(pid, &status, WNOHANG) == pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	/* Its places are free again, and others had theirs all the time. */
	UNTIL(f, httpd_connections(f->httpd, "unix") == 0);
	fd = dial(f);
	ask(f, fd, get_who, "unix GET");
	close(fd);
}

static void test_sink(void **state)
{
	struct fixture *f = *state;
	struct strbuf request = STRBUF_INIT;
	int fd;

	start(f, NULL);
	fd = dial(f);
	f->pause = true;
	strbuf_addstr(&request, "POST /sink HTTP/1.1\r\nHost: x\r\n"
				"Content-Length: 100000\r\n\r\n");
	say(fd, request.data);
	strbuf_reset(&request);
	strbuf_grow(&request, 100000);
	memset(request.data, 'x', 50000);
	strbuf_setlen(&request, 50000);
	say(fd, request.data);
	UNTIL(f, f->paused);
	/* Nothing more comes in until it is resumed. */
	{
		size_t before = f->sunk;

		for (int i = 0; i < 5; i++)
			evloop_turn(f->loop, 0, NULL);
		assert_int_equal(f->sunk, before);
	}
	httpd_req_resume(f->paused);
	UNTIL(f, f->sunk == 50000);
	ask(f, fd, request.data, "\r\n\r\n100000 0");
	strbuf_release(&request);
	close(fd);
}

static void test_sink_that_fails(void **state)
{
	struct fixture *f = *state;
	int fd;

	start(f, NULL);
	f->sink_result = -ENOSPC;
	fd = dial(f);
	ask(f, fd,
	    "POST /sink HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
	    "\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
	    " -28");
	close(fd);
}

static void test_client_breaks_off_its_body(void **state)
{
	struct fixture *f = *state;
	int fd;

	start(f, NULL);
	fd = dial(f);
	say(fd, "POST /sink HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n"
		"half");
	UNTIL(f, f->sunk == 4);
	close(fd);
	UNTIL(f, f->gone == 1);
	assert_int_equal(f->handled, 0);
}

static void test_paused_client_hangs_up(void **state)
{
	struct fixture *f = *state;
	int fd;

	start(f, NULL);
	f->pause = true;
	fd = dial(f);
	say(fd, "POST /sink HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n"
		"half");
	UNTIL(f, f->paused);
	close(fd);
	UNTIL(f, f->gone == 1);
	UNTIL(f, httpd_connections(f->httpd, "unix") == 0);
	assert_int_equal(f->handled, 0);
}

static void test_stream(void **state)
{
	struct fixture *f = *state;
	struct strbuf answer = STRBUF_INIT;
	size_t count = 0;
	int fd;

	start(f, NULL);
	fd = dial(f);
	say(fd, "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
	hear(f, fd, "\r\n0\r\n\r\n", &answer);
	for (char *p = strstr(answer.data, "\r\n\r\n"); *p; p++)
		count += *p == 'f';
	/* The sizes of chunks are hex numbers: they may hold an f too. */
	assert_in_range(count, 100000, 100100);
	assert_int_equal(f->closed, 1);
	strbuf_release(&answer);
	close(fd);
}

static void test_stream_that_breaks(void **state)
{
	struct fixture *f = *state;
	struct strbuf answer = STRBUF_INIT;
	int fd;

	start(f, NULL);
	fd = dial(f);
	say(fd, "GET /break HTTP/1.1\r\nHost: x\r\n\r\n");
	hear(f, fd, NULL, &answer);
	assert_non_null(strstr(answer.data, "part"));
	assert_null(strstr(answer.data, "\r\n0\r\n"));
	assert_int_equal(f->closed, 1);
	strbuf_release(&answer);
	close(fd);
}

static void test_events(void **state)
{
	struct fixture *f = *state;
	struct strbuf answer = STRBUF_INIT;
	int fd;

	start(f, NULL);
	fd = dial(f);
	say(fd, "GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
	hear(f, fd, "text/event-stream", &answer);
	assert_non_null(f->stream);
	assert_int_equal(httpd_stream_event(f->stream, "1-2", "job", "a\nb"),
			 0);
	hear(f, fd, "id: 1-2\nevent: job\ndata: a\ndata: b\n\n", &answer);
	/* A slow client does not fill the memory. */
	{
		char block[400] = "";
		int ret = 0;

		for (int i = 0; i < 3 && !ret; i++)
			ret = httpd_stream_write(f->stream, block,
						 sizeof(block));
		assert_int_equal(ret, -ENOBUFS);
	}
	close(fd);
	UNTIL(f, f->closed == 1);
	strbuf_release(&answer);
}

static void test_events_end(void **state)
{
	struct fixture *f = *state;
	struct strbuf answer = STRBUF_INIT;
	int fd;

	start(f, NULL);
	fd = dial(f);
	say(fd, "GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
	hear(f, fd, "text/event-stream", &answer);
	httpd_stream_event(f->stream, NULL, NULL, "last");
	httpd_stream_end(f->stream);
	hear(f, fd, "data: last\n\n\r\n0\r\n\r\n", &answer);
	UNTIL(f, f->closed == 1);
	ask(f, fd, get_who, "unix GET");
	strbuf_release(&answer);
	close(fd);
}

static void test_file(void **state)
{
	struct fixture *f = *state;
	int fd;

	start(f, NULL);
	fd = dial(f);
	ask(f, fd, "GET /file HTTP/1.1\r\nHost: x\r\n\r\n", "\r\n\r\nELF");
	close(fd);
}

/* An idle stream must not spin: the loop finds nothing to do. */
static void test_idle_stream_rests(void **state)
{
	struct fixture *f = *state;
	struct strbuf answer = STRBUF_INIT;
	int64_t start_ms;
	int fd;

	start(f, NULL);
	fd = dial(f);
	say(fd, "GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
	hear(f, fd, "text/event-stream", &answer);
	for (int i = 0; i < 5; i++)
		evloop_turn(f->loop, 0, NULL);
	start_ms = clock_mono_ms();
	evloop_turn(f->loop, 50, NULL);
	assert_in_range(clock_mono_ms() - start_ms, 45, 5000);
	strbuf_release(&answer);
	close(fd);
}

/* libmicrohttpd aborts when it is stopped with suspended connections. */
static void test_free_with_parked(void **state)
{
	struct fixture *f = *state;
	struct strbuf answer = STRBUF_INIT;
	int fd[3];

	start(f, NULL);
	f->pause = true;
	for (int i = 0; i < 3; i++)
		fd[i] = dial(f);
	say(fd[0], get_park);
	say(fd[1], "GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
	say(fd[2], "POST /sink HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n"
		   "\r\nhalf");
	UNTIL(f, f->parked_count && f->stream && f->paused);
	httpd_free(f->httpd);
	f->httpd = NULL;
	assert_int_equal(f->gone, 2);
	assert_int_equal(f->closed, 1);
	for (int i = 0; i < 3; i++) {
		hear(f, fd[i], NULL, &answer);
		close(fd[i]);
	}
	assert_int_equal(access(f->path, F_OK), -1);
	strbuf_release(&answer);
}

static void test_stale_and_live_socket(void **state)
{
	struct httpd_listener conf = { .ops = &ops };
	struct fixture *f = *state;
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct err err = ERR_INIT;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	/* A socket file that a killed server left. */
	strcpy(addr.sun_path, f->path);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	close(fd);
	start(f, NULL);
	conf.unix_path = f->path;
	assert_int_equal(httpd_listen(f->httpd, &conf, NULL, &err),
			 -EADDRINUSE);
	assert_non_null(strstr(err_text(&err), f->path));
	fd = dial(f);
	ask(f, fd, get_who, "unix GET");
	close(fd);
}

static void test_long_socket_path(void **state)
{
	struct httpd_listener conf = { .ops = &ops };
	struct fixture *f = *state;
	char path[200] = "/tmp/";

	start(f, NULL);
	memset(path + 5, 'x', 150);
	conf.unix_path = path;
	assert_int_equal(httpd_listen(f->httpd, &conf, NULL, NULL),
			 -ENAMETOOLONG);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_unix_peer),
		CASE(test_tcp_peer_has_no_uid),
		CASE(test_bad_paths),
		CASE(test_body),
		CASE(test_body_too_large),
		CASE(test_refused_before_the_body),
		CASE(test_park_and_reply),
		CASE(test_reply_between_turns),
		CASE(test_parked_client_hangs_up),
		CASE(test_many_parked),
		CASE(test_replies_leave_after_the_commit),
		CASE(test_what_comes_while_sending_is_committed),
		CASE(test_connections_max),
		CASE(test_per_uid_max),
		CASE(test_sink),
		CASE(test_sink_that_fails),
		CASE(test_client_breaks_off_its_body),
		CASE(test_paused_client_hangs_up),
		CASE(test_stream),
		CASE(test_stream_that_breaks),
		CASE(test_events),
		CASE(test_events_end),
		CASE(test_file),
		CASE(test_idle_stream_rests),
		CASE(test_free_with_parked),
		CASE(test_stale_and_live_socket),
		CASE(test_long_socket_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
