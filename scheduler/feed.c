/* SPDX-License-Identifier: MIT */
#include "scheduler/feed.h"

#include "common/base/list.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "common/svc/httpd.h"
#include "scheduler/attempts.h"
#include "scheduler/nodes.h"
#include "scheduler/queue.h"
#include "scheduler/sched.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A watcher that is further behind than this is cut off. */
#define BACKLOG_MAX (1u << 20)
#define ID_SIZE	    48

struct change {
	struct list link;
	char id[ID_SIZE];
	char *event, *data;
};

struct watcher {
	struct list link;
	struct httpd_stream *stream;
	struct feed *feed;
};

struct feed {
	struct list pending; /* of this turn */
	struct list kept; /* told, oldest first */
	size_t kept_count;
	struct list watchers;
	int64_t number; /* of the last change */
};

void feed_new(struct sched *s)
{
	struct feed *f = xcalloc(1, sizeof(*f));

	list_init(&f->pending);
	list_init(&f->kept);
	list_init(&f->watchers);
	s->feed = f;
}

static void free_change(struct change *c)
{
	list_del(&c->link);
	free(c->event);
	free(c->data);
	free(c);
}

static void free_changes(struct list *head)
{
	struct change *c, *next;

	list_for_each_safe(c, next, head, link)
		free_change(c);
}

void feed_free(struct sched *s)
{
	struct watcher *w, *next;

	if (!s->feed)
		return;
	/* httpd is gone by now, and with it the streams. */
	list_for_each_safe(w, next, &s->feed->watchers, link)
		free(w);
	free_changes(&s->feed->pending);
	free_changes(&s->feed->kept);
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

static void tell(struct feed *f, const struct change *c)
{
	struct watcher *w, *next;

	/* A watcher that is too slow is ended, and reads all again. */
	list_for_each_safe(w, next, &f->watchers, link)
		if (httpd_stream_event(w->stream, c->id, c->event, c->data))
			httpd_stream_end(w->stream);
}

void feed_commit(struct sched *s, bool committed)
{
	struct feed *f = s->feed;

	if (!committed) {
		free_changes(&f->pending);
		return;
	}
	while (!list_empty(&f->pending)) {
		struct change *c = list_first(&f->pending, struct change, link);

		list_del(&c->link);
		/* Numbers begin anew with the process, ids must not. */
		snprintf(c->id, sizeof(c->id), "%lld-%lld",
			 (long long)s->started, (long long)++f->number);
		list_append(&f->kept, &c->link);
		tell(f, c);
		if (++f->kept_count > FEED_KEEP) {
			free_change(list_first(&f->kept, struct change, link));
			f->kept_count--;
		}
	}
}

static void watcher_gone(void *arg)
{
	struct watcher *w = arg;

	list_del(&w->link);
	free(w);
}

/* What came after @last; "reset" when that is not known any more. */
static void catch_up(struct feed *f, struct watcher *w, const char *last)
{
	struct change *c;
	bool found = false;

	list_for_each(c, &f->kept, link) {
		if (found)
			httpd_stream_event(w->stream, c->id, c->event, c->data);
		else if (!strcmp(c->id, last))
			found = true;
	}
	if (!found)
		httpd_stream_event(w->stream, NULL, "reset", "{}");
}

void feed_subscribe(struct sched *s, struct httpd_req *req)
{
	const char *header = httpd_req_header(req, "Last-Event-ID");
	char *last = xstrdup(header);
	struct watcher *w = xcalloc(1, sizeof(*w));

	w->feed = s->feed;
	list_append(&s->feed->watchers, &w->link);
	w->stream = httpd_reply_events(req, BACKLOG_MAX, watcher_gone, w);
	if (last)
		catch_up(s->feed, w, last);
	free(last);
}
