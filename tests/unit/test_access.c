/* SPDX-License-Identifier: MIT */
/* harrier-access: its verbs, and the channel they come by. */
#include "tests/unit/test.h"

#include "common/base/err.h"
#include "common/base/fd.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "scheduler/access/channel.h"
#include "scheduler/access/verbs.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

static char dir[TEST_DIR_SIZE];

static int setup(void **state)
{
	(void)state;
	test_make_dir(dir);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	test_remove_dir(dir);
	return 0;
}

static char *in_dir(const char *name)
{
	return xasprintf("%s/%s", dir, name);
}

static void put(const char *name, const char *text)
{
	char *path = in_dir(name);

	assert_int_equal(
		fd_write_file_atomic(path, text, strlen(text), 0640, NULL), 0);
	free(path);
}

static void expect(const char *name, const char *text)
{
	struct strbuf got = STRBUF_INIT;
	char *path = in_dir(name);

	assert_int_equal(fd_read_file(path, 1 << 20, &got, NULL), 0);
	assert_string_equal(got.data, text);
	strbuf_release(&got);
	free(path);
}

static struct access_reply run(enum access_verb verb, const char *name,
			       const char *text, int64_t a, int fd)
{
	char *path = *name == '/' ? xstrdup(name) : in_dir(name);
	struct access_call c = { .path = path,
				 .text = (char *)(text ? text : ""),
				 .fd = fd };
	struct access_reply r;

	c.head.verb = verb;
	c.head.a = a;
	c.head.path_len = (uint32_t)strlen(path);
	c.head.text_len = (uint32_t)strlen(c.text);
	verbs_do(&c, &r);
	free(path);
	return r;
}

static int content(const char *text)
{
	int fd = open(dir, O_TMPFILE | O_RDWR, 0600);

	assert_true(fd >= 0);
	assert_int_equal(fd_write_full(fd, text, strlen(text)), 0);
	return fd;
}

static void test_stat_and_read(void **state)
{
	struct access_reply r;
	char buf[8] = "";
	char *fifo = in_dir("fifo");
	int fd = content("");

	(void)state;
	put("f", "hello");
	r = run(ACCESS_STAT, "f", NULL, 0, -1);
	assert_int_equal(r.result, 0);
	assert_int_equal(r.values[ACCESS_V_SIZE], 5);
	assert_int_equal(r.values[ACCESS_V_MODE], 0640);
	assert_int_equal(r.values[ACCESS_V_IS_DIR], 0);
	r = run(ACCESS_READ, "f", NULL, 0, fd);
	assert_int_equal(r.result, 0);
	assert_int_equal(pread(fd, buf, 7, 0), 5);
	assert_string_equal(buf, "hello");
	r = run(ACCESS_READ, "none", NULL, 0, fd);
	assert_int_equal(r.result, -ENOENT);
	assert_non_null(strstr(r.message, "none"));
	/* Nobody writes into it: reading must not wait for that. */
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(run(ACCESS_STAT, "fifo", NULL, 0, -1).result, -EINVAL);
	close(fd);
	free(fifo);
}

static void test_list(void **state)
{
	char *sub = in_dir("d/e"), *link = in_dir("d/link");
	int fd = content("");
	struct access_reply r;
	char buf[64];
	ssize_t n;

	(void)state;
	assert_int_equal(fd_mkdir_p(sub, 0700, NULL), 0);
	put("d/e/x", "x");
	assert_int_equal(symlink("/etc/passwd", link), 0);
	r = run(ACCESS_LIST, "d", NULL, 0, fd);
	assert_int_equal(r.result, 0);
	assert_int_equal(r.values[0], 1);
	n = pread(fd, buf, sizeof(buf), 0);
	assert_int_equal(n, 4);
	assert_memory_equal(buf, "e/x", 4);
	close(fd);
	free(sub);
	free(link);
}

