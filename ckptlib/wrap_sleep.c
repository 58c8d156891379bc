/* SPDX-License-Identifier: MIT */
/*
 * A sleep has a frame of its own in an image: what is left of it. Signals of
 * ours are blocked but while it sleeps, so that none comes between the look at
 * the request and the sleep.
 */
#undef _FORTIFY_SOURCE
#include "ckptlib/wrap_sleep.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "ckptlib/abi.h"
#include "ckptlib/os.h"
#include "ckptlib/poll.h"

enum kind { SLEEP, USLEEP, NANOSLEEP, PAUSE, SELECT };

struct nap {
	enum kind kind;
	long long left_ns;
	void *ret_left; /* struct timespec of nanosleep, timeval of select */
	bool may_poll;
};

/* ---- the frame ------------------------------------------------------------------- */

static void resume(void *ret);

static const struct ckpt_type of_void = { .name = "void", .kind = CKPT_VOID };
static const struct ckpt_type of_pointer = {
	.name = "void *",
	.kind = CKPT_PTR,
	.elem = &of_void,
	.size = sizeof(void *),
	.align = _Alignof(void *),
};
static const struct ckpt_type of_time = {
	.name = "long long",
	.kind = CKPT_INT,
	.size = sizeof(long long),
	.align = _Alignof(long long),
};

enum { KIND, LEFT, RET_LEFT, NVARS };

static const struct ckpt_var vars[NVARS] = {
	[KIND] = { "kind", &of_time, CKPT_P_LLONG, 0, 0 },
	[LEFT] = { "left", &of_time, CKPT_P_LLONG, 0, 0 },
	[RET_LEFT] = { "ret_left", &of_pointer, CKPT_P_PTR, 0, 0 },
};

static const struct ckpt_function self;
static const struct ckpt_point point = {
	.fn = &self,
	.what = "loop",
	.file = "sleep",
	.line = 1,
	.col = 1,
	.nvars = NVARS,
	.vars = vars,
};
static const struct ckpt_point *const points[] = { &point };
static const struct ckpt_function self = {
	.name = "sleep",
	.file = "sleep",
	.line = 1,
	.resume = resume,
	.points = points,
	.npoints = 1,
};
static const struct ckpt_function *const functions[] = { &self };
static const struct ckpt_type *const types[] = { &of_void, &of_pointer,
						 &of_time };
static const struct ckpt_unit unit = {
	.abi = CKPT_ABI_VERSION,
	.name = "sleep",
	.functions = functions,
	.types = types,
	.nfunctions = 1,
	.ntypes = 3,
};
__attribute__((section("ckpt_units"),
	       used)) static const struct ckpt_unit *const listed = &unit;

/* True when the caller has to return: the frame unwinds. */
static bool answer(const struct nap *n)
{
	if (!n->may_poll || ckpt_mask || !ckpt_request || !ckpt_poll(&point))
		return false;
	ckpt_save(&point, (long long)n->kind, n->left_ns, n->ret_left);
	return true;
}

/* ---- sleeping -------------------------------------------------------------------- */

static void block_ours(sigset_t *ret_before)
{
	static const int signals[] = { SIGTERM, SIGTSTP, SIGUSR2, SIGURG };
	sigset_t ours;
	size_t i;

	sigemptyset(&ours);
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaddset(&ours, signals[i]);
	sigprocmask(SIG_BLOCK, &ours, ret_before);
}

