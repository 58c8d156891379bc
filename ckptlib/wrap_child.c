/* SPDX-License-Identifier: MIT */
/*
 * A child is held until the program has its status: before that a restarted
 * process would wait for it in vain.
 */
#include "ckptlib/wrap_child.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "ckptlib/hold.h"
#include "ckptlib/poll.h"

static void born(pid_t pid, const char *call)
{
	if (pid > 0)
		ckpti_hold(CKPTI_HOLD_CHILD, (uintptr_t)pid, "child process",
			   call);
}

static pid_t forked(const char *call)
{
	pid_t pid = fork();

	if (pid == 0) {
		/* Two processes cannot share one image: the parent has it. */
		ckpti_poll_stop();
		ckpti_hold_forget();
	}
	born(pid, call);
	return pid;
}

pid_t ckpt_fork(void)
{
	return forked("fork");
}

/* What a child of vfork may do it may do in one of fork. */
pid_t ckpt_vfork(void)
{
	return forked("vfork");
}

int ckpt_posix_spawn(pid_t *ret_pid, const char *path,
		     const posix_spawn_file_actions_t *actions,
		     const posix_spawnattr_t *attr, char *const argv[],
		     char *const envp[])
{
	pid_t pid = 0;
	int r = posix_spawn(&pid, path, actions, attr, argv, envp);

	if (!r) {
		born(pid, "posix_spawn");
		if (ret_pid)
			*ret_pid = pid;
	}
	return r;
}

int ckpt_posix_spawnp(pid_t *ret_pid, const char *file,
		      const posix_spawn_file_actions_t *actions,
		      const posix_spawnattr_t *attr, char *const argv[],
		      char *const envp[])
{
	pid_t pid = 0;
	int r = posix_spawnp(&pid, file, actions, attr, argv, envp);

	if (!r) {
		born(pid, "posix_spawnp");
		if (ret_pid)
			*ret_pid = pid;
	}
	return r;
}

/* ---- their end ---------------------------------------------------------------- */

static pid_t waited(pid_t pid, int status, int *ret_status)
{
	int saved = errno;

	if (pid > 0) {
		if (ret_status)
			*ret_status = status;
		if (!WIFSTOPPED(status) && !WIFCONTINUED(status))
			ckpti_hold_end(CKPTI_HOLD_CHILD, (uintptr_t)pid);
	}
	errno = saved;
	return pid;
}

pid_t ckpt_wait4(pid_t pid, int *ret_status, int options,
		 struct rusage *ret_usage)
{
	unsigned seen;
	int status = 0;
	pid_t r;

	do {
		seen = ckpti_poll_signals;
		r = wait4(pid, &status, options, ret_usage);
	} while (r < 0 && errno == EINTR && seen != ckpti_poll_signals);
	return waited(r, status, ret_status);
}

pid_t ckpt_waitpid(pid_t pid, int *ret_status, int options)
{
	return ckpt_wait4(pid, ret_status, options, NULL);
}

pid_t ckpt_wait(int *ret_status)
{
	return ckpt_wait4(-1, ret_status, 0, NULL);
}

pid_t ckpt_wait3(int *ret_status, int options, struct rusage *ret_usage)
{
	return ckpt_wait4(-1, ret_status, options, ret_usage);
}

int ckpt_waitid(idtype_t type, id_t id, siginfo_t *ret_info, int options)
{
	siginfo_t info;
	int r;

	memset(&info, 0, sizeof(info));
	r = waitid(type, id, &info, options);
	if (r == 0 && !(options & WNOWAIT) &&
	    (info.si_code == CLD_EXITED || info.si_code == CLD_KILLED ||
	     info.si_code == CLD_DUMPED))
		ckpti_hold_end(CKPTI_HOLD_CHILD, (uintptr_t)info.si_pid);
	if (r == 0 && ret_info)
		*ret_info = info;
	return r;
}

/* ---- commands -------------------------------------------------------------------- */

FILE *ckpt_popen(const char *command, const char *mode)
{
	FILE *f = popen(command, mode);

	if (f)
		ckpti_hold(CKPTI_HOLD_COMMAND, (uintptr_t)f,
			   "a pipe to a command", "popen");
	return f;
}

int ckpt_pclose(FILE *f)
{
	uintptr_t key = (uintptr_t)f;
	int r = pclose(f);

	ckpti_hold_end(CKPTI_HOLD_COMMAND, key);
	return r;
}
