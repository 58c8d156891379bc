/* SPDX-License-Identifier: MIT */
/*
 * One turn: MHD reads when its descriptor is ready, which calls begin, sink
 * and handle; a handled request is always suspended. The daemon's commit hook
 * runs. Then httpd_send resumes what was replied to and lets MHD send it. So
 * no reply can leave before the commit of its turn.
 */
#include "common/svc/httpd.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/fd.h"
#include "common/base/log.h"
#include "common/base/xalloc.h"
#include "common/svc/httpd_priv.h"

/*
 * MHD leaves clients above its limit hanging. So its limit is ours and some,
 * and those in between are told and sent off.
 */
#define HTTPD_SPARE_CONNECTIONS 64
#define HTTPD_BACKLOG		1024

static const char busy_reply[] =
	"HTTP/1.1 503 Service Unavailable\r\n"
	"Connection: close\r\nRetry-After: 1\r\n"
	"Content-Type: application/json\r\nContent-Length: 63\r\n\r\n"
	"{\"error\":{\"code\":\"too-many\",\"message\":\"too many connections\"}}\n";

/* ---- connections ---- */

static struct httpd_uid_count *uid_count(struct httpd_port *port, uid_t uid)
{
	for (size_t i = 0; i < port->uid_count; i++)
		if (port->uids[i].uid == uid)
			return &port->uids[i];
	port->uids = xreallocarray(port->uids, port->uid_count + 1,
				   sizeof(*port->uids));
	port->uids[port->uid_count] = (struct httpd_uid_count){ .uid = uid };
	return &port->uids[port->uid_count++];
}

/* Reads who is there; SO_PEERCRED answers on TCP too, so ask the family. */
static void identify(struct httpd_conn *conn)
{
	struct ucred cred;
	socklen_t len = sizeof(int);
	int family;

	conn->uid = (uid_t)-1;
	if (getsockopt(conn->fd, SOL_SOCKET, SO_DOMAIN, &family, &len) ||
	    family != AF_UNIX)
		return;
	conn->is_unix = true;
	len = sizeof(cred);
	if (getsockopt(conn->fd, SOL_SOCKET, SO_PEERCRED, &cred, &len))
		return;
	conn->uid = cred.uid;
	conn->pid = cred.pid;
}

static void connection_opened(struct httpd_port *port,
			      struct MHD_Connection *mhd, void **ret_context)
{
	struct httpd_conn *conn = xcalloc(1, sizeof(*conn));
	struct httpd_uid_count *uid;
	int64_t excess, uid_excess = 0;

	conn->port = port;
	conn->fd =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)
			->connect_fd;
	identify(conn);
	excess = ++port->connections - (int64_t)port->conf.connections_max;
	if (conn->is_unix && conn->uid != 0) {
		uid = uid_count(port, conn->uid);
		conn->counted_uid = true;
		uid_excess =
			++uid->connections - (int64_t)port->conf.per_uid_max;
	}
	*ret_context = conn;
	if (excess <= 0 && uid_excess <= 0)
		return;
	/* The first of a flood is worth a line. */
	if (excess == 1 || uid_excess == 1)
		log_warn("too many connections listener=%s uid=%d",
			 port->conf.name, (int)conn->uid);
	/* Shut down, so that MHD sees an end and drops it at once. */
	if (send(conn->fd, busy_reply, sizeof(busy_reply) - 1,
		 MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		log_debug("cannot answer 503: %s", err_reason(errno));
	shutdown(conn->fd, SHUT_RDWR);
}

static void connection_closed(struct httpd_conn *conn)
{
	if (!conn)
		return;
	conn->port->connections--;
	if (conn->counted_uid)
		uid_count(conn->port, conn->uid)->connections--;
	free(conn);
}

static void on_connection(void *cls, struct MHD_Connection *mhd, void **context,
			  enum MHD_ConnectionNotificationCode code)
{
	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		connection_opened(cls, mhd, context);
		return;
	}
	connection_closed(*context);
	*context = NULL;
}

/* ---- what MHD asks about requests ---- */

