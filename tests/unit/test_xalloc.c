/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include <signal.h>
#include <sys/wait.h>

#include "common/base/xalloc.h"

static void test_copies(void **state)
{
	char *s;

	(void)state;
	assert_null(xstrdup(NULL));
	s = xstrdup("text");
	assert_string_equal(s, "text");
	free(s);
	s = xstrndup("text", 2);
	assert_string_equal(s, "te");
	free(s);
	s = xasprintf("%d-%s", 7, "x");
	assert_string_equal(s, "7-x");
	free(s);
	s = xmemdup("ab", 3);
	assert_memory_equal(s, "ab", 3);
	free(s);
}

/* A size of zero still gives a pointer of its own. */
static void test_zero(void **state)
{
	void *p = xmalloc(0), *q = xcalloc(0, 8), *r = xmemdup(NULL, 0);

	(void)state;
	assert_non_null(p);
	assert_non_null(q);
	assert_non_null(r);
	p = xrealloc(p, 0);
	assert_non_null(p);
	free(p);
	free(q);
	free(r);
}

static void test_overflow_ends_the_process(void **state)
{
	volatile size_t count = SIZE_MAX / 2;
	int status;
	pid_t pid;

	(void)state;
	pid = fork();
	if (!pid) {
		fclose(stderr);
		close(STDERR_FILENO);
		free(xreallocarray(NULL, count, 4));
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_zero),
		cmocka_unit_test(test_overflow_ends_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
