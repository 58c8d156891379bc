/* tests: _Atomic, <stdatomic.h>, __sync and __atomic built-ins, one thread */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdatomic.h>
#include <stdbool.h>

struct queue {
	atomic_uint head, tail;
	_Atomic(int *) last;
	int ring[8];
	atomic_flag busy;
};

static struct queue q = { .busy = ATOMIC_FLAG_INIT };
static _Atomic long total;
static int plain, *volatile where = &plain;

static int poll_some(int x)
{
	for (int i = 0; i < plain % 2 + 2; i++)
		__atomic_add_fetch(&plain, i, __ATOMIC_SEQ_CST);
	return x;
}

static bool push(int x)
{
	unsigned at = atomic_load(&q.tail);

	if (at - atomic_load(&q.head) == 8)
		return false;
	q.ring[at % 8] = poll_some(x);
	atomic_store(&q.last, &q.ring[at % 8]);
	atomic_store_explicit(&q.tail, at + 1, memory_order_release);
	return true;
}

static int pop(void)
{
	unsigned at = atomic_fetch_add(&q.head, 1);

	return poll_some(q.ring[at % 8]);
}

static int builtins(int n)
{
	_Atomic int local = n;
	int old = 0, *p = &old;

	for (int i = 0; i < n; i++) {
		local += poll_some(i);
		local++;
		__sync_fetch_and_add(p, 3);
		if (__sync_bool_compare_and_swap(p, 3 * (i + 1), i))
			__sync_lock_test_and_set(p, 3 * (i + 1));
		while (!__atomic_compare_exchange_n(&plain, &(int){ *where },
						    plain, false,
						    __ATOMIC_SEQ_CST,
						    __ATOMIC_RELAXED))
			poll_some(i);
	}
	__sync_synchronize();
	atomic_thread_fence(memory_order_seq_cst);
	return atomic_exchange(&local, 0) + old;
}

int main(void)
{
	for (int i = 0; i < 20; i++) {
		while (!push(i * i))
			total += pop();
		if (!atomic_flag_test_and_set(&q.busy))
			total += poll_some(1);
		if (i % 5 == 4)
			atomic_flag_clear(&q.busy);
		atomic_fetch_xor(&total, i);
		check_mix((uint32_t)*q.last);
	}
	printf("%ld %u %u\n", (long)total, (unsigned)q.head, (unsigned)q.tail);
	printf("%d %d\n", builtins(9), plain);
	return check_done();
}
