/* SPDX-License-Identifier: MIT */
/*
 * Invariants: a handle deleted in a turn is dead at once and freed at the end
 * of the turn, since its event may already be in the array from epoll; a
 * timer is in the heap (pos >= 0), in the list of those firing, or unset.
 */
#include "common/svc/evloop.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/fd.h"
#include "common/base/list.h"
#include "common/base/xalloc.h"

#define EVLOOP_EVENTS_MAX 128

struct evloop_fd {
	struct list link; /* in loop->fds or loop->dead */
	struct evloop *loop;
	int fd;
	evloop_fd_fn *fn;
	void *arg;
	bool dead;
};

struct evloop_timer {
	struct list link; /* in the list of those firing */
	struct evloop *loop;
	int64_t due_ms;
	ssize_t pos; /* in the heap, or -1 */
	evloop_fn *fn;
	void *arg;
};

struct evloop_signal {
	struct list link;
	struct evloop_fd *handle;
	int fd;
	evloop_signal_fn *fn;
	void *arg;
};

struct evloop_message {
	struct list link;
	evloop_fn *fn;
	void *arg;
};

struct evloop_hook {
	struct list link;
	int order;
	evloop_hook_fn *fn;
	void *arg;
	bool dead;
};

struct evloop {
	int epoll_fd;
	int wake_fd;
	struct list fds, dead, signals, hooks;
	bool hooks_died;
	struct evloop_timer **heap; /* the least due_ms first */
	size_t heap_len, heap_room;
	int64_t hook_due_ms; /* INT64_MAX: no hook wants a turn */
	pthread_mutex_t lock; /* of messages */
	struct list messages;
	_Atomic bool stopping;
};

static void wake_up(struct evloop *loop)
{
	uint64_t one = 1;

	/* Fails only when the counter is full: awake anyway. */
	if (write(loop->wake_fd, &one, sizeof(one)) < 0)
		return;
}

int evloop_new(struct evloop **ret_loop, struct err *err)
{
	struct evloop *loop = xcalloc(1, sizeof(*loop));
	struct epoll_event ev = { .events = EPOLLIN };
	int ret = 0;

	loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	loop->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (loop->epoll_fd < 0 || loop->wake_fd < 0 ||
	    epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, loop->wake_fd, &ev) < 0)
		ret = err_sys(err, -errno, "cannot make an event loop");
	if (ret) {
		fd_close(&loop->epoll_fd);
		fd_close(&loop->wake_fd);
		free(loop);
		return ret;
	}
	list_init(&loop->fds);
	list_init(&loop->dead);
	list_init(&loop->signals);
	list_init(&loop->hooks);
	list_init(&loop->messages);
	pthread_mutex_init(&loop->lock, NULL);
	loop->hook_due_ms = INT64_MAX;
	*ret_loop = loop;
	return 0;
}

static void bury_dead(struct evloop *loop)
{
	struct evloop_fd *handle, *next;
	struct evloop_hook *hook, *next_hook;

	list_for_each_safe(handle, next, &loop->dead, link) {
		list_del(&handle->link);
		free(handle);
	}
	if (!loop->hooks_died)
		return;
	loop->hooks_died = false;
	list_for_each_safe(hook, next_hook, &loop->hooks, link) {
		if (!hook->dead)
			continue;
		list_del(&hook->link);
		free(hook);
	}
}

