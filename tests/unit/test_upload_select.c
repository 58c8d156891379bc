/* SPDX-License-Identifier: MIT */
#include "startd/upload.h"

#include "common/ad/ad.h"
#include "common/base/err.h"
#include "common/job/wire.h"
#include "startd/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "tests/unit/test.h"

static char dir[TEST_DIR_SIZE];
static int dir_fd;
static struct scratch_list base;
static struct wire_start start;
static struct upload_set set;

static void put(const char *name, const char *text)
{
	int fd = scratch_create(dir_fd, name, 0644, NULL);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

/* An input, then what a job leaves. */
static int setup(void **state)
{
	(void)state;
	test_make_dir(dir);
	dir_fd = open(dir, O_RDONLY | O_DIRECTORY);
	put("in", "input");
	put("in2", "input");
	assert_int_equal(scratch_scan(dir_fd, "", true, geteuid(), &base, NULL),
			 0);
	put("in2", "changed");
	put("out", "o");
	put("sub/out", "o");
	put("_harrier_stdout", "");
	put("_harrier_note", "");
	put("_harrier/image", "i");
	put("_harrier/image.tmp", "i");
	put("_harrier/stats", "s");
	start = (struct wire_start){ 0 };
	start.stdout_name = (char *)(uintptr_t) "_harrier_stdout";
	start.stderr_name = (char *)(uintptr_t) "_harrier_stderr";
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	upload_set_release(&set);
	scratch_list_release(&base);
	close(dir_fd);
	test_remove_dir(dir);
	return 0;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void check_set(const char *want)
{
	char got[512] = "";
	size_t i;

	qsort(set.names, set.count, sizeof(set.names[0]), by_text);
	for (i = 0; i < set.count; i++) {
		strcat(got, set.names[i]);
		strcat(got, " ");
	}
	assert_string_equal(got, want);
}

static int checkpoint(struct err *err)
{
	return upload_select_checkpoint(dir_fd, &base, &start, &set, err);
}

/* A program that hcc built: all that is new, and the image. */
static void test_checkpoint(void **state)
{
	(void)state;
	start.checkpoints = true;
	assert_int_equal(checkpoint(NULL), 0);
	check_set("_harrier/image _harrier_note _harrier_stdout in2 out "
		  "sub/out ");
}

/* Another: what it names, else its outputs, else all that is new. */
static void test_own_checkpoint(void **state)
{
	char *names[] = { "out", NULL };
	struct ad *ad = ad_new();

	(void)state;
	start.outputs = names;
	assert_int_equal(checkpoint(NULL), 0);
	check_set("_harrier_stdout out ");
	upload_set_release(&set);
	start.ad = ad;
	ad_set_string(ad, "TransferCheckpoint", " sub/ , in2");
	assert_int_equal(checkpoint(NULL), 0);
	check_set("_harrier_stdout in2 sub/out ");
	assert_int_equal(upload_set_bytes(dir_fd, &start, &set), 8);
	upload_set_release(&set);
	start.outputs = NULL;
	start.ad = NULL;
	assert_int_equal(checkpoint(NULL), 0);
	check_set("_harrier/image _harrier_note _harrier_stdout in2 out "
		  "sub/out ");
	ad_free(ad);
}

static void test_empty_checkpoint(void **state)
{
	struct err err = ERR_INIT;
	struct ad *ad = ad_new();

	(void)state;
	start.ad = ad;
	ad_set_string(ad, "TransferCheckpoint", "gone");
	assert_int_equal(checkpoint(&err), -ENOENT);
	assert_non_null(strstr(err.text, "'gone'"));
	err_clear(&err);
	ad_set_string(ad, "TransferCheckpoint", "_harrier_stdout");
	assert_int_equal(checkpoint(&err), -ENODATA);
	assert_string_equal(err.text, "it has no file");
	err_clear(&err);
	put("null", "");
	ad_set_string(ad, "TransferCheckpoint", "null");
	assert_int_equal(checkpoint(&err), -ENODATA);
	assert_string_equal(err.text, "its files are empty");
	ad_free(ad);
}

/* A missing output does not spoil what an evicted job leaves. */
static void test_evicted(void **state)
{
	char *names[] = { "none", "out", NULL };

	(void)state;
	start.outputs = names;
	assert_int_equal(
		upload_select_evicted(dir_fd, &base, &start, &set, NULL), 0);
	check_set("_harrier_stdout out ");
}

static void test_new_and_modified(void **state)
{
	(void)state;
	assert_int_equal(
		upload_select_outputs(dir_fd, &base, &start, &set, NULL), 0);
	check_set("_harrier_stdout in2 out ");
}

static void test_named(void **state)
{
	char *names[] = { "sub", "in", NULL };

	(void)state;
	start.outputs = names;
	assert_int_equal(
		upload_select_outputs(dir_fd, &base, &start, &set, NULL), 0);
	check_set("_harrier_stdout in sub/out ");
}

static void test_missing_and_links(void **state)
{
	char *names[] = { "none", "link", "out", NULL };
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(symlinkat("/etc/passwd", dir_fd, "link"), 0);
	start.outputs = names;
	assert_int_equal(upload_select_outputs(dir_fd, &base, &start, &set,
					       &err),
			 -ENOENT);
	assert_non_null(strstr(err.text, "'none'"));
	/* The rest goes all the same. */
	check_set("_harrier_stdout out ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(test_checkpoint),	   T(test_own_checkpoint),
		T(test_empty_checkpoint),  T(test_evicted),
		T(test_new_and_modified),  T(test_named),
		T(test_missing_and_links),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