static void *on_uri(void *cls, const char *uri, struct MHD_Connection *mhd)
{
	struct httpd_conn *conn =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
			->socket_context;

	(void)cls;
	return httpd_req_new(conn, uri);
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *mhd,
				  const char *path, const char *method,
				  const char *version, const char *data,
				  size_t *len, void **context)
{
	(void)cls;
	(void)version;
	return httpd_req_step(*context, mhd, path, method, data, len);
}

static void on_completed(void *cls, struct MHD_Connection *mhd, void **context,
			 enum MHD_RequestTerminationCode code)
{
	(void)cls;
	(void)mhd;
	(void)code;
	httpd_req_free(*context);
	*context = NULL;
}

/* ---- running MHD ---- */

static void port_run(struct httpd_port *port)
{
	MHD_UNSIGNED_LONG_LONG timeout;

	port->run_again = false;
	MHD_run(port->mhd);
	port->due_ms = -1;
	if (MHD_get_timeout(port->mhd, &timeout) != MHD_YES)
		return;
	if (timeout == 0)
		port->run_again = true;
	else
		port->due_ms = clock_mono_ms() + (int64_t)timeout;
}

static void on_ready(void *arg, uint32_t events)
{
	(void)events;
	port_run(arg);
}

static void resume_requests(struct httpd *httpd)
{
	while (!list_empty(&httpd->ready)) {
		struct httpd_req *req =
			list_first(&httpd->ready, struct httpd_req, link);

		list_del(&req->link);
		if (req->state == HTTPD_PAUSED)
			req->state = HTTPD_BODY;
		MHD_resume_connection(req->mhd);
		req->conn->port->run_again = true;
	}
	while (!list_empty(&httpd->waking)) {
		struct httpd_stream *stream =
			list_first(&httpd->waking, struct httpd_stream, waking);

		list_del(&stream->waking);
		stream->suspended = false;
		MHD_resume_connection(stream->mhd);
		stream->port->run_again = true;
	}
}

/* Those parked for longer than their turn may hang up meanwhile. */
static void watch_parked(struct httpd *httpd)
{
	while (!list_empty(&httpd->fresh)) {
		struct httpd_req *req =
			list_first(&httpd->fresh, struct httpd_req, link);

		list_del(&req->link);
		list_append(&httpd->parked, &req->link);
		httpd_req_watch(req);
	}
}

/* The hook at the end of a turn. */
static int64_t httpd_send(void *arg)
{
	struct httpd *httpd = arg;
	struct httpd_port *port;
	int64_t now = clock_mono_ms(), wait = -1;
	uint64_t handled = httpd->handled;

	resume_requests(httpd);
	list_for_each(port, &httpd->listeners, link) {
		if (port->run_again ||
		    (port->due_ms >= 0 && port->due_ms <= now))
			port_run(port);
		if (port->due_ms >= 0 &&
		    (wait < 0 || port->due_ms - now < wait))
			wait = port->due_ms > now ? port->due_ms - now : 0;
		if (port->run_again)
			wait = 0;
	}
	watch_parked(httpd);
	/* Requests that came while sending have their turn next: what they wrote
	 * waits for the commit hook, which has run. */
	if (httpd->handled != handled || !list_empty(&httpd->ready) ||
	    !list_empty(&httpd->waking))
		wait = 0;
	return wait;
}

/* ---- listening ---- */

/* A socket file that nobody answers on is left from a crash. */
static int clear_stale(const struct sockaddr_un *addr, struct err *err)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), ret = 0;

	if (fd < 0)
		return err_sys(err, -errno, "cannot make a socket");
	if (!connect(fd, (const struct sockaddr *)addr, sizeof(*addr)))
		ret = err_set(err, -EADDRINUSE,
			      "another server listens on '%s'", addr->sun_path);
	else if (errno == ECONNREFUSED && unlink(addr->sun_path))
		ret = err_sys(err, -errno, "cannot remove '%s'",
			      addr->sun_path);
	close(fd);
	return ret;
}

