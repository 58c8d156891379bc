/* SPDX-License-Identifier: MIT */
#include "startd/cache.h"

#include "common/base/err.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/test.h"

/* Of "abc", from FIPS 180-4's example. */
#define ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static char dir[TEST_DIR_SIZE], path[64];
static struct cache cache;
static int out;

static int setup(void **state)
{
	(void)state;
	test_make_dir(dir);
	snprintf(path, sizeof(path), "%s/cache", dir);
	assert_int_equal(cache_init(&cache, path, 1000, NULL), 0);
	snprintf(path, sizeof(path), "%s/out", dir);
	out = open(path, O_RDWR | O_CREAT, 0600);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	close(out);
	cache_release(&cache);
	test_remove_dir(dir);
	return 0;
}

static void put(const char *name, const void *data, size_t len)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_int_equal(write(fd, data, len), (ssize_t)len);
	close(fd);
}

static int bring(const char *sha256, const void *data, size_t len)
{
	char *part = cache_part(&cache, sha256, "n1");
	int r;

	put(part, data, len);
	r = cache_adopt(&cache, sha256, part, NULL);
	if (r)
		assert_int_equal(access(part, F_OK), -1);
	free(part);
	return r;
}

static void test_copy(void **state)
{
	char text[4] = "";

	(void)state;
	assert_int_equal(cache_copy(&cache, ABC, out, NULL), -ENOENT);
	assert_int_equal(bring(ABC, "abd", 3), -EBADMSG);
	assert_int_equal(cache_copy(&cache, ABC, out, NULL), -ENOENT);
	assert_int_equal(bring(ABC, "abc", 3), 0);
	assert_int_equal(cache_copy(&cache, ABC, out, NULL), 0);
	assert_int_equal(pread(out, text, 3, 0), 3);
	assert_string_equal(text, "abc");
}

static void test_damage_is_a_miss(void **state)
{
	char file[160];
	struct stat st;

	(void)state;
	assert_int_equal(bring(ABC, "abc", 3), 0);
	snprintf(file, sizeof(file), "%s/cache/" ABC, dir);
	put(file, "abX", 3);
	assert_int_equal(cache_copy(&cache, ABC, out, NULL), -ENOENT);
	/* Nothing wrong was left in the copy, and the file is gone. */
	assert_int_equal(fstat(out, &st), 0);
	assert_int_equal(st.st_size, 0);
	assert_int_equal(access(file, F_OK), -1);
}

static void test_oldest_goes(void **state)
{
	char data[600], hex[3][CACHE_HEX_SIZE], file[400];
	int i, fd;

	(void)state;
	for (i = 0; i < 3; i++) {
		memset(data, 'a' + i, sizeof(data));
		snprintf(file, sizeof(file), "%s/tmp", dir);
		put(file, data, sizeof(data));
		fd = open(file, O_RDONLY);
		assert_int_equal(cache_hash_fd(fd, hex[i], NULL), 0);
		close(fd);
		assert_int_equal(bring(hex[i], data, sizeof(data)), 0);
	}
	for (i = 0; i < 3; i++) {
		snprintf(file, sizeof(file), "%s/cache/%s", dir, hex[i]);
		assert_int_equal(access(file, F_OK), i == 2 ? 0 : -1);
	}
}

static void test_parts_of_an_earlier_run_go(void **state)
{
	char *part = cache_part(&cache, ABC, "n0");
	char where[64];

	(void)state;
	put(part, "a", 1);
	cache_release(&cache);
	snprintf(where, sizeof(where), "%s/cache", dir);
	assert_int_equal(cache_init(&cache, where, 1000, NULL), 0);
	assert_int_equal(access(part, F_OK), -1);
	free(part);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(test_copy),
		T(test_damage_is_a_miss),
		T(test_oldest_goes),
		T(test_parts_of_an_earlier_run_go),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
