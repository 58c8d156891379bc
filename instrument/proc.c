/* SPDX-License-Identifier: MIT */
#include "instrument/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/fd.h"
#include "common/base/xalloc.h"

extern char **environ;

static volatile sig_atomic_t caught;

static void on_signal(int sig)
{
	caught = sig;
}

void proc_catch_signals(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction sa = { .sa_handler = on_signal }, old;
	size_t i;

	for (i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
		sigaction(signals[i], NULL, &old);
		if (old.sa_handler != SIG_IGN) /* as under nohup */
			sigaction(signals[i], &sa, NULL);
	}
}

int proc_signal(void)
{
	return caught;
}

static void redirect(posix_spawn_file_actions_t *fa, int fd, const char *path)
{
	int flags = fd ? O_WRONLY | O_CREAT | O_TRUNC : O_RDONLY;

	if (path)
		posix_spawn_file_actions_addopen(fa, fd, path, flags, 0600);
}

int proc_start(const struct strv *argv, const struct proc_io *io,
	       pid_t *ret_pid, struct err *err)
{
	posix_spawn_file_actions_t fa;
	int rc;

	posix_spawn_file_actions_init(&fa);
	if (io) {
		redirect(&fa, 0, io->stdin_path);
		redirect(&fa, 1, io->stdout_path);
		redirect(&fa, 2, io->stderr_path);
	}
	/* Caught signals are back to their defaults in the new program. */
	rc = posix_spawnp(ret_pid, argv->v[0], &fa, NULL, argv->v, environ);
	posix_spawn_file_actions_destroy(&fa);
	if (rc)
		return err_sys(err, -rc, "cannot run '%s'", argv->v[0]);
	return 0;
}

int proc_wait(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
		if (caught)
			kill(pid, SIGTERM);
	}
	if (caught)
		return -EINTR;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int proc_run(const struct strv *argv, const struct proc_io *io, struct err *err)
{
	pid_t pid;
	int rc;

	if (caught)
		return -EINTR;
	rc = proc_start(argv, io, &pid, err);
	return rc ? rc : proc_wait(pid);
}

static int read_line(int fd, struct strbuf *out)
{
	char buf[256];
	ssize_t n = fd_read_full(fd, buf, sizeof(buf));

	if (n <= 0)
		return -EIO;
	strbuf_add(out, buf,
		   strcspn(buf, "\n") < (size_t)n ? strcspn(buf, "\n")
						  : (size_t)n);
	while (n > 0)
		n = fd_read_full(fd, buf, sizeof(buf));
	return 0;
}

int proc_line(const struct strv *argv, struct strbuf *out, struct err *err)
{
	posix_spawn_file_actions_t fa;
	int fds[2], rc, status;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return err_sys(err, -errno, "cannot make a pipe");
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_adddup2(&fa, fds[1], 1);
	posix_spawn_file_actions_addopen(&fa, 2, "/dev/null", O_WRONLY, 0);
	rc = posix_spawnp(&pid, argv->v[0], &fa, NULL, argv->v, environ);
	posix_spawn_file_actions_destroy(&fa);
	close(fds[1]);
	if (rc) {
		close(fds[0]);
		return err_sys(err, -rc, "cannot run '%s'", argv->v[0]);
	}
	rc = read_line(fds[0], out);
	close(fds[0]);
	status = proc_wait(pid);
	if (rc || status)
		return err_set(err, -EIO, "'%s %s' gives no answer", argv->v[0],
			       argv->n > 1 ? argv->v[1] : "");
	return 0;
}

int proc_tmpdir(char **ret_path, struct err *err)
{
	const char *base = getenv("TMPDIR");
	char *path = xasprintf("%s/hcc.XXXXXX", base && *base ? base : "/tmp");

	if (!mkdtemp(path)) {
		int rc = err_sys(err, -errno, "cannot make '%s'", path);

		free(path);
		return rc;
	}
	*ret_path = path;
	return 0;
}
