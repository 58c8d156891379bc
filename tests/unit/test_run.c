/* SPDX-License-Identifier: MIT */
/* The starter, in a child process, with small real programs. */
#include "startd/starter/run.h"

#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/fd.h"
#include "startd/starter/record.h"
#include "startd/starter/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/unit/test.h"

#define LIMIT_MS 10000

static char dir[TEST_DIR_SIZE], scratch[64];
static struct record start, end;
static pid_t starter;

static char *in(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

/* The job: `sh -c script` with out and err as its files. */
static void orders(const char *script)
{
	char out[128], errors[128];

	snprintf(out, sizeof(out), "%s/out", scratch);
	snprintf(errors, sizeof(errors), "%s/err", scratch);
	record_add(&start, "scratch", scratch);
	record_add(&start, "exec", "/bin/sh");
	record_add(&start, "arg", "sh");
	record_add(&start, "arg", "-c");
	record_add(&start, "arg", script);
	record_add(&start, "env", "PATH=/usr/bin:/bin");
	record_add(&start, "stdout", out);
	record_add(&start, "stderr", errors);
}

static int setup(void **state)
{
	(void)state;
	test_make_dir(dir);
	/* The job may be of another user. */
	chmod(dir, 0755);
	snprintf(scratch, sizeof(scratch), "%s/scratch", dir);
	mkdir(scratch, 0777);
	chmod(scratch, 0777);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	record_release(&start);
	record_release(&end);
	test_remove_dir(dir);
	return 0;
}

static pid_t spawn(void)
{
	pid_t pid;

	assert_int_equal(record_store(&start, in(RECORD_START), NULL), 0);
	pid = fork();
	if (!pid) {
		int r = run_attempt(dir, NULL);

		_exit(r == -EBUSY ? 3 : r < 0);
	}
	return pid;
}

static int reap(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void finish(void)
{
	assert_int_equal(reap(starter), 0);
	assert_int_equal(record_load(&end, in(RECORD_END), NULL), 0);
}

static void run(const char *script)
{
	orders(script);
	starter = spawn();
	finish();
}

static void check_end(const char *how, int code)
{
	assert_string_equal(record_get(&end, "how"), how);
	assert_int_equal(record_int(&end, "code", -1), code);
}

static char *content(const char *name)
{
	static struct strbuf text = STRBUF_INIT;
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", scratch, name);
	strbuf_reset(&text);
	assert_int_equal(fd_read_file(path, 65536, &text, NULL), 0);
	return text.data;
}

static void wait_file(const char *name)
{
	int64_t limit_ms = clock_mono_ms() + LIMIT_MS;
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", scratch, name);
	while (access(path, F_OK)) {
		assert_true(clock_mono_ms() < limit_ms);
		usleep(1000);
	}
}

static void command(int value)
{
	union sigval v = { .sival_int = value };

	assert_int_equal(sigqueue(starter, RUN_COMMAND_SIGNAL, v), 0);
}

static void test_exit_and_files(void **state)
{
	(void)state;
	run("pwd; echo e >&2; echo $#$PATH; exit 7");
	check_end("exited", 7);
	assert_memory_equal(content("out"), scratch, strlen(scratch));
	assert_string_equal(content("out") + strlen(scratch),
			    "\n0/usr/bin:/bin\n");
	assert_string_equal(content("err"), "e\n");
	assert_true(record_int(&end, "maxrss_kb", 0) > 0);
	assert_true(record_int(&end, "ended_ms", 0) >=
		    record_int(&end, "began_ms", -1));
	assert_null(record_get(&end, "asked"));
}

static void test_output_goes_on(void **state)
{
	(void)state;
	orders("echo second");
	record_add_int(&start, "append", 1);
	assert_int_equal(fd_write_file_atomic(in("scratch/out"), "first\n", 6,
					      0644, NULL),
			 0);
	starter = spawn();
	finish();
	assert_string_equal(content("out"), "first\nsecond\n");
}

static void test_shared_output(void **state)
{
	char out[128];

	(void)state;
	snprintf(out, sizeof(out), "%s/both", scratch);
	record_add(&start, "stdout", out);
	record_add(&start, "stderr", out);
	run("echo a; echo b >&2; echo c");
	assert_string_equal(content("both"), "a\nb\nc\n");
}

static void test_signal(void **state)
{
	(void)state;
	run("kill -KILL $$");
	check_end("signaled", SIGKILL);
	assert_null(record_get(&end, "asked"));
}

static void test_failures_name_the_step(void **state)
{
	(void)state;
	record_add(&start, "exec", "/nowhere/prog");
	run("");
	check_end("failed", ENOENT);
	assert_non_null(strstr(record_get(&end, "message"),
			       "cannot execute '/nowhere/prog'"));
	teardown(state);
	setup(state);
	record_add(&start, "scratch", "/nowhere");
	run("");
	check_end("failed", ENOENT);
	assert_non_null(strstr(record_get(&end, "message"), "'/nowhere'"));
	teardown(state);
	setup(state);
	record_add(&start, "cgroup", "/nowhere/cg");
	run("");
	assert_non_null(strstr(record_get(&end, "message"), "/nowhere/cg"));
}

static void test_nothing_is_left_running(void **state)
{
	pid_t pid;

	(void)state;
	run("setsid sh -c 'echo $$ >pid; exec sleep 1000' & "
	    "while ! test -s pid; do :; done");
	check_end("exited", 0);
	pid = (pid_t)atoi(content("pid"));
	assert_true(pid > 1);
	assert_int_equal(kill(pid, 0), -1);
}

static void test_commands(void **state)
{
	(void)state;
	orders("trap 'echo usr >>out2' USR2; trap 'exit 85' TERM; : >ready; "
	       "while :; do sleep 0.01; done");
	starter = spawn();
	wait_file("ready");
	command(RUN_CMD_SIGNAL + SIGUSR2);
	wait_file("out2");
	command(RUN_CMD_SIGNAL + SIGTERM);
	finish();
	check_end("exited", 85);
	assert_string_equal(record_get(&end, "asked"), "signal");
}

static void test_kill(void **state)
{
	(void)state;
	orders("trap '' TERM; : >ready; while :; do sleep 0.01; done");
	starter = spawn();
	wait_file("ready");
	command(RUN_CMD_KILL);
	finish();
	check_end("signaled", SIGKILL);
	assert_string_equal(record_get(&end, "asked"), "kill");
}

static void test_never_twice(void **state)
{
	pid_t second;

	(void)state;
	orders(": >ready; echo x >>count; while ! test -e go; do :; done");
	starter = spawn();
	wait_file("ready");
	/* While the first lives, and after it. */
	second = spawn();
	assert_int_equal(reap(second), 3);
	assert_int_equal(
		fd_write_file_atomic(in("scratch/go"), "", 0, 0644, NULL), 0);
	finish();
	second = spawn();
	assert_int_equal(reap(second), 3);
	/* And when its end was lost. */
	unlink(in(RECORD_END));
	second = spawn();
	assert_int_equal(reap(second), 3);
	assert_string_equal(content("count"), "x\n");
}

static void test_dead_starter_takes_its_job_along(void **state)
{
	int64_t limit_ms = clock_mono_ms() + LIMIT_MS;
	pid_t job;

	(void)state;
	orders("echo $$ >pid.new; mv pid.new pid; exec sleep 1000");
	starter = spawn();
	wait_file("pid");
	job = (pid_t)atoi(content("pid"));
	kill(starter, SIGKILL);
	waitpid(starter, NULL, 0);
	while (!kill(job, 0)) {
		struct tree_stat st;

		if (tree_stat(job, &st) || st.state == 'Z')
			break;
		assert_true(clock_mono_ms() < limit_ms);
	}
	assert_int_equal(access(in(RECORD_END), F_OK), -1);
	assert_int_equal(access(in(RECORD_BEGAN), F_OK), 0);
}

static void test_who_the_job_is(void **state)
{
	(void)state;
	if (geteuid())
		skip();
	record_add_int(&start, "uid", 65534);
	record_add_int(&start, "gid", 65534);
	run("id -u; id -G; grep NoNewPrivs /proc/self/status");
	check_end("exited", 0);
	assert_string_equal(content("out"), "65534\n65534\nNoNewPrivs:\t1\n");
}

static void test_file_size_limit(void **state)
{
	(void)state;
	record_add_int(&start, "fsize", 4096);
	run("exec head -c 10000 /dev/zero");
	check_end("signaled", SIGXFSZ);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(test_exit_and_files),
		T(test_output_goes_on),
		T(test_shared_output),
		T(test_signal),
		T(test_failures_name_the_step),
		T(test_nothing_is_left_running),
		T(test_commands),
		T(test_kill),
		T(test_never_twice),
		T(test_dead_starter_takes_its_job_along),
		T(test_who_the_job_is),
		T(test_file_size_limit),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
