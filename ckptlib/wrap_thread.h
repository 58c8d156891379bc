/* SPDX-License-Identifier: MIT */
/* wrap_thread: while a program has threads it takes no checkpoints. */
#ifndef CKPTLIB_WRAP_THREAD_H
#define CKPTLIB_WRAP_THREAD_H

#include <pthread.h>
#include <threads.h>

int ckpt_pthread_create(pthread_t *ret_thread, const pthread_attr_t *attr,
			void *(*start)(void *arg), void *arg);
int ckpt_pthread_join(pthread_t thread, void **ret_value);
int ckpt_pthread_tryjoin_np(pthread_t thread, void **ret_value);
int ckpt_pthread_detach(pthread_t thread);
int ckpt_thrd_create(thrd_t *ret_thread, thrd_start_t start, void *arg);
int ckpt_thrd_join(thrd_t thread, int *ret_value);
int ckpt_thrd_detach(thrd_t thread);

#endif
