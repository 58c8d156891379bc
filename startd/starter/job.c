/* SPDX-License-Identifier: MIT */
#include "startd/starter/job.h"

#include "common/base/err.h"
#include "common/base/fd.h"
#include "startd/starter/record.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define IOPRIO_IDLE	(3 << 13)
#define IOPRIO_WHO_SELF 1

/* What the child writes into the pipe when a step fails. */
struct failure {
	int code; /* -errno */
	char step[ERR_TEXT_SIZE];
};

/*
 * A version 1 group takes the one thread that this process is by `tasks`,
 * which needs no lock of the whole machine: `cgroup.procs` waits for one, ten
 * milliseconds a group, and lets nobody fork meanwhile.
 */
static int join_one(const char *dir)
{
	static const char *const files[] = { "tasks", "cgroup.procs" };
	char path[4096];
	int fd = -1, r = 0;

	for (size_t i = 0; fd < 0 && i < 2; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
		fd = open(path, O_WRONLY | O_CLOEXEC);
	}
	if (fd < 0 || write(fd, "0", 1) != 1)
		r = -errno;
	fd_close(&fd);
	return r;
}

static int join_cgroups(const struct record *start, const char *born_in,
			struct err *err)
{
	char **dirs = record_all(start, "cgroup");
	int i, r = 0;

	for (i = 0; dirs[i] && !r; i++) {
		if (born_in && !strcmp(dirs[i], born_in))
			continue;
		r = join_one(dirs[i]);
		if (r < 0)
			err_sys(err, r, "cannot join cgroup '%s'", dirs[i]);
	}
	free(dirs);
	return r;
}

static void be_idle(const struct record *start)
{
	struct sched_param param = { 0 };

	/* Kernels without the class keep the nice value. */
	setpriority(PRIO_PROCESS, 0, (int)record_int(start, "nice", 0));
	if (!record_int(start, "idle", 0))
		return;
	sched_setscheduler(0, SCHED_IDLE, &param);
	syscall(SYS_ioprio_set, IOPRIO_WHO_SELF, 0, IOPRIO_IDLE);
}

static int set_limits(const struct record *start, struct err *err)
{
	int64_t fsize = record_int(start, "fsize", -1);
	struct rlimit lim = { 0, 0 };

	if (setrlimit(RLIMIT_CORE, &lim) < 0)
		return err_sys(err, -errno, "cannot limit core files");
	if (fsize < 0)
		return 0;
	lim.rlim_cur = lim.rlim_max = (rlim_t)fsize;
	if (setrlimit(RLIMIT_FSIZE, &lim) < 0)
		return err_sys(err, -errno, "cannot limit file sizes");
	return 0;
}

