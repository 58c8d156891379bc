/* SPDX-License-Identifier: MIT */
/*
 * worker: threads for what takes long and needs no state of the scheduler:
 * hashing, zstd, fsync. A task belongs to one thread at a time.
 */
#ifndef HARRIER_SCHEDULER_WORKER_H
#define HARRIER_SCHEDULER_WORKER_H

struct err;
struct evloop;
struct workers;

int workers_new(struct evloop *loop, int threads, struct workers **ret,
		struct err *err);
/* Lets tasks under way finish; drops those that wait, with their callbacks. */
void workers_free(struct workers *w);

/* work(arg) in a thread, then done(arg) in the loop. */
void workers_run(struct workers *w, void (*work)(void *arg),
		 void (*done)(void *arg), void *arg);

#endif
