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
	stats_parse("{\"event\":\"restart\",\"seconds\":0.0125}\n"
		    "{\"event\":\"checkpoint\",\"class\":\"any machine\","
		    "\"signature\":\"ab\",\"why\":[\"x\"]}\n"
		    "{\"event\":\"checkpoint\",\"class\":\"same word size\"}\n"
		    "not json\n{\"event\":3}\n{\"event\":\"che",
		    &s);
	assert_int_equal(s.resume_ms, 13);
	assert_string_equal(s.class, "same word size");
	assert_string_equal(s.signature, "ab");
	assert_string_equal(s.why, "[\"x\"]");
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
