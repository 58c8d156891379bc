/* SPDX-License-Identifier: MIT */
#include "ckptlib/wrap_sock.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "ckptlib/files.h"
#include "ckptlib/hold.h"

static int held(int fd, const char *what, const char *call)
{
	if (fd >= 0) {
		ckpti_file_closed(fd); /* what had this number before */
		ckpti_hold(CKPTI_HOLD_FD, (uintptr_t)fd, what, call);
	}
	return fd;
}

int ckpt_socket(int domain, int type, int protocol)
{
	return held(socket(domain, type, protocol), "a socket", "socket");
}

int ckpt_socketpair(int domain, int type, int protocol, int ret_fds[2])
{
	int r = socketpair(domain, type, protocol, ret_fds);

	if (!r) {
		held(ret_fds[0], "a socket", "socketpair");
		held(ret_fds[1], "a socket", "socketpair");
	}
	return r;
}

int ckpt_accept(int fd, struct sockaddr *ret_addr, socklen_t *size)
{
	return held(accept(fd, ret_addr, size), "a socket", "accept");
}

int ckpt_accept4(int fd, struct sockaddr *ret_addr, socklen_t *size, int flags)
{
	return held(accept4(fd, ret_addr, size, flags), "a socket", "accept4");
}

int ckpt_pipe(int ret_fds[2])
{
	return ckpt_pipe2(ret_fds, 0);
}

int ckpt_pipe2(int ret_fds[2], int flags)
{
	int r = pipe2(ret_fds, flags);

	if (!r) {
		held(ret_fds[0], "a pipe", "pipe");
		held(ret_fds[1], "a pipe", "pipe");
	}
	return r;
}

int ckpt_epoll_create(int size)
{
	return held(epoll_create(size), "an epoll set", "epoll_create");
}

int ckpt_epoll_create1(int flags)
{
	return held(epoll_create1(flags), "an epoll set", "epoll_create1");
}

int ckpt_eventfd(unsigned value, int flags)
{
	return held(eventfd(value, flags), "an event counter", "eventfd");
}

int ckpt_timerfd_create(int clock, int flags)
{
	return held(timerfd_create(clock, flags), "a timer", "timerfd_create");
}

int ckpt_signalfd(int fd, const sigset_t *mask, int flags)
{
	return held(signalfd(fd, mask, flags), "a set of signals", "signalfd");
}

int ckpt_inotify_init(void)
{
	return ckpt_inotify_init1(0);
}

int ckpt_inotify_init1(int flags)
{
	return held(inotify_init1(flags), "a watch on files", "inotify_init");
}

int ckpt_memfd_create(const char *name, unsigned flags)
{
	return held(memfd_create(name, flags), "a memory file", "memfd_create");
}

int ckpt_posix_openpt(int flags)
{
	return held(posix_openpt(flags), "a pseudo terminal", "posix_openpt");
}
