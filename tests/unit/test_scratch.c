/* SPDX-License-Identifier: MIT */
#include "startd/scratch.h"
#include "startd/starter/record.h"

#include "common/base/err.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/test.h"

static char dir[TEST_DIR_SIZE];
static int dir_fd;

static int setup(void **state)
{
	(void)state;
	test_make_dir(dir);
	dir_fd = open(dir, O_RDONLY | O_DIRECTORY);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	close(dir_fd);
	test_remove_dir(dir);
	return 0;
}

static void put(const char *name, const char *text)
{
	int fd = scratch_create(dir_fd, name, 0640, NULL);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static void test_create_and_open(void **state)
{
	int64_t size = -1;
	struct stat st;
	int fd;

	(void)state;
	put("a/b/c", "one");
	put("a/b/c", "second");
	fd = scratch_open(dir_fd, "a/b/c", geteuid(), &size, NULL);
	assert_true(fd >= 0);
	assert_int_equal(size, 6);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	close(fd);
	assert_true(scratch_is_dir(dir_fd, "a/b"));
	assert_false(scratch_is_dir(dir_fd, "a/b/c"));
}

/* What a hostile job could leave in place of a file. */
static void test_nothing_leads_outside(void **state)
{
	struct err err = ERR_INIT;
	uid_t me = geteuid();

	(void)state;
	assert_int_equal(symlinkat("/etc/passwd", dir_fd, "link"), 0);
	assert_int_equal(symlinkat("/etc", dir_fd, "dir"), 0);
	assert_int_equal(mkfifoat(dir_fd, "fifo", 0600), 0);
	put("x", "x");
	assert_int_equal(linkat(dir_fd, "x", dir_fd, "hard", 0), 0);
	assert_int_equal(scratch_open(dir_fd, "link", me, NULL, NULL), -ELOOP);
	assert_true(scratch_open(dir_fd, "dir/passwd", me, NULL, NULL) < 0);
	assert_true(scratch_open(dir_fd, "../etc", me, NULL, NULL) < 0);
	assert_true(scratch_open(dir_fd, "/etc/passwd", me, NULL, NULL) < 0);
	assert_int_equal(scratch_open(dir_fd, "fifo", me, NULL, NULL), -EPERM);
	assert_int_equal(scratch_open(dir_fd, "hard", me, NULL, &err), -EPERM);
	assert_non_null(strstr(err.text, "'hard'"));
	assert_int_equal(scratch_open(dir_fd, ".", me, NULL, NULL), -EPERM);
	assert_true(scratch_create(dir_fd, "dir/new", 0600, NULL) < 0);
	assert_true(scratch_create(dir_fd, "../new", 0600, NULL) < 0);
	assert_false(scratch_is_dir(dir_fd, "dir"));
	/* Writing replaces a link, and does not follow it. */
	put("link", "mine");
	assert_true(access("/etc/passwd", R_OK) == 0);
	assert_true(scratch_open(dir_fd, "link", me, NULL, NULL) >= 0);
}

static void test_scan(void **state)
{
	struct scratch_list top, all;

	(void)state;
	put("b", "1");
	put("a", "2");
	put("d/e/f", "3");
	assert_int_equal(symlinkat("/etc", dir_fd, "link"), 0);
	assert_int_equal(scratch_scan(dir_fd, "", false, geteuid(), &top, NULL),
			 0);
	assert_int_equal(top.count, 2);
	assert_string_equal(top.files[0].name, "a");
	assert_int_equal(scratch_scan(dir_fd, "", true, geteuid(), &all, NULL),
			 0);
	assert_int_equal(all.count, 3);
	assert_string_equal(all.files[2].name, "d/e/f");
	scratch_list_release(&top);
	assert_int_equal(scratch_scan(dir_fd, "d", true, geteuid(), &top, NULL),
			 0);
	assert_int_equal(top.count, 1);
	assert_string_equal(top.files[0].name, "d/e/f");
	scratch_list_release(&top);
	scratch_list_release(&all);
	/* Another user's files are not there. */
	assert_int_equal(
		scratch_scan(dir_fd, "", true, geteuid() + 1, &all, NULL), 0);
	assert_int_equal(all.count, 0);
	assert_int_equal(scratch_scan(dir_fd, "link", true, geteuid(), &all,
				      NULL),
			 -ELOOP);
}

static void test_changes_survive_a_restart(void **state)
{
	struct scratch_list base, loaded, now;
	struct record rec = RECORD_INIT;
	char path[64];

	(void)state;
	put("same", "s");
	put("touched", "t");
	put("with blanks\n", "w");
	scratch_scan(dir_fd, "", true, geteuid(), &base, NULL);
	snprintf(path, sizeof(path), "%s/base", dir);
	record_add(&rec, "other", "line");
	scratch_put(&base, &rec);
	assert_int_equal(record_store(&rec, path, NULL), 0);
	record_release(&rec);
	assert_int_equal(scratch_load(&loaded, path, NULL), 0);
	put("touched", "T");
	put("new", "n");
	scratch_scan(dir_fd, "", true, geteuid(), &now, NULL);
	assert_true(scratch_unchanged(&loaded, scratch_find(&now, "same")));
	assert_true(scratch_unchanged(&loaded,
				      scratch_find(&now, "with blanks\n")));
	assert_false(scratch_unchanged(&loaded, scratch_find(&now, "touched")));
	assert_false(scratch_unchanged(&loaded, scratch_find(&now, "new")));
	assert_null(scratch_find(&now, "none"));
	scratch_list_release(&base);
	scratch_list_release(&loaded);
	scratch_list_release(&now);
	assert_true(scratch_used_kb(dir_fd) >= 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(test_create_and_open),
		T(test_nothing_leads_outside),
		T(test_scan),
		T(test_changes_survive_a_restart),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
