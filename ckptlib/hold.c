/* SPDX-License-Identifier: MIT */
/*
 * The list changes where the program opens and closes, in any of its threads.
 * Polls are answered by a process without other threads only.
 */
#include "ckptlib/hold.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/single_threaded.h>

#include "ckptlib/filetab.h"
#include "ckptlib/os.h"
#include "ckptlib/poll.h"

struct hold {
	enum ckpti_hold_kind kind;
	uintptr_t key;
	const char *what, *call;
};

static struct hold *holds;
static size_t nholds, cap_holds;
static bool lost; /* no memory to remember one: checkpoints stay off */

/* ---- the lock: only once the process has threads ------------------------------ */

bool ckpti_threaded;

static int lock;

void ckpti_lock(void)
{
	if (__libc_single_threaded)
		return;
	while (__atomic_exchange_n(&lock, 1, __ATOMIC_ACQUIRE))
		sched_yield();
}

void ckpti_unlock(void)
{
	if (lock)
		__atomic_store_n(&lock, 0, __ATOMIC_RELEASE);
}

/* ---- the list -------------------------------------------------------------------- */

static struct hold *find(enum ckpti_hold_kind kind, uintptr_t key)
{
	size_t i;

	for (i = 0; i < nholds; i++) {
		if (holds[i].kind == kind && holds[i].key == key)
			return &holds[i];
	}
	return NULL;
}

/* What a batch user did not see coming is told once; the rest on request. */
static bool worth_a_word(enum ckpti_hold_kind kind)
{
	static bool told[CKPTI_HOLD_SEMAPHORE + 1];
	bool first = !told[kind];

	if (kind == CKPTI_HOLD_CHILD || kind == CKPTI_HOLD_COMMAND ||
	    kind == CKPTI_HOLD_STREAM)
		return false;
	told[kind] = true;
	return first;
}

static void describe(const struct hold *h, char *text, size_t size)
{
	switch (h->kind) {
	case CKPTI_HOLD_CHILD:
		snprintf(text, size, "%s %ld (since %s)", h->what, (long)h->key,
			 h->call);
		break;
	case CKPTI_HOLD_FD:
		snprintf(text, size, "%s, descriptor %d (since %s)", h->what,
			 (int)h->key, h->call);
		break;
	default:
		snprintf(text, size, "%s (since %s)", h->what, h->call);
	}
}

void ckpti_hold(enum ckpti_hold_kind kind, uintptr_t key, const char *what,
		const char *call)
{
	int saved = errno;
	struct hold *h;
	char text[200];

	if (!ckpti_filetab.active)
		return;
	ckpti_lock();
	h = find(kind, key);
	if (!h) {
		h = ckpti_grow(holds, &cap_holds, nholds + 1, sizeof(*h));
		if (h) {
			holds = h;
			h += nholds++;
		}
	}
	lost |= !h;
	if (h) {
		*h = (struct hold){ kind, key, what, call };
		describe(h, text, sizeof(text));
	}
	ckpti_unlock();
	if (h && worth_a_word(kind)) {
		ckpti_say("checkpoints wait from here on: the program has %s",
			  text);
		ckpti_poll_told();
	}
	errno = saved;
}

void ckpti_hold_end(enum ckpti_hold_kind kind, uintptr_t key)
{
	int saved = errno;
	struct hold *h;
	bool last;

	if (!nholds)
		return;
	ckpti_lock();
	h = find(kind, key);
	if (h)
		*h = holds[--nholds];
	last = h && !nholds && !lost;
	ckpti_unlock();
	if (last)
		ckpti_poll_released();
	errno = saved;
}

void ckpti_hold_copy(int fd, int copy)
{
	const struct hold *h = nholds ? find(CKPTI_HOLD_FD, (uintptr_t)fd)
				      : NULL;

	if (h && copy >= 0)
		ckpti_hold(CKPTI_HOLD_FD, (uintptr_t)copy, h->what, h->call);
}

void ckpti_hold_forget(void)
{
	nholds = 0;
	lock = 0;
	ckpti_filetab.active = false; /* it asks for none of its own */
}

bool ckpti_held(char *ret_text, size_t size)
{
	size_t n;

	if (!ckpti_held_any())
		return false;
	if (!nholds) {
		snprintf(ret_text, size, "no memory to remember what it opens");
		return true;
	}
	ckpti_lock();
	describe(&holds[0], ret_text, size);
	n = nholds;
	ckpti_unlock();
	if (n > 1) {
		size_t len = 0;

		while (len < size && ret_text[len])
			len++;
		snprintf(ret_text + len, size - len, " and %zu more", n - 1);
	}
	return true;
}

bool ckpti_held_any(void)
{
	return nholds || lost;
}

bool ckpti_hold_has(enum ckpti_hold_kind kind, uintptr_t key)
{
	return nholds && find(kind, key);
}