static int listen_unix(const struct httpd_listener *conf, int *ret_fd,
		       struct err *err)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	mode_t mode = conf->unix_mode ? conf->unix_mode : 0600;
	int fd, ret;

	if (strlen(conf->unix_path) >= sizeof(addr.sun_path))
		return err_set(err, -ENAMETOOLONG,
			       "the socket path '%s' is longer than %zu bytes",
			       conf->unix_path, sizeof(addr.sun_path) - 1);
	strcpy(addr.sun_path, conf->unix_path);
	ret = clear_stale(&addr, err);
	if (ret)
		return ret;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    chmod(conf->unix_path, mode) || listen(fd, HTTPD_BACKLOG)) {
		ret = err_sys(err, -errno, "cannot listen on '%s'",
			      conf->unix_path);
		fd_close(&fd);
		return ret;
	}
	*ret_fd = fd;
	return 0;
}

static int listen_tcp(const struct httpd_listener *conf, int *ret_fd,
		      struct err *err)
{
	const char *host = conf->address ? conf->address : "127.0.0.1";
	union {
		struct sockaddr sa;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	} addr = { .in6 = { .sin6_port = htons(conf->port) } };
	bool is_v6 = strchr(host, ':');
	int fd, on = 1, ret;

	addr.sa.sa_family = is_v6 ? AF_INET6 : AF_INET;
	if (inet_pton(addr.sa.sa_family, host,
		      is_v6 ? (void *)&addr.in6.sin6_addr
			    : (void *)&addr.in.sin_addr) != 1)
		return err_set(err, -EINVAL, "'%s' is not a numeric address",
			       host);
	fd = socket(addr.sa.sa_family,
		    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    bind(fd, &addr.sa, is_v6 ? sizeof(addr.in6) : sizeof(addr.in)) ||
	    listen(fd, HTTPD_BACKLOG)) {
		ret = err_sys(err, -errno, "cannot listen on %s port %u", host,
			      conf->port);
		fd_close(&fd);
		return ret;
	}
	*ret_fd = fd;
	return 0;
}

static uint16_t bound_port(int fd)
{
	union {
		struct sockaddr sa;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	} addr = { 0 };
	socklen_t len = sizeof(addr);

	if (getsockname(fd, &addr.sa, &len))
		return 0;
	return ntohs(addr.sa.sa_family == AF_INET6 ? addr.in6.sin6_port
						   : addr.in.sin_port);
}

static void log_mhd(void *cls, const char *fmt, va_list ap)
{
	char *text = xvasprintf(fmt, ap);

	(void)cls;
	text[strcspn(text, "\n")] = '\0';
	log_debug("http: %s", text);
	free(text);
}

static struct MHD_Daemon *start_mhd(struct httpd_port *port, int fd)
{
	const struct httpd_listener *conf = &port->conf;

	return MHD_start_daemon(
		MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0,
		NULL, NULL, on_request, port, MHD_OPTION_EXTERNAL_LOGGER,
		log_mhd, NULL, MHD_OPTION_LISTEN_SOCKET, fd,
		MHD_OPTION_CONNECTION_LIMIT,
		conf->connections_max + HTTPD_SPARE_CONNECTIONS,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)conf->memory_bytes,
		MHD_OPTION_CONNECTION_TIMEOUT, conf->idle_timeout_s,
		MHD_OPTION_URI_LOG_CALLBACK, on_uri, NULL,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, port,
		MHD_OPTION_END);
}

static void set_defaults(struct httpd_listener *conf)
{
	if (!conf->connections_max)
		conf->connections_max = 1000;
	if (!conf->per_uid_max)
		conf->per_uid_max = (conf->connections_max + 1) / 2;
	if (!conf->memory_bytes)
		conf->memory_bytes = 16384;
	if (!conf->idle_timeout_s)
		conf->idle_timeout_s = 60;
	if (!conf->body_max)
		conf->body_max = 1 << 20;
}

static void port_free(struct httpd_port *port)
{
	evloop_del_fd(port->watch);
	if (port->mhd)
		MHD_stop_daemon(port->mhd);
	if (port->conf.unix_path && port->mhd)
		unlink(port->conf.unix_path);
	free((char *)port->conf.name);
	free((char *)port->conf.unix_path);
	free((char *)port->conf.address);
	free(port->uids);
	free(port);
}

