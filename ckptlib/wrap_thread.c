/* SPDX-License-Identifier: MIT */
/*
 * An object of its own: only programs that use threads link libc's. A thread
 * counts from its creation until it is joined or, detached, has ended.
 *
 * The words that polls and foreign entries share are the process's, not a
 * thread's: several threads may leave them wrong. They are put right when the
 * last thread is gone.
 */
#include "ckptlib/wrap_thread.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "ckptlib/abi.h"
#include "ckptlib/hold.h"

struct thread {
	struct thread *next;
	void *(*start)(void *arg);
	int (*start_c11)(void *arg);
	void *arg;
	uintptr_t number;
	pthread_t id;
	bool known, detached, ended; /* known: id is set */
};

static struct thread *threads;
static uintptr_t last_number;
static unsigned nthreads;
static int mask_before;

/* Under the lock. True if it was the last one. */
static bool drop(struct thread *t)
{
	struct thread **p = &threads;

	while (*p && *p != t)
		p = &(*p)->next;
	if (*p)
		*p = t->next;
	return --nthreads == 0;
}

static void gone(struct thread *t, bool last)
{
	if (last) {
		ckpt_mask = mask_before;
		ckpt_token = NULL;
		ckpti_threaded = false;
	}
	ckpti_hold_end(CKPTI_HOLD_THREAD, t->number);
	free(t);
}

static void on_end(void *arg)
{
	struct thread *t = arg;
	bool out, last = false;

	ckpti_lock();
	t->ended = true;
	out = t->detached;
	if (out)
		last = drop(t);
	ckpti_unlock();
	if (out)
		gone(t, last);
}

static void *run(void *arg)
{
	struct thread *t = arg;
	void *value;

	pthread_cleanup_push(on_end, t);
	value = t->start_c11 ? (void *)(intptr_t)t->start_c11(t->arg)
			     : t->start(t->arg);
	pthread_cleanup_pop(1);
	return value;
}

static struct thread *add(const pthread_attr_t *attr, void *arg,
			  const char *call)
{
	struct thread *t = calloc(1, sizeof(*t));
	int state = PTHREAD_CREATE_JOINABLE;

	if (!t)
		return NULL;
	if (attr)
		pthread_attr_getdetachstate(attr, &state);
	t->arg = arg;
	t->detached = state == PTHREAD_CREATE_DETACHED;
	ckpti_lock();
	t->number = ++last_number;
	t->next = threads;
	threads = t;
	if (nthreads++ == 0)
		mask_before = ckpt_mask;
	ckpti_threaded = true;
	ckpti_unlock();
	ckpti_hold(CKPTI_HOLD_THREAD, t->number, "threads", call);
	return t;
}

static int start_thread(struct thread *t, pthread_t *ret_thread,
			const pthread_attr_t *attr)
{
	bool detached = t->detached; /* it may be gone when create returns */
	bool last;
	int r = pthread_create(ret_thread, attr, run, t);

	if (r) {
		ckpti_lock();
		last = drop(t);
		ckpti_unlock();
		gone(t, last);
	} else if (!detached) {
		ckpti_lock();
		t->id = *ret_thread;
		t->known = true;
		ckpti_unlock();
	}
	return r;
}

int ckpt_pthread_create(pthread_t *ret_thread, const pthread_attr_t *attr,
			void *(*start)(void *arg), void *arg)
{
	struct thread *t = add(attr, arg, "pthread_create");

	if (!t)
		return EAGAIN;
	t->start = start;
	return start_thread(t, ret_thread, attr);
}

static struct thread *find(pthread_t id)
{
	struct thread *t = threads;

	while (t && !(t->known && pthread_equal(t->id, id)))
		t = t->next;
	return t;
}

static int joined(pthread_t id, int r)
{
	struct thread *t;
	bool last = false;

	if (r)
		return r;
	ckpti_lock();
	t = find(id);
	if (t)
		last = drop(t);
	ckpti_unlock();
	if (t)
		gone(t, last);
	return 0;
}

int ckpt_pthread_join(pthread_t thread, void **ret_value)
{
	return joined(thread, pthread_join(thread, ret_value));
}

int ckpt_pthread_tryjoin_np(pthread_t thread, void **ret_value)
{
	return joined(thread, pthread_tryjoin_np(thread, ret_value));
}

int ckpt_pthread_detach(pthread_t thread)
{
	struct thread *t;
	bool out = false, last = false;
	int r;

	ckpti_lock();
	t = find(thread);
	r = pthread_detach(thread);
	if (t && !r) {
		t->detached = true;
		out = t->ended;
		if (out)
			last = drop(t);
	}
	ckpti_unlock();
	if (out)
		gone(t, last);
	return r;
}

/* ---- C11's names ----------------------------------------------------------------- */

static int c11_result(int r)
{
	return r == 0	     ? thrd_success
	       : r == ENOMEM ? thrd_nomem
	       : r == EBUSY  ? thrd_busy
			     : thrd_error;
}

int ckpt_thrd_create(thrd_t *ret_thread, thrd_start_t start, void *arg)
{
	struct thread *t = add(NULL, arg, "thrd_create");
	pthread_t id;
	int r;

	if (!t)
		return thrd_nomem;
	t->start_c11 = start;
	r = start_thread(t, &id, NULL);
	if (!r)
		*ret_thread = (thrd_t)id;
	return c11_result(r);
}

int ckpt_thrd_join(thrd_t thread, int *ret_value)
{
	void *value = NULL;
	int r = ckpt_pthread_join((pthread_t)thread, &value);

	if (!r && ret_value)
		*ret_value = (int)(intptr_t)value;
	return c11_result(r);
}

int ckpt_thrd_detach(thrd_t thread)
{
	return c11_result(ckpt_pthread_detach((pthread_t)thread));
}
