/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "submit/logwait.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define SUBMIT(id)                                  \
	"000 (" id ".000) 2026-08-21 13:05:00 Job " \
	"submitted from host: <127.0.0.1:9618>\n...\n"
#define END(id)                                                  \
	"005 (" id ".000) 2026-08-21 13:06:00 Job terminated.\n" \
	"\t(1) Normal termination (return value 0)\n...\n"
#define ABORT(id)                                                 \
	"009 (" id ".000) 2026-08-21 13:06:00 Job was aborted.\n" \
	"\tvia hrm\n...\n"

static char path[] = "/tmp/ht-logwait.XXXXXX";

static int setup(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	close(fd);
	return fd < 0;
}

static int teardown(void **state)
{
	(void)state;
	return unlink(path);
}

static void add(const char *mode, const char *text)
{
	FILE *f = fopen(path, mode);

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static int wait_for(const char *text, int cluster, int proc, int64_t count,
		    int64_t limit_ms)
{
	struct logwait_want want = { .cluster = cluster,
				     .proc = proc,
				     .count = count,
				     .limit_ms = limit_ms };

	if (text)
		add("w", text);
	return logwait_run(path, &want, NULL);
}

static void what_is_in_the_log(void **state)
{
	(void)state;
	assert_int_equal(
		wait_for(SUBMIT("007.000") END("007.000"), 0, -1, 0, -1), 0);
	assert_int_equal(
		wait_for(SUBMIT("007.000") ABORT("007.000"), 7, -1, 0, -1), 0);
	/* One runs yet. */
	assert_int_equal(wait_for(SUBMIT("007.000") SUBMIT("007.001")
					  END("007.001"),
				  0, -1, 0, 1),
			 -ETIMEDOUT);
	assert_int_equal(wait_for(NULL, 7, 1, 0, 1), 0);
	assert_int_equal(wait_for(NULL, 7, 0, 0, 1), -ETIMEDOUT);
	assert_int_equal(wait_for(NULL, 0, -1, 1, 1), 1);
	assert_int_equal(wait_for(NULL, 0, -1, 2, 1), -ETIMEDOUT);
	/* Half an event is none. */
	assert_int_equal(wait_for(SUBMIT("007.000") "005 (007.000.000) 2026-",
				  0, -1, 0, 1),
			 -ETIMEDOUT);
	assert_int_equal(wait_for("garbage\n...\n" SUBMIT("007.000")
					  END("007.000"),
				  0, -1, 0, 1),
			 0);
}

static void what_comes_later(void **state)
{
	int status = 0;
	pid_t child;

	(void)state;
	add("w", SUBMIT("007.000"));
	child = fork();
	if (child == 0) {
		add("a", END("007.000"));
		_exit(0);
	}
	assert_int_equal(wait_for(NULL, 7, 0, 0, 60000), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_in_the_log),
		cmocka_unit_test(what_comes_later),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