static struct httpd_port *port_new(struct httpd *httpd,
				   const struct httpd_listener *conf)
{
	struct httpd_port *port = xcalloc(1, sizeof(*port));

	port->httpd = httpd;
	port->conf = *conf;
	port->conf.name = xstrdup(conf->name ? conf->name : "http");
	port->conf.unix_path = xstrdup(conf->unix_path);
	port->conf.address = xstrdup(conf->address);
	port->due_ms = -1;
	set_defaults(&port->conf);
	return port;
}

int httpd_listen(struct httpd *httpd, const struct httpd_listener *listener,
		 uint16_t *ret_port, struct err *err)
{
	struct httpd_port *port;
	int fd = -1, ret, epoll_fd;

	ret = listener->unix_path ? listen_unix(listener, &fd, err)
				  : listen_tcp(listener, &fd, err);
	if (ret)
		return ret;
	port = port_new(httpd, listener);
	port->mhd = start_mhd(port, fd);
	if (!port->mhd) {
		close(fd);
		port_free(port);
		return err_set(err, -EIO, "cannot start the HTTP server");
	}
	epoll_fd = MHD_get_daemon_info(port->mhd, MHD_DAEMON_INFO_EPOLL_FD)
			   ->epoll_fd;
	ret = evloop_add_fd(httpd->loop, epoll_fd, EPOLLIN, on_ready, port,
			    &port->watch, err);
	if (ret) {
		port_free(port);
		return ret;
	}
	if (ret_port)
		*ret_port = listener->unix_path ? 0 : bound_port(fd);
	list_append(&httpd->listeners, &port->link);
	return 0;
}

/* ---- begin and end ---- */

int httpd_new(struct evloop *loop, struct httpd **ret_httpd, struct err *err)
{
	struct httpd *httpd = xcalloc(1, sizeof(*httpd));

	if (MHD_is_feature_supported(MHD_FEATURE_EPOLL) != MHD_YES) {
		free(httpd);
		return err_set(err, -ENOTSUP,
			       "libmicrohttpd was built without epoll");
	}
	httpd->loop = loop;
	list_init(&httpd->listeners);
	list_init(&httpd->ready);
	list_init(&httpd->fresh);
	list_init(&httpd->parked);
	list_init(&httpd->streams);
	list_init(&httpd->waking);
	evloop_add_hook(loop, EVLOOP_ORDER_SEND, httpd_send, httpd);
	*ret_httpd = httpd;
	return 0;
}

/*
 * MHD_stop_daemon aborts where a connection is suspended: all are resumed
 * and cut off before. What is replied already still goes out.
 */
static void break_all(struct httpd *httpd)
{
	struct httpd_stream *stream;

	watch_parked(httpd);
	while (!list_empty(&httpd->parked))
		httpd_req_break(
			list_first(&httpd->parked, struct httpd_req, link));
	list_for_each(stream, &httpd->streams, link)
		httpd_stream_break(stream);
}

void httpd_free(struct httpd *httpd)
{
	struct httpd_port *port, *next;

	if (!httpd)
		return;
	evloop_del_hook(httpd->loop, httpd_send, httpd);
	httpd->freeing = true;
	list_for_each(port, &httpd->listeners, link)
		close(MHD_quiesce_daemon(port->mhd));
	do {
		break_all(httpd);
		resume_requests(httpd);
		list_for_each(port, &httpd->listeners, link)
			port_run(port);
	} while (!list_empty(&httpd->parked) || !list_empty(&httpd->fresh) ||
		 !list_empty(&httpd->ready) || !list_empty(&httpd->waking));
	list_for_each_safe(port, next, &httpd->listeners, link) {
		list_del(&port->link);
		port_free(port);
	}
	free(httpd);
}

unsigned httpd_connections(const struct httpd *httpd, const char *listener)
{
	const struct httpd_port *port;

	list_for_each(port, &httpd->listeners, link)
		if (!strcmp(port->conf.name, listener))
			return port->connections;
	return 0;
}
