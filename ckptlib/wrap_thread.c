/* SPDX-License-Identifier: MIT */
/* An object of its own: only programs that use threads link libc's. */
#include "ckptlib/wrap_thread.h"

#include "ckptlib/poll.h"

int ckpt_pthread_create(pthread_t *ret_thread, const pthread_attr_t *attr,
			void *(*start)(void *arg), void *arg)
{
	ckpti_poll_refuse("the program has threads");
	return pthread_create(ret_thread, attr, start, arg);
}
