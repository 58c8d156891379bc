/* SPDX-License-Identifier: MIT */
#include "startd/starter/record.h"

#include "common/base/err.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "tests/unit/test.h"

static char dir[TEST_DIR_SIZE], path[64];

static int setup(void **state)
{
	(void)state;
	test_make_dir(dir);
	snprintf(path, sizeof(path), "%s/r", dir);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	test_remove_dir(dir);
	return 0;
}

static void put(const char *text, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_int_equal(write(fd, text, len), (ssize_t)len);
	close(fd);
}

static void test_round_trip(void **state)
{
	struct record a = RECORD_INIT, b = RECORD_INIT;
	char **all;

	(void)state;
	record_add(&a, "arg", "");
	record_add(&a, "arg", " two\nlines \\n and \\ ");
	record_add_int(&a, "n", INT64_MIN);
	assert_int_equal(record_store(&a, path, NULL), 0);
	assert_int_equal(record_load(&b, path, NULL), 0);
	all = record_all(&b, "arg");
	assert_string_equal(all[0], "");
	assert_string_equal(all[1], " two\nlines \\n and \\ ");
	assert_null(all[2]);
	assert_true(record_int(&b, "n", 0) == INT64_MIN);
	assert_int_equal(record_int(&b, "arg", 5), 5);
	assert_int_equal(record_int(&b, "none", 6), 6);
	assert_null(record_get(&b, "none"));
	free(all);
	record_release(&a);
	record_release(&b);
}

/* Cut anywhere, a record is damaged, not shorter. */
static void test_each_cut_is_found(void **state)
{
	struct record a = RECORD_INIT, b = RECORD_INIT;
	char text[256];
	ssize_t len, i;
	int fd;

	(void)state;
	record_add(&a, "how", "exited");
	record_add(&a, "message", "x\ny\\");
	assert_int_equal(record_store(&a, path, NULL), 0);
	fd = open(path, O_RDONLY);
	len = read(fd, text, sizeof(text));
	close(fd);
	for (i = 0; i < len; i++) {
		put(text, (size_t)i);
		assert_int_equal(record_load(&b, path, NULL), -EBADMSG);
		assert_int_equal(b.count, 0);
	}
	record_release(&a);
}

static void test_bad_text(void **state)
{
	static const char *const bad[] = {
		"harrier-record 2\n.\n",
		"harrier-record 1\nkey\n.\n",
		"harrier-record 1\n value\n.\n",
		"harrier-record 1\nk a\\b\n.\n",
		"harrier-record 1\nk a\\\n.\n",
		"harrier-record 1\n.\nmore\n",
	};
	struct record rec = RECORD_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		put(bad[i], strlen(bad[i]));
		assert_int_equal(record_load(&rec, path, NULL), -EBADMSG);
	}
	put("harrier-record 1\nk \0\n.\n", 23);
	assert_int_equal(record_load(&rec, path, NULL), -EBADMSG);
	unlink(path);
	assert_int_equal(record_load(&rec, path, NULL), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_round_trip, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_each_cut_is_found, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_bad_text, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
