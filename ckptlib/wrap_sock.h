/* SPDX-License-Identifier: MIT */
/* wrap_sock: descriptors that no other process can have again. */
#ifndef CKPTLIB_WRAP_SOCK_H
#define CKPTLIB_WRAP_SOCK_H

#include <signal.h>
#include <sys/socket.h>
#include <time.h>

int ckpt_socket(int domain, int type, int protocol);
int ckpt_socketpair(int domain, int type, int protocol, int ret_fds[2]);
int ckpt_accept(int fd, struct sockaddr *ret_addr, socklen_t *size);
int ckpt_accept4(int fd, struct sockaddr *ret_addr, socklen_t *size, int flags);
int ckpt_pipe(int ret_fds[2]);
int ckpt_pipe2(int ret_fds[2], int flags);
int ckpt_epoll_create(int size);
int ckpt_epoll_create1(int flags);
int ckpt_eventfd(unsigned value, int flags);
int ckpt_timerfd_create(int clock, int flags);
int ckpt_signalfd(int fd, const sigset_t *mask, int flags);
int ckpt_inotify_init(void);
int ckpt_inotify_init1(int flags);
int ckpt_memfd_create(const char *name, unsigned flags);
int ckpt_posix_openpt(int flags);

#endif
