/* SPDX-License-Identifier: MIT */
/*
 * tail: fetches the output of a running job from its host: the question goes
 * with the host's next sync reply, the answer comes as a PUT. Only in memory.
 */
#ifndef HARRIER_SCHEDULER_TAIL_H
#define HARRIER_SCHEDULER_TAIL_H

#include "common/job/wire.h"

struct err;
struct host;
struct httpd_req;
struct sched;

/* How long a client waits for the host's answer. */
#define TAIL_DEADLINE_MS 30000
/* Questions at a time. */
#define TAIL_MAX 1000

void tail_new(struct sched *s);
void tail_free(struct sched *s);

/*
 * Parks @req until the host of attempt @nonce answers. @want says what (its
 * nonce and id are filled in; the texts are copied). -EAGAIN: too many ask.
 */
int tail_ask(struct sched *s, struct httpd_req *req, const char *nonce,
	     const struct wire_tail *want, struct err *err);
/* Adds to a sync reply what this host was not asked yet. */
void tail_fill(struct sched *s, const struct host *h, struct wire_reply *r);

/* The host's answer: bytes from @offset of @size, or @error. */
struct tail_answer {
	const char *data;
	size_t len;
	int64_t offset, size;
	const char *error; /* or NULL */
};
/* One that nobody waits for any more is dropped. */
void tail_answer(struct sched *s, const char *nonce, int64_t id,
		 const struct tail_answer *answer);
/* Tells those whose time is over. Every second. */
void tail_tick(struct sched *s);

#endif