void evloop_free(struct evloop *loop)
{
	struct evloop_signal *sig, *next_sig;
	struct evloop_message *msg, *next_msg;
	struct evloop_fd *handle, *next;
	struct evloop_hook *hook, *next_hook;

	if (!loop)
		return;
	list_for_each_safe(sig, next_sig, &loop->signals, link) {
		evloop_del_fd(sig->handle);
		fd_close(&sig->fd);
		free(sig);
	}
	list_for_each_safe(handle, next, &loop->fds, link)
		evloop_del_fd(handle);
	list_for_each_safe(msg, next_msg, &loop->messages, link)
		free(msg);
	list_for_each_safe(hook, next_hook, &loop->hooks, link)
		free(hook);
	list_init(&loop->hooks);
	loop->hooks_died = false;
	bury_dead(loop);
	for (size_t i = 0; i < loop->heap_len; i++)
		free(loop->heap[i]);
	free(loop->heap);
	fd_close(&loop->epoll_fd);
	fd_close(&loop->wake_fd);
	pthread_mutex_destroy(&loop->lock);
	free(loop);
}

/* ---- descriptors ---- */

int evloop_add_fd(struct evloop *loop, int fd, uint32_t events,
		  evloop_fd_fn *fn, void *arg, struct evloop_fd **ret_handle,
		  struct err *err)
{
	struct evloop_fd *handle = xcalloc(1, sizeof(*handle));
	struct epoll_event ev = { .events = events, .data.ptr = handle };
	int ret;

	if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &ev) < 0) {
		ret = err_sys(err, -errno, "cannot watch descriptor %d", fd);
		free(handle);
		return ret;
	}
	handle->loop = loop;
	handle->fd = fd;
	handle->fn = fn;
	handle->arg = arg;
	list_append(&loop->fds, &handle->link);
	*ret_handle = handle;
	return 0;
}

int evloop_mod_fd(struct evloop_fd *handle, uint32_t events)
{
	struct epoll_event ev = { .events = events, .data.ptr = handle };

	return epoll_ctl(handle->loop->epoll_fd, EPOLL_CTL_MOD, handle->fd,
			 &ev) < 0
		       ? -errno
		       : 0;
}

void evloop_del_fd(struct evloop_fd *handle)
{
	if (!handle || handle->dead)
		return;
	epoll_ctl(handle->loop->epoll_fd, EPOLL_CTL_DEL, handle->fd, NULL);
	handle->dead = true;
	list_del(&handle->link);
	list_append(&handle->loop->dead, &handle->link);
}

/* ---- timers: a binary heap ---- */

static void heap_put(struct evloop *loop, size_t pos, struct evloop_timer *t)
{
	loop->heap[pos] = t;
	t->pos = (ssize_t)pos;
}

static void heap_up(struct evloop *loop, size_t pos)
{
	struct evloop_timer *t = loop->heap[pos];

	while (pos && loop->heap[(pos - 1) / 2]->due_ms > t->due_ms) {
		heap_put(loop, pos, loop->heap[(pos - 1) / 2]);
		pos = (pos - 1) / 2;
	}
	heap_put(loop, pos, t);
}

static void heap_down(struct evloop *loop, size_t pos)
{
	struct evloop_timer *t = loop->heap[pos];
	size_t child;

	while ((child = 2 * pos + 1) < loop->heap_len) {
		if (child + 1 < loop->heap_len &&
		    loop->heap[child + 1]->due_ms < loop->heap[child]->due_ms)
			child++;
		if (loop->heap[child]->due_ms >= t->due_ms)
			break;
		heap_put(loop, pos, loop->heap[child]);
		pos = child;
	}
	heap_put(loop, pos, t);
}

static void unset(struct evloop_timer *timer)
{
	struct evloop *loop = timer->loop;
	size_t pos = (size_t)timer->pos;
	struct evloop_timer *last;

	list_del(&timer->link);
	if (timer->pos < 0)
		return;
	timer->pos = -1;
	last = loop->heap[--loop->heap_len];
	if (last == timer)
		return;
	heap_put(loop, pos, last);
	heap_up(loop, pos);
	heap_down(loop, (size_t)last->pos);
}

struct evloop_timer *evloop_add_timer(struct evloop *loop, int64_t delay_ms,
				      evloop_fn *fn, void *arg)
{
	struct evloop_timer *timer = xcalloc(1, sizeof(*timer));

	list_init(&timer->link);
	timer->loop = loop;
	timer->pos = -1;
	timer->fn = fn;
	timer->arg = arg;
	evloop_set_timer(timer, delay_ms);
	return timer;
}

