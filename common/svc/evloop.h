/* SPDX-License-Identifier: MIT */
/* evloop: one thread's loop over descriptors, timers, signals and messages. */
#ifndef HARRIER_SVC_EVLOOP_H
#define HARRIER_SVC_EVLOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/signalfd.h>

#include "common/base/err.h"

/*
 * One turn: wait; run what is ready (descriptors, signals, messages, timers);
 * then run every hook once, by ascending order. All calls below but
 * evloop_post and evloop_stop belong to the loop's own thread. Callbacks may
 * add and delete anything, themselves too: a deleted one is not called again,
 * even where its event had come already.
 */
struct evloop;
struct evloop_fd;
struct evloop_timer;

/* `events`: what epoll reported (EPOLLIN and so on). */
typedef void evloop_fd_fn(void *arg, uint32_t events);
typedef void evloop_fn(void *arg);
typedef void evloop_signal_fn(void *arg, const struct signalfd_siginfo *info);
/* Returns in how many ms the loop must turn again at the latest; -1: never. */
typedef int64_t evloop_hook_fn(void *arg);

/* 0 or -errno. */
int evloop_new(struct evloop **ret_loop, struct err *err);
/* Frees handles too; messages not yet delivered are dropped. */
void evloop_free(struct evloop *loop);

/* Turns until evloop_stop. 0, or -errno of epoll itself. */
int evloop_run(struct evloop *loop, struct err *err);
/* One turn that waits at most `max_wait_ms` (-1: no limit). For tests. */
int evloop_turn(struct evloop *loop, int64_t max_wait_ms, struct err *err);
/* From any thread or callback: the current turn is the last. */
void evloop_stop(struct evloop *loop);

/* Watches a descriptor, which stays the caller's: delete before closing it. */
int evloop_add_fd(struct evloop *loop, int fd, uint32_t events,
		  evloop_fd_fn *fn, void *arg, struct evloop_fd **ret_handle,
		  struct err *err);
/* Changes the events; 0 leaves only EPOLLERR and EPOLLHUP. 0 or -errno. */
int evloop_mod_fd(struct evloop_fd *handle, uint32_t events);
void evloop_del_fd(struct evloop_fd *handle);

/*
 * A timer, by clock_mono_ms. It fires once, `delay_ms` after the call, or
 * stays unset with -1; evloop_set_timer sets it again, from its callback too.
 */
struct evloop_timer *evloop_add_timer(struct evloop *loop, int64_t delay_ms,
				      evloop_fn *fn, void *arg);
void evloop_set_timer(struct evloop_timer *timer, int64_t delay_ms);
bool evloop_timer_is_set(const struct evloop_timer *timer);
void evloop_del_timer(struct evloop_timer *timer);

/*
 * Delivers a signal as a callback. Blocks it in the calling thread: call
 * before threads start, so that they inherit the mask. Children must unblock
 * (daemon_reset_signals).
 */
int evloop_add_signal(struct evloop *loop, int signo, evloop_signal_fn *fn,
		      void *arg, struct err *err);

/* From any thread: the loop will call fn(arg) once, in order of posting. */
void evloop_post(struct evloop *loop, evloop_fn *fn, void *arg);

/*
 * The next turn does not wait. For the loop's thread, outside of a turn or in
 * a hook, when it leaves work for an earlier hook.
 */
void evloop_again(struct evloop *loop);

/*
 * Calls fn at the end of each turn. EVLOOP_ORDER_COMMIT is for a daemon's
 * transaction; httpd sends what was replied at EVLOOP_ORDER_SEND: so replies
 * given in a turn, and those given by the commit hook, leave after it.
 */
#define EVLOOP_ORDER_COMMIT 10
#define EVLOOP_ORDER_SEND   100
void evloop_add_hook(struct evloop *loop, int order, evloop_hook_fn *fn,
		     void *arg);
void evloop_del_hook(struct evloop *loop, evloop_hook_fn *fn, void *arg);

#endif
