/* SPDX-License-Identifier: MIT */
/* wrap_thread: a program with threads takes no checkpoints from there on. */
#ifndef CKPTLIB_WRAP_THREAD_H
#define CKPTLIB_WRAP_THREAD_H

#include <pthread.h>

int ckpt_pthread_create(pthread_t *ret_thread, const pthread_attr_t *attr,
			void *(*start)(void *arg), void *arg);

#endif
