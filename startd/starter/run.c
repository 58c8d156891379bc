/* SPDX-License-Identifier: MIT */
/*
 * Invariants: `began` is there before the job's first process exists, and is
 * written only under the lock and when neither `began` nor `end` was there: so
 * no attempt is started twice, whoever dies when. `end` is written when no
 * process of the job is left.
 *
 * A power cut kills the job too, so `began` need not survive one; hstartd
 * knows from the boot id that nothing of an earlier boot runs. `end` does
 * survive one when losing it would cost more than an fsync.
 */
#include "startd/starter/run.h"

#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/fd.h"
#include "startd/starter/job.h"
#include "startd/starter/record.h"
#include "startd/starter/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* What took less than this is sooner run again than fsynced. */
#define DURABLE_MS 10000
/* Tries, a second apart, to write the end on a full disk. */
#define END_TRIES 600

#define BOOT_ID_PATH "/proc/sys/kernel/random/boot_id"

struct run {
	struct record start;
	pid_t job; /* 0 when it was reaped */
	int status; /* of the job's first process */
	bool kill_asked;
	bool signal_asked; /* SIGTERM, SIGKILL or the like was passed on */
	int signal_fd;
	int64_t began_ms, began_boot_ms;
};

void run_boot_id(char ret_id[37])
{
	int fd = open(BOOT_ID_PATH, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : fd_read_full(fd, ret_id, 36);

	ret_id[n > 0 ? n : 0] = '\0';
	fd_close(&fd);
}

/* Held until this process ends, however it ends. */
static int take_attempt(struct err *err)
{
	int fd;

	fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, -errno, "cannot open the attempt");
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		close(fd);
		return err_set(err, -EBUSY, "another starter has this attempt");
	}
	if (!access(RECORD_BEGAN, F_OK) || !access(RECORD_END, F_OK)) {
		close(fd);
		return err_set(err, -EBUSY, "this attempt was started before");
	}
	return 0;
}

static int write_began(struct err *err)
{
	struct record rec = RECORD_INIT;
	struct tree_stat st;
	char boot_id[37];
	int r;

	run_boot_id(boot_id);
	r = tree_stat(getpid(), &st);
	if (r < 0)
		return err_set(err, r, "cannot read '/proc': is it mounted?");
	record_add_int(&rec, "pid", getpid());
	record_add_int(&rec, "start_ticks", (int64_t)st.start_ticks);
	record_add(&rec, "boot_id", boot_id);
	r = record_keep(&rec, RECORD_BEGAN, err);
	record_release(&rec);
	return r;
}

static int open_signals(struct run *run, struct err *err)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, RUN_COMMAND_SIGNAL);
	sigprocmask(SIG_SETMASK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	run->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (run->signal_fd < 0)
		return err_sys(err, -errno, "cannot watch signals");
	return 0;
}

/* Version 2 freezers kill even what is frozen; the rest goes one by one. */
static void kill_all(struct run *run)
{
	const char *cg = record_get(&run->start, "freezer");
	char path[4096];
	int fd;

	if (cg) {
		snprintf(path, sizeof(path), "%s/cgroup.kill", cg);
		fd = open(path, O_WRONLY | O_CLOEXEC);
		if (fd >= 0)
			(void)!write(fd, "1", 1);
		fd_close(&fd);
	}
	tree_signal(getpid(), SIGKILL);
}

/* True while children are left. */
static bool reap(struct run *run)
{
	for (;;) {
		int status;
		pid_t pid = waitpid(-1, &status, WNOHANG);

		if (pid == 0)
			return true;
		if (pid < 0)
			return errno == EINTR;
		if (pid == run->job) {
			run->job = 0;
			run->status = status;
		}
	}
}

static void command(struct run *run, const struct signalfd_siginfo *si)
{
	int value = si->ssi_int;

	if (si->ssi_signo == SIGTERM)
		value = RUN_CMD_SIGNAL + SIGTERM;
	else if (si->ssi_signo != (uint32_t)RUN_COMMAND_SIGNAL)
		return;
	if (value == RUN_CMD_KILL) {
		run->kill_asked = true;
		kill_all(run);
	} else if (value > RUN_CMD_SIGNAL && value < RUN_CMD_SIGNAL + NSIG) {
		int sig = value - RUN_CMD_SIGNAL;

		if (!run->job || kill(run->job, sig) < 0)
			return;
		/* SIGUSR2 writes an image and goes on. */
		run->signal_asked |= sig != SIGUSR2;
	}
}

