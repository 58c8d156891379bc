/* SPDX-License-Identifier: MIT */
#include "startd/remote.h"

#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/svc/httpu.h"

#include <errno.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "tests/unit/test.h"

static char dir[TEST_DIR_SIZE], url[80];
static struct remote rm;
static atomic_bool cancel;
static int listener;

/* Answers one call with the status line of `arg`. */
static void *answer(void *arg)
{
	static const char body[] = "{\"error\":{\"code\":\"x\","
				   "\"message\":\"because\"}}";
	char buf[4096], reply[512];
	int fd = accept(listener, NULL, NULL);
	ssize_t n = read(fd, buf, sizeof(buf));

	n = snprintf(reply, sizeof(reply),
		     "HTTP/1.1 %s\r\nContent-Length: %zu\r\n"
		     "Connection: close\r\n\r\n%s",
		     (const char *)arg, sizeof(body) - 1, body);
	n = write(fd, reply, (size_t)n);
	close(fd);
	return NULL;
}

static int setup(void **state)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	(void)state;
	test_make_dir(dir);
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/s", dir);
	snprintf(url, sizeof(url), "unix:%s/s", dir);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&addr, sizeof(addr)),
			 0);
	assert_int_equal(listen(listener, 8), 0);
	atomic_store(&cancel, false);
	assert_int_equal(remote_init(&rm, url, NULL, &cancel, NULL), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	remote_release(&rm);
	close(listener);
	test_remove_dir(dir);
	return 0;
}

static int call(const char *status, struct err *err)
{
	struct httpu_request req = HTTPU_REQUEST_INIT;
	pthread_t thread;
	int r;

	assert_int_equal(pthread_create(&thread, NULL, answer,
					(void *)(uintptr_t)status),
			 0);
	req.path = "/x";
	r = remote_try(&rm, &req, NULL, err);
	pthread_join(thread, NULL);
	return r;
}

static void test_words_of_the_scheduler(void **state)
{
	static const struct {
		const char *status;
		int want;
	} rows[] = {
		{ "200 OK", 0 },
		{ "201 Created", 0 },
		{ "400 Bad", -EPROTO },
		{ "403 Forbidden", -EPROTO },
		{ "404 None", -ENOENT },
		{ "409 Conflict", -ESTALE },
		{ "410 Gone", -EIDRM },
		{ "422 Bad", -EBADMSG },
		{ "429 Many", -EAGAIN },
		{ "500 Internal", -EAGAIN },
		{ "503 Starting", -EAGAIN },
		{ "507 Full", -EAGAIN },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err err = ERR_INIT;

		assert_int_equal(call(rows[i].status, &err), rows[i].want);
		if (rows[i].want)
			assert_string_equal(err.text,
					    "the scheduler says: because");
	}
}

static void test_nobody_listens(void **state)
{
	struct httpu_request req = HTTPU_REQUEST_INIT;
	char path[64];

	(void)state;
	req.path = "/x";
	snprintf(path, sizeof(path), "%s/s", dir);
	unlink(path);
	assert_int_equal(remote_try(&rm, &req, NULL, NULL), -EAGAIN);
}

static void test_backoff_grows_and_can_be_cancelled(void **state)
{
	int64_t from_ms = clock_mono_ms();

	(void)state;
	assert_int_equal(remote_backoff(&rm), 0);
	assert_true(clock_mono_ms() - from_ms >= 40);
	assert_int_equal(rm.backoff_ms, 200);
	remote_reset(&rm);
	assert_int_equal(rm.backoff_ms, 100);
	rm.backoff_ms = 8000;
	atomic_store(&cancel, true);
	from_ms = clock_mono_ms();
	assert_int_equal(remote_backoff(&rm), -ECANCELED);
	assert_true(clock_mono_ms() - from_ms < 3000);
	assert_int_equal(rm.backoff_ms, 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(test_words_of_the_scheduler),
		T(test_nobody_listens),
		T(test_backoff_grows_and_can_be_cancelled),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
