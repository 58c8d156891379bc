/* SPDX-License-Identifier: MIT */
/*
 * helpers: the scheduler's side of harrier-access. One process per uid, made
 * when it is needed; one call at a time, in order, each with a deadline, so
 * that a dead network home stalls its user alone. The scheduler itself never
 * opens a user's file.
 */
#ifndef HARRIER_SCHEDULER_HELPERS_H
#define HARRIER_SCHEDULER_HELPERS_H

#include "scheduler/access/channel.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct err;
struct evloop;
struct helpers;

/* @program: path of harrier-access; borrowed. */
struct helpers *helpers_new(struct evloop *loop, const char *program);
/* Calls that wait are dropped, without their callback. */
void helpers_free(struct helpers *h);

/*
 * Called once from the loop, never from helpers_call. result: what the verb
 * said; -ETIMEDOUT, -EPIPE when the helper hung or died; -EPERM when this
 * scheduler may not act for that user.
 */
typedef void helpers_fn(void *arg, const struct access_reply *reply);

struct helpers_call {
	uid_t uid;
	enum access_verb verb;
	const char *path;
	const void *text; /* or NULL */
	size_t text_len;
	int64_t a;
	int fd; /* borrowed until the callback; -1: none */
};

/* Copies path and text. */
void helpers_call(struct helpers *h, const struct helpers_call *call,
		  helpers_fn *fn, void *arg);

#endif