/* False when none is waiting. */
static bool take_command(struct run *run)
{
	struct signalfd_siginfo si;

	if (read(run->signal_fd, &si, sizeof(si)) != sizeof(si))
		return false;
	command(run, &si);
	return true;
}

/* What the job leaves behind when its first process ends is killed. */
static void wait_all(struct run *run)
{
	struct pollfd pfd = { .fd = run->signal_fd, .events = POLLIN };

	while (reap(run)) {
		if (!run->job || run->kill_asked)
			kill_all(run);
		poll(&pfd, 1, -1);
		while (take_command(run))
			;
	}
	/* hstartd kills through the cgroup too: its word may come second. */
	while (take_command(run))
		;
}

static void add_usage(struct record *end)
{
	struct rusage ru;

	getrusage(RUSAGE_CHILDREN, &ru);
	record_add_int(end, "user_us",
		       ru.ru_utime.tv_sec * 1000000LL + ru.ru_utime.tv_usec);
	record_add_int(end, "sys_us",
		       ru.ru_stime.tv_sec * 1000000LL + ru.ru_stime.tv_usec);
	record_add_int(end, "maxrss_kb", ru.ru_maxrss);
}

/* A full disk must not lose the end: tried again until it can be written. */
static int write_end(const struct run *run, const struct record *end,
		     struct err *err)
{
	bool quick = clock_boot_ms() - run->began_boot_ms < DURABLE_MS;
	struct err why = ERR_INIT;
	int tries, r = 0;

	for (tries = 0; tries < END_TRIES; tries++) {
		err_clear(&why);
		r = quick ? record_keep(end, RECORD_END, &why)
			  : record_store(end, RECORD_END, &why);
		if (r != -ENOSPC && r != -EDQUOT)
			break;
		sleep(1);
	}
	return r < 0 ? err_set(err, r, "%s", err_text(&why)) : 0;
}

static int end_failed(struct run *run, int code, const char *message,
		      struct err *err)
{
	struct record end = RECORD_INIT;
	int r;

	record_add(&end, "how", "failed");
	record_add_int(&end, "code", -code);
	record_add(&end, "message", message);
	record_add_int(&end, "began_ms", run->began_ms);
	record_add_int(&end, "ended_ms", clock_real_ms());
	record_add_int(&end, "ended_boot_ms", clock_boot_ms());
	r = write_end(run, &end, err);
	record_release(&end);
	return r;
}

static int end_ran(struct run *run, int64_t ended_boot_ms, struct err *err)
{
	bool exited = WIFEXITED(run->status);
	struct record end = RECORD_INIT;
	int r;

	record_add(&end, "how", exited ? "exited" : "signaled");
	record_add_int(&end, "code",
		       exited ? WEXITSTATUS(run->status)
			      : WTERMSIG(run->status));
	record_add_int(&end, "began_ms", run->began_ms);
	record_add_int(&end, "ended_ms", clock_real_ms());
	record_add_int(&end, "ended_boot_ms", ended_boot_ms);
	if (run->kill_asked || run->signal_asked)
		record_add(&end, "asked", run->kill_asked ? "kill" : "signal");
	add_usage(&end);
	r = write_end(run, &end, err);
	record_release(&end);
	return r;
}

static int run_job(struct run *run, struct err *err)
{
	struct err why = ERR_INIT;
	int r;

	run->began_ms = clock_real_ms();
	run->began_boot_ms = clock_boot_ms();
	r = job_spawn(&run->start, &run->job, &why);
	if (r < 0)
		return end_failed(run, r, err_text(&why), err);
	wait_all(run);
	return end_ran(run, clock_boot_ms(), err);
}

int run_attempt(const char *dir, struct err *err)
{
	struct run run = { .start = RECORD_INIT, .signal_fd = -1 };
	int r;

	if (chdir(dir) < 0)
		return err_sys(err, -errno, "cannot enter '%s'", dir);
	r = take_attempt(err);
	if (!r)
		r = record_load(&run.start, RECORD_START, err);
	if (!r)
		r = open_signals(&run, err);
	if (!r && prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		r = err_sys(err, -errno, "cannot become subreaper");
	if (!r)
		r = write_began(err);
	if (!r)
		r = run_job(&run, err);
	record_release(&run.start);
	fd_close(&run.signal_fd);
	return r;
}
