/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/svc/daemon.h"

struct fixture {
	char dir[TEST_DIR_SIZE];
	char pidfile[48];
	char log[48];
	char self[256];
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	ssize_t n;

	log_set_level(LOG_LEVEL_ERROR);
	test_make_dir(f->dir);
	snprintf(f->pidfile, sizeof(f->pidfile), "%s/pid", f->dir);
	snprintf(f->log, sizeof(f->log), "%s/log", f->dir);
	n = readlink("/proc/self/exe", f->self, sizeof(f->self) - 1);
	assert_true(n > 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	test_remove_dir(f->dir);
	free(f);
	return 0;
}

/* ---- what this program does when it plays the server ---- */

static int play_server(const char *how, const char *pidfile)
{
	struct err err = ERR_INIT;
	sigset_t set;
	int fd, signo;

	if (daemon_init(&err))
		return 1;
	if (!strcmp(how, "fail")) {
		fprintf(stderr, "cannot open 'x': no such file\n");
		return 3;
	}
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (daemon_pidfile_lock(pidfile, &fd, &err)) {
		fprintf(stderr, "%s\n", err_text(&err));
		return 2;
	}
	if (strcmp(how, "silent"))
		daemon_ready();
	if (!strcmp(how, "stubborn"))
		for (;;)
			pause();
	sigwait(&set, &signo);
	daemon_pidfile_unlock(fd);
	return 0;
}

static int spawn(struct fixture *f, const char *how, int64_t timeout_ms,
		 pid_t *ret_pid, struct err *err)
{
	const char *argv[] = { f->self, how, f->pidfile, NULL };

	return daemon_spawn(argv, f->log, timeout_ms, ret_pid, err);
}

/* ---- tests ---- */

static void test_spawn_and_stop(void **state)
{
	struct fixture *f = *state;
	pid_t pid = 0, found = 0;
	int status;

	assert_int_equal(spawn(f, "serve", 10000, &pid, NULL), 0);
	assert_int_equal(daemon_pidfile_read(f->pidfile, &found, NULL), 0);
	assert_int_equal(found, pid);
	assert_int_equal(getsid(pid), pid);
	assert_int_equal(daemon_stop(f->pidfile, 10000, NULL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_int_equal(daemon_pidfile_read(f->pidfile, &found, NULL), -ESRCH);
	/* Stopping what does not run is fine. */
	assert_int_equal(daemon_stop(f->pidfile, 10000, NULL), 0);
}

static void test_second_is_refused(void **state)
{
	struct fixture *f = *state;
	struct err err = ERR_INIT;
	pid_t pid = 0, second = 0;
	char want[64];

	assert_int_equal(spawn(f, "serve", 10000, &pid, NULL), 0);
	assert_int_equal(spawn(f, "serve", 10000, &second, &err), -ECHILD);
	snprintf(want, sizeof(want), "another one runs with pid %d", (int)pid);
	assert_non_null(strstr(err_text(&err), want));
	assert_int_equal(daemon_stop(f->pidfile, 10000, NULL), 0);
	waitpid(pid, NULL, 0);
}

static void test_fails_at_its_start(void **state)
{
	struct fixture *f = *state;
	struct err err = ERR_INIT;
	pid_t pid = 0;

	assert_int_equal(spawn(f, "fail", 10000, &pid, &err), -ECHILD);
	assert_non_null(strstr(err_text(&err),
			       "its log: cannot open 'x': no such file"));
	assert_int_equal(pid, 0);
}

static void test_never_ready(void **state)
{
	struct fixture *f = *state;
	struct err err = ERR_INIT;
	pid_t pid = 0, found = 0;

	assert_int_equal(spawn(f, "silent", 100, &pid, &err), -ETIMEDOUT);
	/* It was ended: nobody holds the lock. */
	assert_int_equal(daemon_pidfile_read(f->pidfile, &found, NULL), -ESRCH);
}

static void test_stubborn_is_killed(void **state)
{
	struct fixture *f = *state;
	pid_t pid = 0;
	int status;

	assert_int_equal(spawn(f, "stubborn", 10000, &pid, NULL), 0);
	assert_int_equal(daemon_stop(f->pidfile, 50, NULL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void test_stale_pidfile(void **state)
{
	struct fixture *f = *state;
	FILE *file = fopen(f->pidfile, "w");
	pid_t pid = 0;
	int fd;

	/* The number of a living process that is not the server. */
	fprintf(file, "%d\n", (int)getppid());
	fclose(file);
	assert_int_equal(daemon_pidfile_read(f->pidfile, &pid, NULL), -ESRCH);
	assert_int_equal(daemon_stop(f->pidfile, 10, NULL), 0);
	assert_int_equal(daemon_pidfile_lock(f->pidfile, &fd, NULL), 0);
	assert_int_equal(daemon_pidfile_read(f->pidfile, &pid, NULL), 0);
	assert_int_equal(pid, getpid());
	daemon_pidfile_unlock(fd);
}

static void test_systemd(void **state)
{
	struct fixture *f = *state;
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	char text[32] = "";

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/notify", f->dir);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	setenv("NOTIFY_SOCKET", addr.sun_path, 1);
	daemon_ready();
	unsetenv("NOTIFY_SOCKET");
	assert_int_equal(recv(fd, text, sizeof(text), 0), 7);
	assert_string_equal(text, "READY=1");
	close(fd);
}

static void test_init_opens_the_standard_three(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	pid = fork();
	if (!pid) {
		close(0);
		close(2);
		if (daemon_init(NULL))
			_exit(1);
		_exit(fcntl(0, F_GETFD) == 0 && fcntl(2, F_GETFD) == 0 &&
				      signal(SIGPIPE, SIG_DFL) == SIG_IGN
			      ? 0
			      : 2);
	}
	waitpid(pid, &status, 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(int argc, char **argv)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_spawn_and_stop),
		CASE(test_second_is_refused),
		CASE(test_fails_at_its_start),
		CASE(test_never_ready),
		CASE(test_stubborn_is_killed),
		CASE(test_stale_pidfile),
		CASE(test_systemd),
		CASE(test_init_opens_the_standard_three),
	};

	if (argc == 3)
		return play_server(argv[1], argv[2]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