static void test_stage_and_commit(void **state)
{
	int fd = content("new");
	struct stat st;
	char *path = in_dir("out");

	(void)state;
	put("out", "old");
	assert_int_equal(run(ACCESS_STAGE, "out", ".tmp", 0755, fd).result, 0);
	expect("out", "old");
	/* Redone after a crash. */
	assert_int_equal(run(ACCESS_STAGE, "out", ".tmp", 0755, fd).result, 0);
	assert_int_equal(run(ACCESS_COMMIT, "out", ".tmp", 0, -1).result, 0);
	expect("out", "new");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0755);
	assert_int_equal(run(ACCESS_STAGE, "no/out", ".t", 0644, fd).result,
			 -ENOENT);
	assert_int_equal(run(ACCESS_STAGE, "no/out", ".t", 0644 | ACCESS_MKDIR,
			     fd)
				 .result,
			 0);
	assert_int_equal(run(ACCESS_STAGE, "out", "../t", 0644, fd).result,
			 -EINVAL);
	close(fd);
	free(path);
}

static void test_append_is_written_once(void **state)
{
	struct access_reply r;

	(void)state;
	assert_int_equal(run(ACCESS_SIZE, "log", NULL, 0, -1).values[0], 0);
	r = run(ACCESS_APPEND, "log", "one\n", 0, -1);
	assert_int_equal(r.result, 0);
	assert_int_equal(r.values[0], 0);
	/* The same again: it is there already. */
	run(ACCESS_APPEND, "log", "one\n", 0, -1);
	expect("log", "one\n");
	/* A crash in the middle of the text. */
	put("log", "one\ntw");
	run(ACCESS_APPEND, "log", "two\n", 4, -1);
	expect("log", "one\ntwo\n");
	/* Somebody else wrote in between: to the end. */
	r = run(ACCESS_APPEND, "log", "three\n", 4, -1);
	assert_int_equal(r.values[0], 8);
	expect("log", "one\ntwo\nthree\n");
	/* The user cut it. */
	put("log", "");
	run(ACCESS_APPEND, "log", "four\n", 100, -1);
	expect("log", "four\n");
}

static void test_remove(void **state)
{
	(void)state;
	put("f", "x");
	assert_int_equal(run(ACCESS_REMOVE, "f", NULL, 0, -1).result, 0);
	assert_int_equal(run(ACCESS_REMOVE, "f", NULL, 0, -1).result, 0);
}

static void test_bad_requests(void **state)
{
	struct access_call c = { .path = (char *)"rel", .fd = -1 };
	struct access_reply r;

	(void)state;
	c.head.path_len = 3;
	c.head.verb = ACCESS_STAT;
	verbs_do(&c, &r);
	assert_int_equal(r.result, -EPROTO);
	assert_int_equal(run(ACCESS_VERBS, "f", NULL, 0, -1).result, -EPROTO);
	assert_int_equal(run(ACCESS_READ, "f", NULL, 0, -1).result, -EPROTO);
}

static void test_channel(void **state)
{
	struct access_request head = { .id = 7, .verb = ACCESS_APPEND, .a = 9 };
	struct access_call call;
	int pair[2], fd = content("x");

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	head.path_len = 2;
	head.text_len = 3;
	assert_int_equal(channel_send(pair[0], &head, "/a", "b\nc", fd), 0);
	assert_int_equal(channel_receive(pair[1], &call), 1);
	assert_int_equal(call.head.id, 7);
	assert_int_equal(call.head.a, 9);
	assert_string_equal(call.path, "/a");
	assert_string_equal(call.text, "b\nc");
	assert_true(call.fd >= 0 && call.fd != fd);
	channel_call_release(&call);
	head.text_len = ACCESS_TEXT_MAX + 1;
	assert_int_equal(channel_send(pair[0], &head, "/a", "", -1), -EMSGSIZE);
	assert_int_equal(send(pair[0], "garbage", 7, 0), 7);
	assert_int_equal(channel_receive(pair[1], &call), -EPROTO);
	close(pair[0]);
	assert_int_equal(channel_receive(pair[1], &call), 0);
	close(pair[1]);
	close(fd);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_stat_and_read),	  T(test_list),
		T(test_stage_and_commit), T(test_append_is_written_once),
		T(test_remove),		  T(test_bad_requests),
		T(test_channel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
