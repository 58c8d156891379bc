/* SPDX-License-Identifier: MIT */
#include "scheduler/feed.h"

#include "common/base/list.h"
#include "common/base/xalloc.h"
#include "scheduler/attempts.h"
#include "scheduler/nodes.h"
#include "scheduler/queue.h"
#include "scheduler/sched.h"
#include "web/sse.h"

#include <stdio.h>
#include <stdlib.h>

struct change {
	struct list link;
	char *event, *data;
};

struct feed {
	struct list pending; /* of this turn */
	struct sse *sse;
	int64_t number; /* of the last change */
};

void feed_new(struct sched *s)
{
	s->feed = xcalloc(1, sizeof(*s->feed));
	list_init(&s->feed->pending);
	s->feed->sse = sse_new();
}

static void free_change(struct change *c)
{
	list_del(&c->link);
	free(c->event);
	free(c->data);
	free(c);
}

static void drop(struct feed *f)
{
	while (!list_empty(&f->pending))
		free_change(list_first(&f->pending, struct change, link));
}

void feed_free(struct sched *s)
{
	if (!s->feed)
		return;
	drop(s->feed);
	sse_free(s->feed->sse);
	free(s->feed);
	s->feed = NULL;
}

void feed_add(struct sched *s, const char *event, json_t *data)
{
	struct change *c = xcalloc(1, sizeof(*c));

	c->event = xstrdup(event);
	c->data = json_dumps(data, JSON_COMPACT);
	json_decref(data);
	list_append(&s->feed->pending, &c->link);
}

void feed_job(struct sched *s, const struct job *j)
{
	char id[32];

	snprintf(id, sizeof(id), "%d.%d", j->cluster->id, j->proc);
	feed_add(s, "job",
		 json_pack("{s:s,s:i,s:s,s:s?,s:s}", "job", id, "status",
			   jobstate_status(j->state), "state",
			   jobstate_name(j->state), "host",
			   j->attempt ? j->attempt->host : NULL, "owner",
			   j->cluster->owner->name));
}

void feed_host(struct sched *s, const struct host *h)
{
	feed_add(s, "host",
		 json_pack("{s:s,s:s,s:s}", "host", h->name, "state",
			   h->online ? "online" : "offline", "owner",
			   wire_owner_name(h->owner)));
}

void feed_commit(struct sched *s, bool committed)
{
	struct feed *f = s->feed;

	if (!committed)
		drop(f);
	while (!list_empty(&f->pending)) {
		struct change *c = list_first(&f->pending, struct change, link);
		char id[48];

		/* Numbers begin anew with the process, ids must not. */
		snprintf(id, sizeof(id), "%lld-%lld", (long long)s->started,
			 (long long)++f->number);
		sse_send(f->sse, id, c->event, c->data);
		free_change(c);
	}
}

void feed_subscribe(struct sched *s, struct httpd_req *req)
{
	sse_reply(s->feed->sse, req);
}
