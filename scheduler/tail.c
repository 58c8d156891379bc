/* SPDX-License-Identifier: MIT */
#include "scheduler/tail.h"

#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/list.h"
#include "common/base/xalloc.h"
#include "common/svc/httpd.h"
#include "scheduler/api.h"
#include "scheduler/attempts.h"
#include "scheduler/hosts.h"
#include "scheduler/nodes.h"
#include "scheduler/sched.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct question {
	struct list link;
	struct wire_tail want;
	struct httpd_req *req;
	bool sent;
	int64_t until_ms; /* monotonic */
};

struct tails {
	struct list questions;
	int64_t next_id;
	int count;
};

void tail_new(struct sched *s)
{
	s->tails = xcalloc(1, sizeof(*s->tails));
	list_init(&s->tails->questions);
}

static void drop(struct tails *t, struct question *q)
{
	list_del(&q->link);
	free(q->want.file);
	free(q);
	t->count--;
}

void tail_free(struct sched *s)
{
	struct question *q, *next;

	if (!s->tails)
		return;
	list_for_each_safe(q, next, &s->tails->questions, link)
		drop(s->tails, q);
	free(s->tails);
	s->tails = NULL;
}

static struct question *find(struct tails *t, int64_t id,
			     const struct httpd_req *req)
{
	struct question *q;

	list_for_each(q, &t->questions, link) {
		if (req ? q->req == req : q->want.id == id)
			return q;
	}
	return NULL;
}

static void asker_gone(void *arg, struct httpd_req *req)
{
	struct sched *s = arg;
	struct question *q = find(s->tails, 0, req);

	if (q)
		drop(s->tails, q);
}

int tail_ask(struct sched *s, struct httpd_req *req, const char *nonce,
	     const struct wire_tail *want, struct err *err)
{
	const struct attempt *a = attempts_find(s, nonce);
	struct tails *t = s->tails;
	struct question *q;

	if (!a)
		return err_set(err, -EEXIST, "the job has just left its host");
	if (t->count >= TAIL_MAX)
		return err_set(err, -EAGAIN,
			       "too many ask for the output of jobs");
	q = xcalloc(1, sizeof(*q));
	q->want = *want;
	q->want.file = xstrdup(want->file);
	q->want.id = ++t->next_id;
	snprintf(q->want.nonce, sizeof(q->want.nonce), "%s", nonce);
	q->req = req;
	q->until_ms = clock_mono_ms() + TAIL_DEADLINE_MS;
	list_append(&t->questions, &q->link);
	t->count++;
	httpd_req_on_gone(req, asker_gone, s);
	hosts_news(s, a->slot->host);
	return 0;
}

static void add(struct wire_reply *r, const struct wire_tail *want)
{
	struct wire_tail *t;

	r->tails =
		xreallocarray(r->tails, r->tail_count + 1, sizeof(*r->tails));
	t = &r->tails[r->tail_count++];
	*t = *want;
	t->file = xstrdup(want->file);
}

void tail_fill(struct sched *s, const struct host *h, struct wire_reply *r)
{
	struct question *q;

	if (!s->tails)
		return;
	list_for_each(q, &s->tails->questions, link) {
		const struct attempt *a = attempts_find(s, q->want.nonce);

		if (q->sent || !a || strcmp(a->host, h->name))
			continue;
		add(r, &q->want);
		q->sent = true;
	}
}

static void fail(struct sched *s, struct question *q, int code,
		 const char *text)
{
	struct err err = ERR_INIT;

	err_set(&err, code, "%s", text);
	httpd_req_on_gone(q->req, NULL, NULL);
	api_error(s, q->req, &err);
	drop(s->tails, q);
}

void tail_answer(struct sched *s, const char *nonce, int64_t id,
		 const struct tail_answer *a)
{
	struct question *q = find(s->tails, id, NULL);
	char text[32];

	if (!q || strcmp(q->want.nonce, nonce))
		return;
	if (a->error) {
		fail(s, q, -ENOENT, a->error);
		return;
	}
	httpd_req_on_gone(q->req, NULL, NULL);
	snprintf(text, sizeof(text), "%" PRId64, a->offset);
	httpd_req_set_header(q->req, "Harrier-Offset", text);
	snprintf(text, sizeof(text), "%" PRId64, a->size);
	httpd_req_set_header(q->req, "Harrier-Size", text);
	api_state_header(s, q->req);
	httpd_reply(q->req, 200, "application/octet-stream", a->data, a->len);
	drop(s->tails, q);
}

void tail_tick(struct sched *s)
{
	int64_t now_ms = clock_mono_ms();
	struct question *q, *next;

	list_for_each_safe(q, next, &s->tails->questions, link) {
		if (!attempts_find(s, q->want.nonce))
			fail(s, q, -EEXIST, "the job has just left its host");
		else if (now_ms >= q->until_ms)
			fail(s, q, -EAGAIN, "the job's host does not answer");
	}
}
