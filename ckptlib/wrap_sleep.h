/* SPDX-License-Identifier: MIT */
/* wrap_sleep: sleeps that answer requests and then last as long as they would
 * have; waits that a signal of ours does not end. */
#ifndef CKPTLIB_WRAP_SLEEP_H
#define CKPTLIB_WRAP_SLEEP_H

#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <time.h>

unsigned ckpt_sleep(unsigned seconds);
int ckpt_usleep(unsigned microseconds);
int ckpt_nanosleep(const struct timespec *want, struct timespec *ret_left);
int ckpt_pause(void);
int ckpt_select(int n, fd_set *reads, fd_set *writes, fd_set *excepts,
		struct timeval *limit);

int ckpt_clock_nanosleep(clockid_t clock, int flags,
			 const struct timespec *want,
			 struct timespec *ret_left);
int ckpt_pselect(int n, fd_set *reads, fd_set *writes, fd_set *excepts,
		 const struct timespec *limit, const sigset_t *mask);
int ckpt_poll_fds(struct pollfd *fds, nfds_t n, int limit_ms);
int ckpt_ppoll(struct pollfd *fds, nfds_t n, const struct timespec *limit,
	       const sigset_t *mask);
int ckpt_sigsuspend(const sigset_t *mask);
int ckpt_epoll_wait(int fd, struct epoll_event *events, int n, int limit_ms);

#endif
