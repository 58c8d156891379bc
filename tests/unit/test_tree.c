/* SPDX-License-Identifier: MIT */
#include "startd/starter/tree.h"

#include "common/base/clock.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "tests/unit/test.h"

#define LIMIT_MS 10000

static pid_t root;

/* A root with a child and a grandchild, all asleep. */
static int setup(void **state)
{
	int fds[2];
	char ready;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	root = fork();
	if (!root) {
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		prctl(PR_SET_NAME, "the (root) of", 0, 0, 0);
		if (fork()) {
			while (wait(NULL) > 0)
				;
		} else if (!fork() && write(fds[1], "", 1) != 1) {
			_exit(1);
		}
		for (;;)
			pause();
	}
	assert_int_equal(read(fds[0], &ready, 1), 1);
	close(fds[0]);
	close(fds[1]);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tree_signal(root, SIGKILL);
	kill(root, SIGKILL);
	waitpid(root, NULL, 0);
	return 0;
}

static void test_list_and_stat(void **state)
{
	struct tree_stat st;
	size_t count;
	pid_t *pids = tree_list(root, &count);

	(void)state;
	assert_int_equal(count, 2);
	assert_int_equal(tree_stat(pids[0], &st), 0);
	assert_int_equal(st.ppid, root);
	assert_int_equal(tree_stat(pids[1], &st), 0);
	assert_int_equal(st.ppid, pids[0]);
	/* A name with blanks and parentheses. */
	assert_int_equal(tree_stat(root, &st), 0);
	assert_string_equal(st.comm, "the (root) of");
	assert_int_equal(st.ppid, getpid());
	assert_true(tree_is_below(pids[1], "the (root) of"));
	assert_false(tree_is_below(getpid(), "the (root) of"));
	assert_int_equal(tree_stat(1 << 30, &st), -ENOENT);
	free(pids);
}

static void test_stop_and_go_on(void **state)
{
	int64_t limit_ms = clock_mono_ms() + LIMIT_MS;

	(void)state;
	assert_false(tree_stopped(root));
	assert_int_equal(tree_signal(root, SIGSTOP), 2);
	while (!tree_stopped(root))
		assert_true(clock_mono_ms() < limit_ms);
	assert_int_equal(tree_signal(root, SIGCONT), 2);
	while (tree_stopped(root))
		assert_true(clock_mono_ms() < limit_ms);
}

static void test_kill(void **state)
{
	int64_t limit_ms = clock_mono_ms() + LIMIT_MS;
	size_t count = 1;

	(void)state;
	tree_signal(root, SIGKILL);
	while (count) {
		free(tree_list(root, &count));
		assert_true(clock_mono_ms() < limit_ms);
	}
	assert_int_equal(kill(root, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(test_list_and_stat),
		T(test_stop_and_go_on),
		T(test_kill),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
