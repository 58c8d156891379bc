/* SPDX-License-Identifier: MIT */
#include "common/svc/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/fd.h"
#include "common/base/log.h"
#include "common/base/strbuf.h"

#define DAEMON_LOG_TAIL	    400
#define DAEMON_KILL_WAIT_MS 10000

int daemon_init(struct err *err)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
		if (fd < 0)
			return err_sys(err, -errno, "cannot open '/dev/null'");
		if (fd <= 2)
			fd_set_cloexec(fd, false);
	} while (fd <= 2);
	close(fd);
	signal(SIGPIPE, SIG_IGN);
	umask(077);
	return 0;
}

/* ---- the pid file ---- */

/* The pid in the file; 0 where there is none. */
static pid_t pid_in(int fd)
{
	char text[24] = "";

	return pread(fd, text, sizeof(text) - 1, 0) > 0 ? atoi(text) : 0;
}

int daemon_pidfile_lock(const char *path, int *ret_fd, struct err *err)
{
	struct flock lock = { .l_type = F_WRLCK };
	char text[24];
	int fd, len, ret;

	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		return err_sys(err, -errno, "cannot open '%s'", path);
	if (fcntl(fd, F_OFD_SETLK, &lock)) {
		ret = errno == EAGAIN || errno == EACCES
			      ? err_set(err, -EEXIST,
					"another one runs with pid %d",
					(int)pid_in(fd))
			      : err_sys(err, -errno, "cannot lock '%s'", path);
		close(fd);
		return ret;
	}
	len = snprintf(text, sizeof(text), "%d\n", (int)getpid());
	if (ftruncate(fd, 0) || pwrite(fd, text, (size_t)len, 0) != len) {
		ret = err_sys(err, -errno, "cannot write '%s'", path);
		close(fd);
		return ret;
	}
	*ret_fd = fd;
	return 0;
}

void daemon_pidfile_unlock(int fd)
{
	if (ftruncate(fd, 0))
		log_debug("cannot empty the pid file: %s", err_reason(errno));
	close(fd);
}

int daemon_pidfile_read(const char *path, pid_t *ret_pid, struct err *err)
{
	/* Asks without taking: a server that starts now must not be refused. */
	struct flock lock = { .l_type = F_WRLCK };
	int fd = open(path, O_RDONLY | O_CLOEXEC), ret = 0;
	pid_t pid = 0;

	if (fd < 0 && errno != ENOENT)
		return err_sys(err, -errno, "cannot open '%s'", path);
	/* A free lock: its holder is gone, whatever number is left. */
	if (fd < 0)
		lock.l_type = F_UNLCK;
	else if (fcntl(fd, F_OFD_GETLK, &lock))
		ret = err_sys(err, -errno, "cannot look at '%s'", path);
	if (!ret && lock.l_type == F_UNLCK)
		ret = err_set(err, -ESRCH, "nothing runs");
	else if (!ret)
		pid = pid_in(fd);
	fd_close(&fd);
	if (!ret && pid <= 0)
		ret = err_set(err, -ESRCH, "no pid in '%s'", path);
	if (!ret)
		*ret_pid = pid;
	return ret;
}

/* Waits until the process of `pidfd` is gone. */
static bool gone_within(int pidfd, int64_t timeout_ms)
{
	struct pollfd pfd = { .fd = pidfd, .events = POLLIN };
	int64_t end = clock_mono_ms() + timeout_ms, left;
	int ret;

	do {
		left = end - clock_mono_ms();
		ret = poll(&pfd, 1, left > 0 ? (int)left : 0);
	} while (ret < 0 && errno == EINTR);
	return ret > 0;
}

int daemon_stop(const char *path, int64_t timeout_ms, struct err *err)
{
	pid_t pid, again;
	int pidfd, ret;

	ret = daemon_pidfile_read(path, &pid, err);
	if (ret == -ESRCH) {
		if (err)
			err_clear(err);
		return 0;
	}
	if (ret)
		return ret;
	pidfd = pidfd_open(pid, 0);
	if (pidfd < 0)
		return errno == ESRCH
			       ? 0
			       : err_sys(err, -errno, "cannot watch process %d",
					 (int)pid);
	/* Still the holder? Then the descriptor is of the right process. */
	if (daemon_pidfile_read(path, &again, NULL) || again != pid) {
		close(pidfd);
		return 0;
	}
	if (pidfd_send_signal(pidfd, SIGTERM, NULL, 0) && errno != ESRCH)
		ret = err_sys(err, -errno, "cannot stop process %d", (int)pid);
	if (!ret && !gone_within(pidfd, timeout_ms)) {
		log_warn("process %d did not stop: killing it", (int)pid);
		pidfd_send_signal(pidfd, SIGKILL, NULL, 0);
		if (!gone_within(pidfd, DAEMON_KILL_WAIT_MS))
			ret = err_set(err, -ETIMEDOUT,
				      "process %d does not end", (int)pid);
	}
	close(pidfd);
	return ret;
}