/* The group first: without the user's rights it could not be set any more. */
static int drop_rights(const struct record *start, struct err *err)
{
	int64_t uid = record_int(start, "uid", -1);
	int64_t gid = record_int(start, "gid", -1);

	if (uid >= 0 && gid >= 0) {
		gid_t g = (gid_t)gid;
		uid_t u = (uid_t)uid;

		if (setgroups(1, &g) < 0 || setresgid(g, g, g) < 0 ||
		    setresuid(u, u, u) < 0)
			return err_sys(err, -errno, "cannot become user %lld",
				       (long long)uid);
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_sys(err, -errno, "cannot give up new privileges");
	return 0;
}

static int open_onto(int target, const char *path, int flags, struct err *err)
{
	int fd;

	fd = open(path ? path : "/dev/null", flags | O_NOCTTY | O_NOFOLLOW,
		  0644);
	if (fd < 0)
		return err_sys(err, -errno, "cannot open '%s'", path);
	if (fd != target) {
		if (dup2(fd, target) < 0)
			return err_sys(err, -errno, "cannot use '%s'", path);
		close(fd);
	}
	return 0;
}

/*
 * Never truncated here: a job that goes on from a checkpoint has its output
 * so far there. A program that hcc built sets the position itself.
 */
static int open_output(int target, const char *path, bool append,
		       struct err *err)
{
	int r;

	r = open_onto(target, path, O_WRONLY | (path ? O_CREAT : 0), err);
	if (!r && path && append)
		lseek(target, 0, SEEK_END);
	return r;
}

static int open_files(const struct record *start, struct err *err)
{
	const char *out = record_get(start, "stdout");
	const char *errors = record_get(start, "stderr");
	bool append = record_int(start, "append", 0);
	int r;

	r = open_onto(0, record_get(start, "stdin"), O_RDONLY, err);
	if (!r)
		r = open_output(1, out, append, err);
	if (!r && out && errors && !strcmp(out, errors))
		return dup2(1, 2) < 0
			       ? err_sys(err, -errno, "cannot share stdout")
			       : 0;
	if (!r)
		r = open_output(2, errors, append, err);
	return r;
}

static int enter_scratch(const struct record *start, struct err *err)
{
	const char *scratch = record_get(start, "scratch");

	umask(022);
	if (chdir(scratch) < 0)
		return err_sys(err, -errno, "cannot enter '%s'", scratch);
	return 0;
}

static void reset_signals(void)
{
	sigset_t none;
	int sig;

	for (sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static int prepare(const struct record *start, const char *born_in,
		   pid_t parent, struct err *err)
{
	int r;

	if (setsid() < 0)
		return err_sys(err, -errno, "cannot begin a session");
	be_idle(start);
	r = join_cgroups(start, born_in, err);
	if (!r)
		r = set_limits(start, err);
	if (!r)
		r = drop_rights(start, err);
	/* A change of user clears the death signal: set it after. */
	if (!r && prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		r = err_sys(err, -errno, "cannot tie the job to its starter");
	if (!r && getppid() != parent)
		r = err_set(err, -ECHILD, "the starter died");
	if (!r)
		r = enter_scratch(start, err);
	if (!r)
		r = open_files(start, err);
	return r;
}

static void child(const struct record *start, const char *born_in, pid_t parent,
		  int failed_fd)
{
	char **argv = record_all(start, "arg");
	char **envp = record_all(start, "env");
	const char *path = record_get(start, "exec");
	struct failure failure = { 0 };
	struct err err = ERR_INIT;
	ssize_t n;
	int r;

	r = prepare(start, born_in, parent, &err);
	if (!r) {
		reset_signals();
		execve(path, argv, envp);
		r = err_sys(&err, -errno, "cannot execute '%s'", path);
	}
	failure.code = r;
	snprintf(failure.step, sizeof(failure.step), "%s", err_text(&err));
	n = write(failed_fd, &failure, sizeof(failure));
	_exit(n == (ssize_t)sizeof(failure) ? 126 : 127);
}

/* 0: the exec closed the pipe. */
static int wait_exec(int fd, pid_t pid, struct err *err)
{
	struct failure failure;
	ssize_t n = fd_read_full(fd, &failure, sizeof(failure));

	if (n == 0)
		return 0;
	waitpid(pid, NULL, 0);
	if (n != (ssize_t)sizeof(failure))
		return err_set(err, -EPIPE, "the job's process died early");
	failure.step[sizeof(failure.step) - 1] = '\0';
	return err_set(err, failure.code, "%s", failure.step);
}

/*
 * A child that is born in the version 2 group (Linux 5.7) need not join it,
 * for the same reason. *born_in becomes NULL where that cannot be.
 */
static pid_t fork_into(const char **born_in)
{
	struct clone_args args = { .flags = CLONE_INTO_CGROUP,
				   .exit_signal = SIGCHLD };
	long pid;
	int fd;

	if (*born_in) {
		fd = open(*born_in, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		args.cgroup = (unsigned int)fd;
		pid = fd < 0 ? -1 : syscall(SYS_clone3, &args, sizeof(args));
		fd_close(&fd);
		if (pid >= 0)
			return (pid_t)pid;
	}
	*born_in = NULL;
	return fork();
}

int job_spawn(const struct record *start, pid_t *ret_pid, struct err *err)
{
	const char *born_in = record_get(start, "freezer");
	pid_t pid, self = getpid();
	int pipe_fds[2];
	int r;

	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return err_sys(err, -errno, "cannot make a pipe");
	/* Out of the way of the standard descriptors. */
	if (pipe_fds[1] <= 2)
		return err_set(err, -EBADF, "standard descriptors are closed");
	pid = fork_into(&born_in);
	if (pid < 0) {
		r = err_sys(err, -errno, "cannot fork");
		close(pipe_fds[0]);
		close(pipe_fds[1]);
		return r;
	}
	if (pid == 0)
		child(start, born_in, self, pipe_fds[1]);
	close(pipe_fds[1]);
	r = wait_exec(pipe_fds[0], pid, err);
	close(pipe_fds[0]);
	if (!r)
		*ret_pid = pid;
	return r;
}
