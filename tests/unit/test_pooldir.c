/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "common/svc/pooldir.h"

#include <errno.h>
#include <sys/stat.h>

static void clear_env(void)
{
	unsetenv("HARRIER_DIR");
	unsetenv("HARRIER_SOCKET");
	unsetenv("XDG_DATA_HOME");
	setenv("HOME", "/home/ann", 1);
}

static void expect_root(const char *dir, const char *root)
{
	struct pooldir pd;

	assert_int_equal(pooldir_init(&pd, dir, NULL), 0);
	assert_string_equal(pd.root, root);
	pooldir_release(&pd);
}

static void the_environment_decides(void **state)
{
	(void)state;
	clear_env();
	expect_root(NULL, "/home/ann/.local/share/harrier");
	setenv("XDG_DATA_HOME", "/data", 1);
	expect_root(NULL, "/data/harrier");
	setenv("HARRIER_DIR", "/pool/", 1);
	expect_root(NULL, "/pool");
	expect_root("/other", "/other");
	setenv("HARRIER_DIR", "", 1);
	expect_root(NULL, "/data/harrier");
}

static void paths_follow_the_root(void **state)
{
	struct pooldir pd;
	char *path;

	(void)state;
	clear_env();
	assert_int_equal(pooldir_init(&pd, "/p", NULL), 0);
	assert_string_equal(pd.db, "/p/scheduler.db");
	assert_string_equal(pd.socket, "/p/run/scheduler.sock");
	assert_string_equal(pd.port_file, "/p/run/scheduler.port");
	path = pooldir_host_socket(&pd, "big");
	assert_string_equal(path, "/p/run/big.sock");
	free(path);
	path = pooldir_pid_file(&pd, "scheduler");
	assert_string_equal(path, "/p/run/scheduler.pid");
	free(path);
	path = pooldir_token_file(&pd, "read");
	assert_string_equal(path, "/p/token.read");
	free(path);
	pooldir_release(&pd);

	setenv("HARRIER_SOCKET", "/s.sock", 1);
	assert_int_equal(pooldir_init(&pd, "/p", NULL), 0);
	assert_string_equal(pd.socket, "/s.sock");
	pooldir_release(&pd);
	clear_env();
}

/* Whatever the directory and the host, a socket's path holds. */
static void sockets_fit(void **state)
{
	char deep[300] = "/p", host[65] = "";
	struct pooldir pd;

	(void)state;
	clear_env();
	memset(host, 'h', 64);
	for (int i = 0; i < 80; i++) {
		char *path;

		strcat(deep, "/d");
		assert_int_equal(pooldir_init(&pd, deep, NULL), 0);
		assert_true(strlen(pd.socket) < 108);
		for (size_t n = 1; n <= 64; n++) {
			path = pooldir_host_socket(&pd, host + 64 - n);
			assert_true(strlen(path) < 108);
			free(path);
		}
		pooldir_release(&pd);
	}
	/* Two directories never share one. */
	{
		struct pooldir a, b;

		strcat(deep, "a");
		assert_int_equal(pooldir_init(&a, deep, NULL), 0);
		deep[strlen(deep) - 1] = 'b';
		assert_int_equal(pooldir_init(&b, deep, NULL), 0);
		assert_string_not_equal(a.run, b.run);
		pooldir_release(&a);
		pooldir_release(&b);
	}
}

static void directories_are_private(void **state)
{
	char dir[TEST_DIR_SIZE], deep[200];
	struct pooldir pd;
	struct stat st;

	(void)state;
	clear_env();
	test_make_dir(dir);
	snprintf(deep, sizeof(deep), "%s/a/pool", dir);
	assert_int_equal(pooldir_init(&pd, deep, NULL), 0);
	assert_int_equal(pooldir_make(&pd, NULL), 0);
	assert_int_equal(stat(pd.run, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	chmod(pd.run, 0755);
	assert_int_equal(pooldir_make(&pd, NULL), 0);
	assert_int_equal(stat(pd.run, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	pooldir_release(&pd);
	test_remove_dir(dir);
}

/* The short directory below /tmp must be ours, or somebody else listens. */
static void a_planted_directory_is_refused(void **state)
{
	char dir[TEST_DIR_SIZE], deep[300];
	struct err err = ERR_INIT;
	struct pooldir pd;
	size_t n;

	(void)state;
	clear_env();
	test_make_dir(dir);
	n = (size_t)snprintf(deep, sizeof(deep), "%s/", dir);
	memset(deep + n, 'x', 120);
	deep[n + 120] = '\0';
	assert_int_equal(pooldir_init(&pd, deep, NULL), 0);
	assert_memory_equal(pd.run, "/tmp/harrier-", 13);
	assert_int_equal(mkdir(pd.run, 0700), 0);
	assert_int_equal(chmod(pd.run, 0777), 0);
	{
		struct pooldir other;

		assert_int_equal(pooldir_init(&other, deep, &err), -EPERM);
		assert_non_null(strstr(err_text(&err), "not private"));
		assert_int_equal(rmdir(pd.run), 0);
		assert_int_equal(symlink(dir, pd.run), 0);
		assert_int_equal(pooldir_init(&other, deep, NULL), -ENOTDIR);
	}
	assert_int_equal(unlink(pd.run), 0);
	pooldir_release(&pd);
	test_remove_dir(dir);
}

static void host_names(void **state)
{
	char long_name[66];

	(void)state;
	memset(long_name, 'a', 65);
	long_name[65] = '\0';
	assert_int_equal(pooldir_check_host("big-1.example_x", NULL), 0);
	assert_int_equal(pooldir_check_host("", NULL), -EINVAL);
	assert_int_equal(pooldir_check_host(".x", NULL), -EINVAL);
	assert_int_equal(pooldir_check_host("scheduler", NULL), -EINVAL);
	assert_int_equal(pooldir_check_host("a/b", NULL), -EINVAL);
	assert_int_equal(pooldir_check_host(long_name, NULL), -EINVAL);
	assert_int_equal(pooldir_check_host(long_name + 1, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_environment_decides),
		cmocka_unit_test(paths_follow_the_root),
		cmocka_unit_test(sockets_fit),
		cmocka_unit_test(directories_are_private),
		cmocka_unit_test(a_planted_directory_is_refused),
		cmocka_unit_test(host_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