/* ---- readiness ---- */

static void notify_systemd(const char *path)
{
	static const char text[] = "READY=1";
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	size_t len = strlen(path);
	int fd;

	if (len >= sizeof(addr.sun_path))
		return;
	memcpy(addr.sun_path, path, len);
	if (path[0] == '@')
		addr.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	if (sendto(fd, text, sizeof(text) - 1, MSG_NOSIGNAL,
		   (struct sockaddr *)&addr,
		   (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) <
	    0)
		log_warn("cannot notify '%s': %s", path, err_reason(errno));
	close(fd);
}

void daemon_ready(void)
{
	const char *fd_text = getenv("HARRIER_READY_FD");
	const char *socket_path = getenv("NOTIFY_SOCKET");
	int fd;

	if (fd_text) {
		fd = atoi(fd_text);
		if (fd > 2 && fd_write_full(fd, "READY\n", 6))
			log_warn("nobody waits for this to be ready");
		if (fd > 2)
			close(fd);
		unsetenv("HARRIER_READY_FD");
	}
	if (socket_path)
		notify_systemd(socket_path);
}

/* ---- starting one ---- */

void daemon_reset_signals(void)
{
	sigset_t none;

	for (int signo = 1; signo < NSIG; signo++)
		signal(signo, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void exec_daemon(const char *const *argv, int log_fd, int ready_fd)
{
	int null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	char text[16];

	setsid();
	daemon_reset_signals();
	if (null_fd < 0 || dup2(null_fd, 0) < 0 || dup2(log_fd, 1) < 0 ||
	    dup2(log_fd, 2) < 0)
		_exit(126);
	snprintf(text, sizeof(text), "%d", ready_fd);
	setenv("HARRIER_READY_FD", text, 1);
	fd_set_cloexec(ready_fd, false);
	execvp(argv[0], (char *const *)argv);
	fprintf(stderr, "cannot run '%s': %s\n", argv[0], err_reason(errno));
	_exit(127);
}

/* 0, -ETIMEDOUT, or -ECHILD where the pipe closed without the word. */
static int wait_ready(int fd, int64_t timeout_ms)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	int64_t end = clock_mono_ms() + timeout_ms, left;
	char byte;
	int ret;

	do {
		left = end - clock_mono_ms();
		ret = poll(&pfd, 1, left > 0 ? (int)left : 0);
	} while (ret < 0 && errno == EINTR);
	if (ret <= 0)
		return -ETIMEDOUT;
	return fd_read_full(fd, &byte, 1) == 1 ? 0 : -ECHILD;
}

/* What the log says since `start`, its end if long, as the error's cause. */
static int log_tail(const char *path, off_t start, const char *program,
		    int code, struct err *err)
{
	char text[DAEMON_LOG_TAIL + 1] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	off_t end = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
	ssize_t n = 0;

	if (end - start > DAEMON_LOG_TAIL)
		start = end - DAEMON_LOG_TAIL;
	if (fd >= 0)
		n = pread(fd, text, DAEMON_LOG_TAIL, start);
	fd_close(&fd);
	while (n > 0 && text[n - 1] == '\n')
		text[--n] = '\0';
	if (code == -ETIMEDOUT)
		return err_set(err, code,
			       "'%s' did not become ready in time; its log: %s",
			       program, text);
	return err_set(err, code, "'%s' ended at its start; its log: %s",
		       program, text);
}

int daemon_spawn(const char *const *argv, const char *log_path,
		 int64_t timeout_ms, pid_t *ret_pid, struct err *err)
{
	int log_fd, pipe_fds[2], ret;
	off_t log_start;
	pid_t pid;

	log_fd =
		open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (log_fd < 0)
		return err_sys(err, -errno, "cannot open '%s'", log_path);
	log_start = lseek(log_fd, 0, SEEK_END);
	if (pipe2(pipe_fds, O_CLOEXEC)) {
		ret = err_sys(err, -errno, "cannot make a pipe");
		close(log_fd);
		return ret;
	}
	pid = fork();
	if (!pid)
		exec_daemon(argv, log_fd, pipe_fds[1]);
	ret = pid < 0 ? err_sys(err, -errno, "cannot start '%s'", argv[0]) : 0;
	close(log_fd);
	close(pipe_fds[1]);
	if (!ret) {
		ret = wait_ready(pipe_fds[0], timeout_ms);
		if (ret) {
			kill(pid, SIGKILL);
			waitpid(pid, NULL, 0);
			log_tail(log_path, log_start, argv[0], ret, err);
		} else {
			*ret_pid = pid;
		}
	}
	close(pipe_fds[0]);
	return ret;
}
