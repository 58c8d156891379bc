/* SPDX-License-Identifier: MIT */
/* httpd_priv: what the three files of httpd share; for no one else. */
#ifndef HARRIER_SVC_HTTPD_PRIV_H
#define HARRIER_SVC_HTTPD_PRIV_H

#include <microhttpd.h>

#include "common/base/list.h"
#include "common/base/strbuf.h"
#include "common/svc/httpd.h"

struct httpd {
	struct evloop *loop;
	struct list listeners;
	struct list ready; /* requests replied to: send at the end of turn */
	struct list fresh; /* parked in this turn, not watched yet */
	struct list parked; /* without a reply, watched */
	struct list streams; /* replies under way */
	struct list waking; /* suspended streams to go on */
	bool freeing; /* no request begins any more */
	uint64_t handled; /* requests, since the start */
};

/* One listening socket is one MHD daemon: limits are per daemon there. */
struct httpd_port {
	struct list link;
	struct httpd *httpd;
	struct httpd_listener conf; /* strings are copies */
	struct MHD_Daemon *mhd;
	struct evloop_fd *watch;
	bool run_again;
	int64_t due_ms; /* when MHD wants to look at timeouts; -1: never */
	unsigned connections;
	struct httpd_uid_count *uids;
	size_t uid_count;
};

struct httpd_uid_count {
	uid_t uid;
	unsigned connections;
};

/* One connection of a client; many requests, one after the other. */
struct httpd_conn {
	struct httpd_port *port;
	int fd;
	bool is_unix;
	bool counted_uid;
	uid_t uid;
	pid_t pid;
};

enum httpd_state {
	HTTPD_BEGIN, /* in the begin callback */
	HTTPD_BODY, /* the body comes in */
	HTTPD_PAUSED, /* its sink asked to wait: suspended */
	HTTPD_HANDLE, /* in the handle callback */
	HTTPD_PARKED, /* no reply yet: suspended */
	HTTPD_REPLIED, /* suspended, in httpd->ready */
	HTTPD_SENDING, /* the reply is MHD's */
};

struct httpd_req {
	struct list link; /* in ready, fresh or parked while suspended */
	struct httpd_conn *conn;
	struct MHD_Connection *mhd;
	enum httpd_state state;
	bool bad_uri;
	bool gone; /* to be cut off as soon as MHD asks */
	struct evloop_fd *watch; /* for the client's hanging up */
	const char *method;
	char *path;

	size_t body_max;
	struct strbuf body;
	uint64_t body_seen;
	httpd_sink_fn *sink;
	void *sink_arg;
	int sink_error;
	bool pausing;
	bool too_large;

	void *data;
	void (*free_data)(void *data);
	void (*on_gone)(void *arg, struct httpd_req *req);
	void *on_gone_arg;

	struct MHD_Response *response; /* ours until queued */
	unsigned status;
	struct httpd_header *headers;
	size_t header_count;
	struct httpd_stream *stream; /* that the response reads from */
};

struct httpd_header {
	char *name;
	char *value;
};

struct httpd_stream {
	struct list link; /* in httpd->streams */
	struct list waking; /* in httpd->waking while to be resumed */
	struct httpd *httpd;
	struct httpd_port *port;
	struct MHD_Connection *mhd;
	int fd;
	struct evloop_fd *watch;
	bool suspended;
	bool broken; /* the client is gone, or we end */
	evloop_fd_fn *on_hangup;

	httpd_fill_fn *fill; /* NULL: pushed */
	void (*close)(void *arg);
	void *arg;
	struct strbuf backlog;
	size_t sent; /* of the backlog */
	size_t backlog_max;
	bool ending;
	struct evloop_timer *keep_alive; /* of an event stream */
};

/* httpd_req.c */
struct httpd_req *httpd_req_new(struct httpd_conn *conn, const char *raw_uri);
void httpd_req_free(struct httpd_req *req);
/* MHD's access handler. */
enum MHD_Result httpd_req_step(struct httpd_req *req,
			       struct MHD_Connection *mhd, const char *path,
			       const char *method, const char *data,
			       size_t *len);
/* Tells the owner, unless told or replied to. */
void httpd_req_tell_gone(struct httpd_req *req);
/* The client of a suspended request hung up, or httpd ends. */
void httpd_req_break(struct httpd_req *req);
/* Looks out for the client's hanging up while the request is suspended. */
void httpd_req_watch(struct httpd_req *req);

/* httpd_reply.c */
enum MHD_Result httpd_reply_queue(struct httpd_req *req);
/* The client is gone, or httpd ends: cut it off at the next run. */
void httpd_stream_break(struct httpd_stream *stream);
void httpd_reply_error(struct httpd_req *req, int status, const char *code,
		       const char *message);

#endif
