/* SPDX-License-Identifier: MIT */
#include "startd/stats.h"

#include "startd/scratch.h"

#include <fcntl.h>
#include <unistd.h>

#include "tests/unit/test.h"

static void test_lines(void **state)
{
	struct stats s;

	(void)state;
	stats_parse("", &s);
	assert_int_equal(s.resume_ms, -1);
	assert_string_equal(s.class, "same layout");
	assert_string_equal(s.why, "[]");
	stats_release(&s);
	stats_parse("{\"event\":\"restart\",\"seconds\":{\"read\":0.01,"
		    "\"total\":0.0125}}\n"
		    "{\"event\":\"checkpoint\",\"ok\":true,"
		    "\"class\":\"same word size\",\"reasons\":[{\"text\":\"a\","
		    "\"file\":\"p.c\",\"line\":3},{\"text\":\"b\","
		    "\"file\":\"\"}]}\n"
		    "{\"event\":\"checkpoint\",\"ok\":false,"
		    "\"class\":\"any machine\",\"reasons\":[]}\n"
		    "not json\n{\"event\":3}\n{\"event\":\"che",
		    &s);
	assert_int_equal(s.resume_ms, 13);
	assert_string_equal(s.class, "same word size");
	assert_string_equal(s.why, "[\"p.c:3: a\",\"b\"]");
	stats_release(&s);
}

static void test_files(void **state)
{
	char dir[TEST_DIR_SIZE];
	struct stats s;
	int fd, dir_fd;

	(void)state;
	test_make_dir(dir);
	dir_fd = open(dir, O_RDONLY | O_DIRECTORY);
	stats_read(dir_fd, &s);
	assert_int_equal(s.image_bytes, -1);
	stats_release(&s);
	/* What is no image keeps what the program said, or the default. */
	fd = scratch_create(dir_fd, SCRATCH_IMAGE, 0600, NULL);
	assert_int_equal(write(fd, "junk", 4), 4);
	close(fd);
	stats_read(dir_fd, &s);
	assert_int_equal(s.image_bytes, 4);
	assert_string_equal(s.class, "same layout");
	stats_release(&s);
	close(dir_fd);
	test_remove_dir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