void evloop_set_timer(struct evloop_timer *timer, int64_t delay_ms)
{
	struct evloop *loop = timer->loop;

	unset(timer);
	if (delay_ms < 0)
		return;
	if (loop->heap_len == loop->heap_room) {
		loop->heap_room = loop->heap_room ? loop->heap_room * 2 : 16;
		loop->heap = xreallocarray(loop->heap, loop->heap_room,
					   sizeof(struct evloop_timer *));
	}
	timer->due_ms = clock_mono_ms() + delay_ms;
	heap_put(loop, loop->heap_len++, timer);
	heap_up(loop, (size_t)timer->pos);
}

bool evloop_timer_is_set(const struct evloop_timer *timer)
{
	return timer->pos >= 0 || !list_empty(&timer->link);
}

void evloop_del_timer(struct evloop_timer *timer)
{
	if (!timer)
		return;
	unset(timer);
	free(timer);
}

/* Those due now fire; what they set, even for at once, waits for a turn. */
static void run_timers(struct evloop *loop)
{
	struct list firing = LIST_INIT(firing);
	int64_t now = clock_mono_ms();

	while (loop->heap_len && loop->heap[0]->due_ms <= now) {
		struct evloop_timer *timer = loop->heap[0];

		unset(timer);
		list_append(&firing, &timer->link);
	}
	while (!list_empty(&firing)) {
		struct evloop_timer *timer =
			list_first(&firing, struct evloop_timer, link);

		list_del(&timer->link);
		timer->fn(timer->arg);
	}
}

/* ---- signals ---- */

