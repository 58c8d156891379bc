/* SPDX-License-Identifier: MIT */
/*
 * A ring of the last SSE_HISTORY events and a list of listeners. Events are
 * numbered; number n sits at n % SSE_HISTORY while next - n <= SSE_HISTORY.
 */
#include "web/sse.h"

#include "common/base/list.h"
#include "common/base/xalloc.h"
#include "common/svc/httpd.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct event {
	char *id, *event, *data;
};

struct listener {
	struct list link;
	struct sse *sse; /* NULL once that is freed */
	struct httpd_stream *stream;
	bool ended; /* httpd has still to close it */
};

struct sse {
	struct event ring[SSE_HISTORY];
	uint64_t next; /* number of the event to come */
	struct list listeners;
	size_t count;
};

struct sse *sse_new(void)
{
	struct sse *s = xcalloc(1, sizeof(*s));

	list_init(&s->listeners);
	return s;
}

static void event_release(struct event *e)
{
	free(e->id);
	free(e->event);
	free(e->data);
}

static void end(struct listener *l)
{
	if (l->ended)
		return;
	l->ended = true;
	httpd_stream_end(l->stream);
}

/* The stream has ended, whoever ended it. */
static void on_close(void *arg)
{
	struct listener *l = arg;

	list_del(&l->link);
	if (l->sse)
		l->sse->count--;
	free(l);
}

void sse_free(struct sse *s)
{
	struct listener *l, *tmp;

	if (!s)
		return;
	list_for_each_safe(l, tmp, &s->listeners, link) {
		list_del(&l->link);
		l->sse = NULL;
		end(l);
	}
	for (size_t i = 0; i < SSE_HISTORY; i++)
		event_release(&s->ring[i]);
	free(s);
}

static uint64_t first_kept(const struct sse *s)
{
	return s->next > SSE_HISTORY ? s->next - SSE_HISTORY : 0;
}

/*
 * The number of the first event after the one called @id. False if that one
 * is not kept.
 */
static bool find_after(const struct sse *s, const char *id, uint64_t *ret)
{
	for (uint64_t n = s->next; n > first_kept(s); n--) {
		if (strcmp(s->ring[(n - 1) % SSE_HISTORY].id, id) == 0) {
			*ret = n;
			return true;
		}
	}
	return false;
}

/* What the listener has missed; below 0 if it cannot take that much. */
static int replay(const struct sse *s, struct httpd_stream *stream,
		  const char *seen)
{
	uint64_t n = s->next;
	int r = 0;

	if (seen && *seen && !find_after(s, seen, &n))
		return httpd_stream_event(stream, NULL, "reset", "{}");
	for (; n < s->next && r == 0; n++) {
		const struct event *e = &s->ring[n % SSE_HISTORY];

		r = httpd_stream_event(stream, e->id, e->event, e->data);
	}
	return r;
}

void sse_reply(struct sse *s, struct httpd_req *req)
{
	const char *header = httpd_req_header(req, "Last-Event-ID");
	const char *query = httpd_req_query(req, "last_event_id");
	char *seen = xstrdup(header ? header : query);
	struct listener *l;

	if (s->count >= SSE_LISTENERS_MAX) {
		httpd_req_set_header(req, "Retry-After", "10");
		httpd_reply(req, 503, NULL, "", 0);
		free(seen);
		return;
	}
	l = xcalloc(1, sizeof(*l));
	l->sse = s;
	list_append(&s->listeners, &l->link);
	s->count++;
	httpd_req_set_header(req, "Cache-Control", "no-store");
	l->stream = httpd_reply_events(req, SSE_BACKLOG, on_close, l);
	if (replay(s, l->stream, seen) < 0)
		end(l);
	free(seen);
}

static void keep(struct sse *s, const char *id, const char *event,
		 const char *data)
{
	struct event *e = &s->ring[s->next++ % SSE_HISTORY];

	event_release(e);
	e->id = xstrdup(id);
	e->event = xstrdup(event);
	e->data = xstrdup(data);
}

void sse_send(struct sse *s, const char *id, const char *event,
	      const char *data)
{
	struct listener *l, *tmp;

	keep(s, id, event, data);
	list_for_each_safe(l, tmp, &s->listeners, link) {
		if (!l->ended &&
		    httpd_stream_event(l->stream, id, event, data) < 0)
			end(l);
	}
}

size_t sse_listeners(const struct sse *s)
{
	return s->count;
}