/* Until the time is over or a signal comes; 0, or -1 with errno. */
static int sleep_once(struct nap *n)
{
	uint64_t start = ckpti_now_ns();
	struct timespec limit;
	sigset_t before;
	int r = -1, saved = EINTR;

	limit.tv_sec = (time_t)(n->left_ns / 1000000000);
	limit.tv_nsec = (long)(n->left_ns % 1000000000);
	block_ours(&before);
	if (!ckpt_request || ckpti_poll_counting() || !n->may_poll) {
		r = ppoll(NULL, 0, n->kind == PAUSE ? NULL : &limit, &before);
		saved = errno;
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	n->left_ns -= (long long)(ckpti_now_ns() - start);
	if (n->left_ns < 0)
		n->left_ns = 0;
	errno = saved;
	return r;
}

/* 1: the frame unwinds; 0: over; -1: a signal that the program handles. */
static int nap(struct nap *n)
{
	unsigned seen;

	do {
		if (answer(n))
			return 1;
		seen = ckpti_poll_signals;
		if (!sleep_once(n))
			return 0;
		if (errno != EINTR)
			return -1;
	} while (seen != ckpti_poll_signals ||
		 (n->may_poll && ckpt_request && !ckpti_poll_counting()));
	return -1;
}

static void store_left(const struct nap *n)
{
	struct timespec *ts = n->ret_left;
	struct timeval *tv = n->ret_left;

	if (!n->ret_left)
		return;
	if (n->kind == SELECT) {
		tv->tv_sec = (time_t)(n->left_ns / 1000000000);
		tv->tv_usec = (suseconds_t)(n->left_ns % 1000000000 / 1000);
	} else {
		ts->tv_sec = (time_t)(n->left_ns / 1000000000);
		ts->tv_nsec = (long)(n->left_ns % 1000000000);
	}
}

/* What the call returns, as the word that all of them have. */
static int finish(struct nap *n)
{
	int saved, r = nap(n);

	if (r > 0)
		return 0;
	saved = errno;
	if (n->kind == SELECT || (n->kind == NANOSLEEP && r))
		store_left(n);
	errno = saved;
	if (n->kind == SLEEP)
		return (int)((n->left_ns + 500000000) / 1000000000);
	return r;
}

static void resume(void *ret)
{
	struct nap n = { .may_poll = true };
	unsigned id;
	void *const *v = ckpt_restore(&self, &id);
	int r;

	n.kind = (enum kind) * (long long *)v[KIND];
	n.left_ns = *(long long *)v[LEFT];
	n.ret_left = *(void **)v[RET_LEFT];
	r = finish(&n);
	if (ret)
		*(int *)ret = r;
}

static bool take_token(const void *callee)
{
	if (ckpt_token != callee)
		return false;
	ckpt_token = NULL;
	return true;
}

#define BY_TOKEN(fn) take_token((const void *)(uintptr_t)(fn))

unsigned ckpt_sleep(unsigned seconds)
{
	struct nap n = { .kind = SLEEP, .left_ns = seconds * 1000000000LL };

	n.may_poll = BY_TOKEN(ckpt_sleep);
	return (unsigned)finish(&n);
}

int ckpt_usleep(unsigned microseconds)
{
	struct nap n = { .kind = USLEEP, .left_ns = microseconds * 1000LL };

	n.may_poll = BY_TOKEN(ckpt_usleep);
	return finish(&n);
}

static bool is_valid(const struct timespec *t)
{
	return t->tv_sec >= 0 && t->tv_nsec >= 0 && t->tv_nsec < 1000000000;
}

static long long to_ns(const struct timespec *t)
{
	const long long most = INT64_MAX / 1000000000 - 1;

	return (t->tv_sec < most ? t->tv_sec : most) * 1000000000LL +
	       t->tv_nsec;
}

int ckpt_nanosleep(const struct timespec *want, struct timespec *ret_left)
{
	struct nap n = { .kind = NANOSLEEP, .ret_left = ret_left };

	n.may_poll = BY_TOKEN(ckpt_nanosleep);
	if (!is_valid(want)) {
		errno = EINVAL;
		return -1;
	}
	n.left_ns = to_ns(want);
	return finish(&n);
}

int ckpt_pause(void)
{
	struct nap n = { .kind = PAUSE };

	n.may_poll = BY_TOKEN(ckpt_pause);
	return finish(&n);
}

/* ---- waits for descriptors --------------------------------------------------------- */

/* Calls again while it was ended by a signal of ours only. */
#define AGAIN(r, call)                                                       \
	do {                                                                 \
		unsigned seen_ = ckpti_poll_signals;                         \
		r = call;                                                    \
		if (r >= 0 || errno != EINTR || seen_ == ckpti_poll_signals) \
			break;                                               \
	} while (1)

/* Without descriptors it is a sleep. Linux leaves what is left in limit. */
int ckpt_select(int n, fd_set *reads, fd_set *writes, fd_set *excepts,
		struct timeval *limit)
{
	struct nap nap = { .kind = SELECT, .ret_left = limit };
	int r;

	nap.may_poll = BY_TOKEN(ckpt_select);
	if (n == 0 && limit && limit->tv_sec >= 0 && limit->tv_usec >= 0) {
		nap.left_ns =
			limit->tv_sec * 1000000000LL + limit->tv_usec * 1000LL;
		return finish(&nap);
	}
	AGAIN(r, select(n, reads, writes, excepts, limit));
	return r;
}

/* What is left of a limit that began at `start`. */
static struct timespec *rest(const struct timespec *limit, uint64_t start,
			     struct timespec *left)
{
	long long ns;

	if (!limit)
		return NULL;
	ns = to_ns(limit) - (long long)(ckpti_now_ns() - start);
	if (ns < 0)
		ns = 0;
	left->tv_sec = (time_t)(ns / 1000000000);
	left->tv_nsec = (long)(ns % 1000000000);
	return left;
}

int ckpt_pselect(int n, fd_set *reads, fd_set *writes, fd_set *excepts,
		 const struct timespec *limit, const sigset_t *mask)
{
	uint64_t start = ckpti_now_ns();
	struct timespec left;
	int r;

	AGAIN(r, pselect(n, reads, writes, excepts, rest(limit, start, &left),
			 mask));
	return r;
}

int ckpt_ppoll(struct pollfd *fds, nfds_t n, const struct timespec *limit,
	       const sigset_t *mask)
{
	uint64_t start = ckpti_now_ns();
	struct timespec left;
	int r;

	AGAIN(r, ppoll(fds, n, rest(limit, start, &left), mask));
	return r;
}

static struct timespec *limit_of(int limit_ms, struct timespec *limit)
{
	limit->tv_sec = limit_ms / 1000;
	limit->tv_nsec = limit_ms % 1000 * 1000000L;
	return limit_ms < 0 ? NULL : limit;
}

int ckpt_poll_fds(struct pollfd *fds, nfds_t n, int limit_ms)
{
	struct timespec limit;

	return ckpt_ppoll(fds, n, limit_of(limit_ms, &limit), NULL);
}

int ckpt_epoll_wait(int fd, struct epoll_event *events, int n, int limit_ms)
{
	struct timespec limit, left, *t;
	uint64_t start = ckpti_now_ns();
	int r;

	t = limit_of(limit_ms, &limit);
	do {
		unsigned seen = ckpti_poll_signals;

		if (t && rest(t, start, &left))
			limit_ms = (int)(left.tv_sec * 1000 +
					 (left.tv_nsec + 999999) / 1000000);
		r = epoll_wait(fd, events, n, limit_ms);
		if (r >= 0 || errno != EINTR || seen == ckpti_poll_signals)
			return r;
	} while (1);
}

int ckpt_sigsuspend(const sigset_t *mask)
{
	int r;

	AGAIN(r, sigsuspend(mask));
	return r;
}

/* It returns its error. */
int ckpt_clock_nanosleep(clockid_t clock, int flags,
			 const struct timespec *want, struct timespec *ret_left)
{
	struct timespec left = *want;
	unsigned seen;
	int r;

	do {
		seen = ckpti_poll_signals;
		r = clock_nanosleep(clock, flags, &left, &left);
	} while (r == EINTR && seen != ckpti_poll_signals);
	if (r == EINTR && ret_left && !(flags & TIMER_ABSTIME))
		*ret_left = left;
	return r;
}