static void on_signal(void *arg, uint32_t events)
{
	struct evloop_signal *sig = arg;
	struct signalfd_siginfo info;

	(void)events;
	if (read(sig->fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
		sig->fn(sig->arg, &info);
}

int evloop_add_signal(struct evloop *loop, int signo, evloop_signal_fn *fn,
		      void *arg, struct err *err)
{
	struct evloop_signal *sig = xcalloc(1, sizeof(*sig));
	sigset_t set;
	int ret;

	sigemptyset(&set);
	sigaddset(&set, signo);
	sig->fn = fn;
	sig->arg = arg;
	/* First: one that comes in between waits, and does not end us. */
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	sig->fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (sig->fd < 0) {
		ret = err_sys(err, -errno, "cannot receive signal %d", signo);
		free(sig);
		return ret;
	}
	ret = evloop_add_fd(loop, sig->fd, EPOLLIN, on_signal, sig,
			    &sig->handle, err);
	if (ret) {
		fd_close(&sig->fd);
		free(sig);
		return ret;
	}
	list_append(&loop->signals, &sig->link);
	return 0;
}

/* ---- messages from other threads ---- */

void evloop_post(struct evloop *loop, evloop_fn *fn, void *arg)
{
	struct evloop_message *msg = xmalloc(sizeof(*msg));

	msg->fn = fn;
	msg->arg = arg;
	pthread_mutex_lock(&loop->lock);
	list_append(&loop->messages, &msg->link);
	pthread_mutex_unlock(&loop->lock);
	wake_up(loop);
}

static struct evloop_message *next_message(struct evloop *loop)
{
	struct evloop_message *msg = NULL;

	pthread_mutex_lock(&loop->lock);
	if (!list_empty(&loop->messages)) {
		msg = list_first(&loop->messages, struct evloop_message, link);
		list_del(&msg->link);
	}
	pthread_mutex_unlock(&loop->lock);
	return msg;
}

/*
 * Delivers what was posted up to `last`, taken before: a message that posts
 * itself again must not hold the turn.
 */
static void run_messages(struct evloop *loop)
{
	struct evloop_message *msg, *last = NULL;
	uint64_t count;

	if (read(loop->wake_fd, &count, sizeof(count)) < 0)
		return;
	pthread_mutex_lock(&loop->lock);
	if (!list_empty(&loop->messages))
		last = list_last(&loop->messages, struct evloop_message, link);
	pthread_mutex_unlock(&loop->lock);
	while (last && (msg = next_message(loop))) {
		bool done = msg == last;

		msg->fn(msg->arg);
		free(msg);
		if (done)
			break;
	}
}

/* ---- hooks ---- */

void evloop_add_hook(struct evloop *loop, int order, evloop_hook_fn *fn,
		     void *arg)
{
	struct evloop_hook *hook = xcalloc(1, sizeof(*hook)), *at;
	struct list *before = &loop->hooks;

	hook->order = order;
	hook->fn = fn;
	hook->arg = arg;
	list_for_each(at, &loop->hooks, link) {
		if (at->order > order) {
			before = &at->link;
			break;
		}
	}
	list_insert_before(before, &hook->link);
	/* Its first call tells when it wants the next. */
	evloop_again(loop);
}

void evloop_del_hook(struct evloop *loop, evloop_hook_fn *fn, void *arg)
{
	struct evloop_hook *hook;

	list_for_each(hook, &loop->hooks, link) {
		if (hook->fn != fn || hook->arg != arg)
			continue;
		hook->dead = true;
		loop->hooks_died = true;
	}
}

void evloop_again(struct evloop *loop)
{
	loop->hook_due_ms = 0;
}

static void run_hooks(struct evloop *loop)
{
	struct evloop_hook *hook;
	int64_t delay, due;

	loop->hook_due_ms = INT64_MAX;
	list_for_each(hook, &loop->hooks, link) {
		if (hook->dead)
			continue;
		delay = hook->fn(hook->arg);
		if (delay < 0)
			continue;
		due = clock_mono_ms() + delay;
		if (due < loop->hook_due_ms)
			loop->hook_due_ms = due;
	}
}

/* ---- turns ---- */

static int wait_ms(const struct evloop *loop, int64_t max_wait_ms)
{
	int64_t due = loop->hook_due_ms, wait;

	if (loop->heap_len && loop->heap[0]->due_ms < due)
		due = loop->heap[0]->due_ms;
	if (due == INT64_MAX)
		wait = max_wait_ms;
	else {
		wait = due - clock_mono_ms();
		if (wait < 0)
			wait = 0;
		if (max_wait_ms >= 0 && wait > max_wait_ms)
			wait = max_wait_ms;
	}
	return wait > INT_MAX ? INT_MAX : (int)wait;
}

int evloop_turn(struct evloop *loop, int64_t max_wait_ms, struct err *err)
{
	struct epoll_event events[EVLOOP_EVENTS_MAX];
	bool woken = false;
	int count;

	count = epoll_wait(loop->epoll_fd, events, EVLOOP_EVENTS_MAX,
			   wait_ms(loop, max_wait_ms));
	if (count < 0 && errno != EINTR)
		return err_sys(err, -errno, "cannot wait for events");
	for (int i = 0; i < count; i++) {
		struct evloop_fd *handle = events[i].data.ptr;

		if (!handle)
			woken = true;
		else if (!handle->dead)
			handle->fn(handle->arg, events[i].events);
	}
	if (woken)
		run_messages(loop);
	run_timers(loop);
	run_hooks(loop);
	bury_dead(loop);
	return 0;
}

int evloop_run(struct evloop *loop, struct err *err)
{
	int ret = 0;

	while (!ret && !atomic_load(&loop->stopping))
		ret = evloop_turn(loop, -1, err);
	atomic_store(&loop->stopping, false);
	return ret;
}

void evloop_stop(struct evloop *loop)
{
	atomic_store(&loop->stopping, true);
	wake_up(loop);
}
