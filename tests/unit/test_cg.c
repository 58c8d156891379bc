/* SPDX-License-Identifier: MIT */
/* Both ways of control: cgroups where this kernel lets us, and signals. */
#include "startd/cg.h"

#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "startd/starter/record.h"
#include "startd/starter/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "tests/unit/test.h"

#define LIMIT_MS 10000

static struct cg_ctl *ctl;
static struct cg *cg;
static pid_t starter;

static void spin(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	for (;;)
		;
}

static void join(const struct record *rec)
{
	char **dirs = record_all(rec, "cgroup");
	int i;

	for (i = 0; dirs[i]; i++) {
		char path[512];
		int fd;

		snprintf(path, sizeof(path), "%s/cgroup.procs", dirs[i]);
		fd = open(path, O_WRONLY);
		if (fd < 0 || write(fd, "0", 1) != 1)
			_exit(1);
		close(fd);
	}
	free(dirs);
}

/* A stand-in for a starter: its child joins the group and forks another. */
static void spawn(void)
{
	struct record rec = RECORD_INIT;

	cg_put(cg, &rec);
	starter = fork();
	if (!starter) {
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
		if (!fork()) {
			join(&rec);
			fork();
			spin();
		}
		while (wait(NULL) > 0)
			;
		pause();
	}
	record_release(&rec);
	cg_set_starter(cg, starter);
}

static size_t living(void)
{
	size_t i, n = 0, count;
	pid_t *pids = tree_list(starter, &count);

	for (i = 0; i < count; i++) {
		struct tree_stat st;

		n += !tree_stat(pids[i], &st) && st.state != 'Z';
	}
	free(pids);
	return n;
}

static void wait_living(size_t want)
{
	int64_t limit_ms = clock_mono_ms() + LIMIT_MS;

	while (living() != want)
		assert_true(clock_mono_ms() < limit_ms);
}

/* Waits until the job has used `us` more of the CPU. */
static void wait_cpu(int64_t us)
{
	int64_t from_us = cg_cpu_us(cg), limit_ms = clock_mono_ms() + LIMIT_MS;

	while (cg_cpu_us(cg) - from_us < us)
		assert_true(clock_mono_ms() < limit_ms);
}

static int make(bool signals_only)
{
	char host[64];

	snprintf(host, sizeof(host), "test-cg-%d", (int)getpid());
	ctl = cg_open(host, signals_only);
	assert_int_equal(cg_create(ctl, "1.0.1.ab", 0, &cg, NULL), 0);
	spawn();
	wait_living(2);
	return 0;
}

static int setup_cgroups(void **state)
{
	(void)state;
	return make(false);
}

static int setup_signals(void **state)
{
	(void)state;
	return make(true);
}

static int teardown(void **state)
{
	(void)state;
	cg_kill(cg);
	cg_thaw(cg);
	kill(starter, SIGKILL);
	waitpid(starter, NULL, 0);
	cg_remove(cg);
	cg_free(cg);
	cg_close(ctl);
	return 0;
}

static void check_freeze_and_kill(void)
{
	int64_t us;

	wait_cpu(20000);
	assert_int_equal(cg_freeze(cg, 1000), 0);
	us = cg_cpu_us(cg);
	/* Time for more than a tick, if it ran. */
	usleep(60000);
	assert_true(cg_cpu_us(cg) - us < 20000);
	assert_int_equal(cg_thaw(cg), 0);
	wait_cpu(20000);
	/* As the ladder kills: while frozen, then the thaw. */
	assert_int_equal(cg_freeze(cg, 1000), 0);
	cg_kill(cg);
	cg_thaw(cg);
	wait_living(0);
}

static void test_cgroup_freeze_and_kill(void **state)
{
	(void)state;
	if (!cg_has_freezer(ctl))
		skip();
	check_freeze_and_kill();
}

static void test_signals_freeze_and_kill(void **state)
{
	struct strbuf text = STRBUF_INIT;

	(void)state;
	assert_false(cg_has_freezer(ctl));
	assert_int_equal(cg_jobs_cpu_us(ctl), -1);
	assert_int_equal(cg_cap(cg, 100), -ENOTSUP);
	cg_describe(ctl, &text);
	assert_string_equal(text.data,
			    "freezer=signals cpu=none memory=none pids=none");
	strbuf_release(&text);
	check_freeze_and_kill();
}

static void test_cap(void **state)
{
	int64_t from_us, from_ms;
	double share;

	(void)state;
	if (cg_cap(cg, 100) < 0)
		skip();
	from_us = cg_cpu_us(cg);
	from_ms = clock_mono_ms();
	usleep(600000);
	share = (double)(cg_cpu_us(cg) - from_us) / 1000 /
		(double)(clock_mono_ms() - from_ms);
	print_message("# two spinning processes capped to 0.1 core: %.3f\n",
		      share);
	assert_true(share < 0.25);
	assert_int_equal(cg_cap(cg, 0), 0);
}

static void test_sums_of_all_jobs(void **state)
{
	int64_t us;

	(void)state;
	if (!cg_has_freezer(ctl))
		skip();
	us = cg_jobs_cpu_us(ctl);
	assert_true(us >= 0);
	wait_cpu(50000);
	assert_true(cg_jobs_cpu_us(ctl) - us >= 50000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_cgroup_freeze_and_kill,
						setup_cgroups, teardown),
		cmocka_unit_test_setup_teardown(test_signals_freeze_and_kill,
						setup_signals, teardown),
		cmocka_unit_test_setup_teardown(test_cap, setup_cgroups,
						teardown),
		cmocka_unit_test_setup_teardown(test_sums_of_all_jobs,
						setup_cgroups, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
