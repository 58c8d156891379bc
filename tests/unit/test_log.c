/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>

#include "common/base/log.h"

/* Runs one log call with stderr in a file and gives what it wrote. */
static void capture(enum log_level level, const char *text, char *out,
		    size_t size)
{
	FILE *file = tmpfile();
	int saved = dup(STDERR_FILENO);
	ssize_t n;

	assert_non_null(file);
	dup2(fileno(file), STDERR_FILENO);
	log_write(level, "%s", text);
	dup2(saved, STDERR_FILENO);
	close(saved);
	n = pread(fileno(file), out, size - 1, 0);
	out[n > 0 ? n : 0] = '\0';
	fclose(file);
}

static void test_line(void **state)
{
	char out[4096], want[64];

	(void)state;
	log_set_level(LOG_LEVEL_INFO);
	errno = EBADF;
	capture(LOG_LEVEL_WARN, "slow disk ms=12", out, sizeof(out));
	snprintf(want, sizeof(want), "Z warn test_log[%d]: slow disk ms=12\n",
		 (int)getpid());
	assert_string_equal(out + 23, want);
	assert_int_equal(out[10], 'T');
}

static void test_level(void **state)
{
	enum log_level level = LOG_LEVEL_ERROR;
	char out[4096];

	(void)state;
	assert_int_equal(log_parse_level("warn", &level), 0);
	assert_int_equal(level, LOG_LEVEL_WARN);
	assert_int_equal(log_parse_level("loud", &level), -EINVAL);
	assert_int_equal(level, LOG_LEVEL_WARN);
	log_set_level(level);
	capture(LOG_LEVEL_INFO, "dropped", out, sizeof(out));
	assert_string_equal(out, "");
	capture(LOG_LEVEL_ERROR, "kept", out, sizeof(out));
	assert_non_null(strstr(out, "error test_log"));
}

/* Text from outside cannot make a second line. */
static void test_one_line(void **state)
{
	char out[4096];

	(void)state;
	log_set_level(LOG_LEVEL_INFO);
	capture(LOG_LEVEL_INFO, "a\nb\x1b[1m", out, sizeof(out));
	assert_non_null(strstr(out, ": a\\x0ab\\x1b[1m\n"));
	assert_ptr_equal(strchr(out, '\n'), out + strlen(out) - 1);
}

static void test_long_line(void **state)
{
	char text[8000], out[8000];

	(void)state;
	memset(text, '\n', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	capture(LOG_LEVEL_ERROR, text, out, sizeof(out));
	assert_true(strlen(out) < 2100);
	assert_int_equal(out[strlen(out) - 1], '\n');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_level),
		cmocka_unit_test(test_one_line),
		cmocka_unit_test(test_long_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
