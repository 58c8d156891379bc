/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "common/base/fault.h"

static int teardown(void **state)
{
	(void)state;
	fault_arm(NULL);
	return 0;
}

static void test_unarmed(void **state)
{
	(void)state;
	assert_int_equal(fault_hit("a.b"), 0);
}

static void test_codes(void **state)
{
	(void)state;
	fault_arm("a.b=eio,c.d:2=enospc,e.f:*=eio");
	assert_int_equal(fault_hit("a.b"), -EIO);
	assert_int_equal(fault_hit("a.b"), 0);
	assert_int_equal(fault_hit("a.bc"), 0);
	assert_int_equal(fault_hit("c.d"), 0);
	assert_int_equal(fault_hit("c.d"), -ENOSPC);
	assert_int_equal(fault_hit("c.d"), 0);
	assert_int_equal(fault_hit("e.f"), -EIO);
	assert_int_equal(fault_hit("e.f"), -EIO);
	fault_arm(NULL);
	assert_int_equal(fault_hit("e.f"), 0);
}

/* How a child ends that visits `a.b` twice under `spec` of the environment. */
static int visit(const char *spec)
{
	int status;
	pid_t pid;

	setenv("HARRIER_FAULT", spec, 1);
	pid = fork();
	if (!pid) {
		close(STDERR_FILENO);
		fault_arm(getenv("HARRIER_FAULT"));
		fault_hit("a.b");
		_exit(fault_hit("a.b") ? 3 : 4);
	}
	waitpid(pid, &status, 0);
	unsetenv("HARRIER_FAULT");
	return status;
}

static void test_kill(void **state)
{
	int status = visit("a.b:2");

	(void)state;
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	status = visit("a.b:3=kill");
	assert_int_equal(WEXITSTATUS(status), 4);
	status = visit("a.b:2=eio");
	assert_int_equal(WEXITSTATUS(status), 3);
}

/* A misspelt fault must not make a test pass. */
static void test_bad_spec(void **state)
{
	static const char *const bad[] = { "a.b=boom", "a.b:0", "a.b:x", "=eio",
					   "a.b:1x" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(WEXITSTATUS(visit(bad[i])), 2);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_teardown(f, teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_unarmed),
		CASE(test_codes),
		CASE(test_kill),
		CASE(test_bad_spec),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
