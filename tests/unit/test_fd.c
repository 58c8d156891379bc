/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "common/base/fault.h"
#include "common/base/fd.h"

struct fixture {
	char dir[TEST_DIR_SIZE];
	char path[64];
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	test_make_dir(f->dir);
	snprintf(f->path, sizeof(f->path), "%s/file", f->dir);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	fault_arm(NULL);
	test_remove_dir(f->dir);
	free(f);
	return 0;
}

static void assert_content(const char *path, const char *want)
{
	struct strbuf text = STRBUF_INIT;

	assert_int_equal(fd_read_file(path, 1000, &text, NULL), 0);
	assert_string_equal(text.data, want);
	strbuf_release(&text);
}

static int files_in(const char *dir)
{
	char command[64];
	FILE *out;
	int count = -1;

	snprintf(command, sizeof(command), "ls -A '%s' | wc -l", dir);
	out = popen(command, "r");
	assert_int_equal(fscanf(out, "%d", &count), 1);
	pclose(out);
	return count;
}

static void test_write_atomic(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	assert_int_equal(fd_write_file_atomic(f->path, "old", 3, 0640, NULL),
			 0);
	assert_content(f->path, "old");
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	assert_int_equal(fd_write_file_atomic(f->path, "newer", 5, 0640, NULL),
			 0);
	assert_content(f->path, "newer");
	assert_int_equal(files_in(f->dir), 1);
}

/* At each point, each failure: the old bytes or the new, nothing left over. */
static void test_write_fails(void **state)
{
	static const char *const faults[] = { "fd.write=enospc", "fd.sync=eio",
					      "fd.rename=eio" };
	struct fixture *f = *state;
	struct err err = ERR_INIT;

	fd_write_file_atomic(f->path, "old", 3, 0600, NULL);
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		fault_arm(faults[i]);
		assert_true(fd_write_file_atomic(f->path, "new", 3, 0600,
						 &err) < 0);
		assert_non_null(strstr(err_text(&err), f->path));
		assert_content(f->path, "old");
		assert_int_equal(files_in(f->dir), 1);
	}
	fault_arm("fd.dirsync=eio");
	assert_int_equal(fd_write_file_atomic(f->path, "new", 3, 0600, NULL),
			 -EIO);
	assert_content(f->path, "new");
}

static void test_killed_while_writing(void **state)
{
	static const char *const faults[] = { "fd.write", "fd.sync",
					      "fd.rename", "fd.dirsync" };
	struct fixture *f = *state;

	fd_write_file_atomic(f->path, "old", 3, 0600, NULL);
	for (int i = 0; i < 4; i++) {
		int status;
		pid_t pid = fork();

		if (!pid) {
			fault_arm(faults[i]);
			fd_write_file_atomic(f->path, "new", 3, 0600, NULL);
			_exit(0);
		}
		waitpid(pid, &status, 0);
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
		assert_content(f->path, i < 3 ? "old" : "new");
	}
}

static void test_read_limit(void **state)
{
	struct fixture *f = *state;
	struct strbuf text = STRBUF_INIT;
	struct err err = ERR_INIT;

	fd_write_file_atomic(f->path, "12345", 5, 0600, NULL);
	strbuf_addstr(&text, "before ");
	assert_int_equal(fd_read_file(f->path, 4, &text, &err), -EFBIG);
	assert_string_equal(text.data, "before ");
	assert_int_equal(fd_read_file(f->path, 5, &text, NULL), 0);
	assert_string_equal(text.data, "before 12345");
	assert_int_equal(fd_read_file("/nonexistent", 5, &text, NULL), -ENOENT);
	assert_int_equal(fd_read_file(f->dir, 5, &text, NULL), -EISDIR);
	strbuf_release(&text);
}

static void test_pipe(void **state)
{
	char buf[10];
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(fd_write_full(fds[1], "abc", 3), 0);
	fd_close(&fds[1]);
	assert_int_equal(fds[1], -1);
	assert_int_equal(fd_read_full(fds[0], buf, sizeof(buf)), 3);
	assert_int_equal(fd_set_nonblock(fds[0], true), 0);
	assert_true(fcntl(fds[0], F_GETFL) & O_NONBLOCK);
	assert_int_equal(fd_set_cloexec(fds[0], true), 0);
	assert_int_equal(fcntl(fds[0], F_GETFD), FD_CLOEXEC);
	fd_close(&fds[0]);
	assert_int_equal(fd_read_full(-1, buf, 1), -EBADF);
}

static void test_mkdir_p(void **state)
{
	struct fixture *f = *state;
	char path[100];
	struct err err = ERR_INIT;

	snprintf(path, sizeof(path), "%s/a//b/c/", f->dir);
	assert_int_equal(fd_mkdir_p(path, 0700, NULL), 0);
	assert_int_equal(fd_mkdir_p(path, 0700, NULL), 0);
	fd_write_file_atomic(f->path, "", 0, 0600, NULL);
	assert_int_equal(fd_mkdir_p(f->path, 0700, &err), -ENOTDIR);
	snprintf(path, sizeof(path), "%s/x", f->path);
	assert_true(fd_mkdir_p(path, 0700, NULL) < 0);
}

static void test_rm_tree(void **state)
{
	struct fixture *f = *state;
	char path[100], keep[100], link[100];
	int dirfd = open(f->dir, O_RDONLY | O_DIRECTORY);

	snprintf(keep, sizeof(keep), "%s/keep", f->dir);
	snprintf(path, sizeof(path), "%s/tree/a/b", f->dir);
	assert_int_equal(fd_mkdir_p(keep, 0700, NULL), 0);
	assert_int_equal(fd_mkdir_p(path, 0700, NULL), 0);
	snprintf(link, sizeof(link), "%s/tree/link", f->dir);
	assert_int_equal(symlink(keep, link), 0);
	snprintf(link, sizeof(link), "%s/keep/file", f->dir);
	fd_write_file_atomic(link, "x", 1, 0600, NULL);
	/* A job took its own rights away. */
	assert_int_equal(chmod(path, 0), 0);
	snprintf(path, sizeof(path), "%s/tree/a", f->dir);
	assert_int_equal(chmod(path, 0), 0);
	assert_int_equal(fd_rm_tree(dirfd, "tree", NULL), 0);
	assert_int_equal(access(path, F_OK), -1);
	/* The link went, not what it led to. */
	assert_int_equal(access(link, F_OK), 0);
	assert_int_equal(fd_rm_tree(dirfd, "tree", NULL), 0);
	close(dirfd);
}

static void test_exe_dir(void **state)
{
	struct strbuf dir = STRBUF_INIT;

	(void)state;
	assert_int_equal(fd_exe_dir(&dir, NULL), 0);
	strbuf_addstr(&dir, "/test_fd");
	assert_int_equal(access(dir.data, X_OK), 0);
	strbuf_release(&dir);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_write_atomic),
		CASE(test_write_fails),
		CASE(test_killed_while_writing),
		CASE(test_read_limit),
		CASE(test_pipe),
		CASE(test_mkdir_p),
		CASE(test_rm_tree),
		CASE(test_exe_dir),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
