/* SPDX-License-Identifier: MIT */
/* sse: one stream of changes to many listeners, who may miss a while. */
#ifndef HARRIER_WEB_SSE_H
#define HARRIER_WEB_SSE_H

#include <stddef.h>

struct httpd_req;

/*
 * The last SSE_HISTORY events are kept. A listener that names the last one it
 * has seen gets those after it; if that one is no longer kept, the first
 * event is "reset": it has to ask for everything anew.
 */
#define SSE_HISTORY	  4096
#define SSE_BACKLOG	  (256u * 1024) /* bytes a slow listener may be behind */
#define SSE_LISTENERS_MAX 256 /* the next is answered 503 */

struct sse;

struct sse *sse_new(void);
/* Ends the streams. Call it before httpd_free. */
void sse_free(struct sse *s);

/* Answers with the stream; Last-Event-ID: header, or ?last_event_id=. */
void sse_reply(struct sse *s, struct httpd_req *req);

/*
 * Sends an event to all. `id` must not be that of another kept event. Copies.
 * Listeners that are too slow are cut off: they come back by themselves.
 */
void sse_send(struct sse *s, const char *id, const char *event,
	      const char *data);

size_t sse_listeners(const struct sse *s);

#endif
