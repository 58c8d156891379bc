/* SPDX-License-Identifier: MIT */
#include "scheduler/api.h"

#include "common/base/err.h"
#include "common/base/xalloc.h"
#include "common/svc/httpd.h"
#include "common/svc/json.h"
#include "scheduler/core.h"
#include "scheduler/sched.h"
#include "scheduler/tokens.h"
#include "web/page.h"
#include "web/session.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX	   "/api/v1"
#define BODY_MAX   (64u << 20)
#define PATH_PARTS 8

/* -- replies -------------------------------------------------------------------- */

void api_state_header(struct sched *s, struct httpd_req *req)
{
	char value[WIRE_NONCE_SIZE + 48];

	snprintf(value, sizeof(value), "%s %lld %lld", s->state.pool,
		 (long long)s->state.epoch, (long long)s->state.seq);
	httpd_req_set_header(req, "Harrier-State", value);
}

void api_fail(struct sched *s, struct httpd_req *req, int status,
	      const char *code, const char *message, const char *cure)
{
	json_t *error = json_object(), *root = json_object();

	json_set_str(error, "code", code);
	json_set_str(error, "message", message);
	if (cure)
		json_set_str(error, "cure", cure);
	json_object_set_new(root, "error", error);
	api_state_header(s, req);
	httpd_reply_json(req, status, root);
}

static const struct {
	int errno_value, status;
	const char *code, *cure;
} codes[] = {
	{ EINVAL, 400, "bad-request", NULL },
	{ ENOENT, 404, "not-found", NULL },
	{ EACCES, 403, "forbidden", NULL },
	{ EPERM, 403, "forbidden", NULL },
	{ EEXIST, 409, "conflict", NULL },
	{ ESTALE, 409, "superseded", NULL },
	{ ETIME, 410, "gone", NULL },
	{ E2BIG, 413, "too-large", NULL },
	{ EFBIG, 413, "too-large", NULL },
	{ EBADMSG, 422, "damaged", NULL },
	{ ENODATA, 422, "damaged", NULL },
	{ EAGAIN, 503, "not-ready", "try again" },
	{ EBUSY, 503, "not-ready", "try again" },
	{ ENOSPC, 507, "store-full", "make room on the scheduler's disk" },
	{ EDQUOT, 507, "store-full", "make room on the scheduler's disk" },
};

void api_error(struct sched *s, struct httpd_req *req, const struct err *err)
{
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (codes[i].errno_value != -err->code)
			continue;
		api_fail(s, req, codes[i].status, codes[i].code, err_text(err),
			 codes[i].cure);
		return;
	}
	api_fail(s, req, 500, "internal", err_text(err), NULL);
}

void api_reply(struct api_call *c, int status, json_t *json)
{
	api_state_header(c->s, c->req);
	httpd_reply_json(c->req, status, json);
}

/* "bytes=A-B", "bytes=A-": one range; anything else means the whole. */
static bool parse_range(const char *text, int64_t size, int64_t *ret_from,
			int64_t *ret_len)
{
	long long from, to;
	int n;

	if (!text)
		return false;
	n = sscanf(text, "bytes=%lld-%lld", &from, &to);
	if (n < 1 || from < 0 || from >= size)
		return false;
	if (n == 1 || to >= size)
		to = size - 1;
	if (to < from)
		return false;
	*ret_from = from;
	*ret_len = to - from + 1;
	return true;
}

int api_send_fd(struct sched *s, struct httpd_req *req, int fd, struct err *err)
{
	static const char type[] = "application/octet-stream";
	int64_t from = 0, len;
	char range[80];
	struct stat st;
	int status = 200;

	if (fstat(fd, &st) < 0) {
		int rc = err_sys(err, -errno, "cannot send a file");

		close(fd);
		return rc;
	}
	len = st.st_size;
	if (parse_range(httpd_req_header(req, "Range"), st.st_size, &from,
			&len)) {
		snprintf(range, sizeof(range), "bytes %lld-%lld/%lld",
			 (long long)from, (long long)(from + len - 1),
			 (long long)st.st_size);
		httpd_req_set_header(req, "Content-Range", range);
		status = 206;
	}
	api_state_header(s, req);
	httpd_reply_fd(req, status, type, fd, from, len);
	return 0;
}

int api_send_file(struct sched *s, struct httpd_req *req, const char *path,
		  struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return err_set(err, -ETIME,
			       "the file is not in the spool any more");
	return api_send_fd(s, req, fd, err);
}

/* -- who ------------------------------------------------------------------------------ */

static bool changes(const char *method)
{
	return strcmp(method, "GET") && strcmp(method, "HEAD");
}

static unsigned int tcp_scopes(struct sched *s, struct httpd_req *req)
{
	const char *auth = httpd_req_header(req, "Authorization");

	if (auth)
		return tokens_scopes(s->tokens, auth);
	if (!sessions_check(s->sessions, req))
		return 0;
	if (changes(httpd_req_method(req)) && !session_origin_ok(req))
		return API_READ;
	return API_READ | API_SUBMIT | API_ADMIN;
}

/* Scopes of the request; 0 after an error reply. */
static unsigned int authenticate(struct sched *s, struct httpd_req *req,
				 uid_t *ret_uid)
{
	unsigned int scopes;

	if (httpd_req_is_unix(req)) {
		uid_t uid = httpd_req_uid(req);

		*ret_uid = uid;
		if (uid == geteuid() || uid == 0)
			return API_ALL;
		return API_READ | API_SUBMIT;
	}
	*ret_uid = geteuid();
	if (!session_host_ok(req, s->tcp_port)) {
		api_fail(s, req, 403, "forbidden",
			 "the Host header names another machine", NULL);
		return 0;
	}
	scopes = tcp_scopes(s, req);
	if (!scopes)
		api_fail(s, req, 401, "unauthorized",
			 "no valid token or session",
			 "open the page with 'harrier page'");
	return scopes;
}

bool api_may_act(const struct api_call *c, const char *owner)
{
	return (c->scopes & API_ADMIN) || !strcmp(c->user, owner);
}

bool api_parse_job(const char *text, int *ret_cluster, int *ret_proc)
{
	int cluster, proc = -1, end = 0;

	if (sscanf(text, "%d%n", &cluster, &end) != 1 || cluster < 1)
		return false;
	if (text[end] == '.') {
		const char *rest = text + end + 1;

		if (*rest < '0' || *rest > '9' ||
		    sscanf(rest, "%d%n", &proc, &end) != 1 || rest[end])
			return false;
	} else if (text[end]) {
		return false;
	}
	*ret_cluster = cluster;
	*ret_proc = proc;
	return true;
}

/* -- routes ----------------------------------------------------------------------------- */

struct route {
	const char *method;
	const char *path; /* "*": any part, given as an argument */
	unsigned int scope;
	api_handler *handler;
};

static const struct route routes[] = {
	{ "POST", "/clusters", API_SUBMIT, api_submit },
	{ "GET", "/jobs", API_READ, api_jobs_list },
	{ "POST", "/jobs/actions", API_SUBMIT, api_jobs_actions },
	{ "GET", "/jobs/*", API_READ, api_jobs_get },
	{ "GET", "/jobs/*/history", API_READ, api_jobs_history },
	{ "GET", "/jobs/*/why", API_READ, api_jobs_why },
	{ "POST", "/jobs/*/attrs", API_SUBMIT, api_jobs_attrs },
	{ "GET", "/jobs/*/output", API_SUBMIT, api_jobs_output },
	{ "GET", "/hosts", API_READ, api_hosts_list },
	{ "GET", "/hosts/*", API_READ, api_hosts_get },
	{ "POST", "/hosts/*/sync", API_HOST, api_hosts_sync },
	{ "POST", "/hosts/*/vacate", API_ADMIN, api_hosts_vacate },
	{ "POST", "/hosts/*/drain", API_ADMIN, api_hosts_drain },
	{ "DELETE", "/hosts/*/drain", API_ADMIN, api_hosts_undrain },
	{ "GET", "/attempts/*/files/*", API_HOST, api_attempt_file },
	{ "PUT", "/attempts/*/output/*", API_HOST, api_attempt_output },
	{ "POST", "/attempts/*/checkpoints", API_HOST, api_offer_checkpoint },
	{ "POST", "/attempts/*/outputs", API_HOST, api_offer_outputs },
	{ "PUT", "/uploads/*/pack", API_HOST, api_upload_pack },
	{ "POST", "/uploads/*/commit", API_HOST, api_upload_commit },
	{ "GET", "/checkpoints", API_READ, api_ckpts_list },
	{ "GET", "/checkpoints/*", API_READ, api_ckpts_get },
	{ "GET", "/checkpoints/*/manifest", API_READ, api_ckpts_manifest },
	{ "GET", "/checkpoints/*/pack", API_HOST, api_ckpts_pack },
	{ "GET", "/checkpoints/*/chunks/*", API_HOST, api_ckpts_chunk },
	{ "POST", "/checkpoints/*/pin", API_SUBMIT, api_ckpts_pin },
	{ "POST", "/checkpoints/*/verify", API_SUBMIT, api_ckpts_verify },
	{ "DELETE", "/checkpoints/*", API_SUBMIT, api_ckpts_delete },
	{ "GET", "/users", API_READ, api_users_list },
	{ "POST", "/users/*", API_ADMIN, api_users_set },
	{ "DELETE", "/users/*", API_ADMIN, api_users_delete },
	{ "GET", "/pool", API_READ, api_pool },
	{ "GET", "/events", API_READ, api_events },
	{ "GET", "/openapi.json", API_READ, api_openapi },
	{ "POST", "/page-codes", API_ADMIN, api_page_code },
};

#define ROUTES (sizeof(routes) / sizeof(routes[0]))

/* Splits "/a/b" in place; the number of parts, or -1 for too many. */
static int split(char *path, char *parts[PATH_PARTS])
{
	char *save = NULL;
	int n = 0;

	for (char *p = strtok_r(path, "/", &save); p;
	     p = strtok_r(NULL, "/", &save)) {
		if (n == PATH_PARTS)
			return -1;
		parts[n++] = p;
	}
	return n;
}

static bool matches(const char *pattern, char *const parts[], int count,
		    const char *args[2])
{
	int arg = 0;

	for (int i = 0; i < count; i++) {
		size_t n;

		if (*pattern++ != '/')
			return false;
		n = strcspn(pattern, "/");
		if (n == 1 && *pattern == '*')
			args[arg++] = parts[i];
		else if (strlen(parts[i]) != n || strncmp(pattern, parts[i], n))
			return false;
		pattern += n;
	}
	return !*pattern;
}

static const struct route *find_route(const char *method, char *const parts[],
				      int count, const char *args[2],
				      bool *ret_other_method)
{
	for (size_t i = 0; i < ROUTES; i++) {
		if (!matches(routes[i].path, parts, count, args))
			continue;
		if (!strcmp(routes[i].method, method))
			return &routes[i];
		*ret_other_method = true;
	}
	return NULL;
}

/* The JSON body. False after an error reply. */
static bool read_body(struct api_call *c, json_t **ret_body)
{
	const char *type = httpd_req_header(c->req, "Content-Type");
	struct err err = ERR_INIT;
	const char *text;
	size_t len;

	*ret_body = NULL;
	if (strcmp(c->method, "POST"))
		return true;
	if (!type || strncmp(type, "application/json", 16)) {
		api_fail(c->s, c->req, 415, "media-type",
			 "the body must be application/json", NULL);
		return false;
	}
	text = httpd_req_body(c->req, &len);
	if (json_parse_object(text ? text : "", len, ret_body, &err)) {
		api_error(c->s, c->req, &err);
		return false;
	}
	return true;
}

static char *user_name(uid_t uid)
{
	struct passwd *pw = getpwuid(uid);

	return pw ? xstrdup(pw->pw_name) : xasprintf("uid%u", uid);
}

static void call_route(struct api_call *c, const struct route *r)
{
	char *user = user_name(c->uid);
	json_t *body;

	c->user = user;
	if ((c->scopes & r->scope) != r->scope) {
		api_fail(c->s, c->req, 403, "forbidden",
			 "this token or user may not do that", NULL);
	} else if (read_body(c, &body)) {
		c->body = body;
		r->handler(c);
		json_decref(body);
	}
	free(user);
}

static void handle_api(struct sched *s, struct httpd_req *req)
{
	struct api_call c = { .s = s,
			      .req = req,
			      .method = httpd_req_method(req) };
	char *path = xstrdup(httpd_req_path(req) + strlen(PREFIX));
	char *parts[PATH_PARTS];
	bool other = false;
	int count = split(path, parts);
	const struct route *r =
		find_route(c.method, parts, count, c.args, &other);

	c.scopes = authenticate(s, req, &c.uid);
	if (!c.scopes)
		; /* answered */
	else if (r)
		call_route(&c, r);
	else if (other)
		api_fail(s, req, 405, "bad-request",
			 "the method does not fit the path", NULL);
	else
		api_fail(s, req, 404, "not-found", "no such path",
			 "see /api/v1/openapi.json");
	free(path);
}

static void handle(void *arg, struct httpd_req *req)
{
	struct sched *s = arg;
	const char *path = httpd_req_path(req);
	uid_t uid;

	if (!strncmp(path, PREFIX "/", strlen(PREFIX) + 1)) {
		handle_api(s, req);
	} else if (!strcmp(path, "/healthz")) {
		httpd_reply_json(req, 200, json_pack("{s:s}", "status", "ok"));
	} else if (!httpd_req_is_unix(req) &&
		   !session_host_ok(req, s->tcp_port)) {
		api_fail(s, req, 403, "forbidden",
			 "the Host header names another machine", NULL);
	} else if (!strcmp(path, "/metrics")) {
		if (authenticate(s, req, &uid))
			api_metrics(s, req);
	} else if (!strcmp(path, "/login")) {
		sessions_login(s->sessions, req);
	} else if (!page_reply(req)) {
		api_fail(s, req, 404, "not-found", "no such page", NULL);
	}
}

/* A pack goes to the disk as it comes; all else is held in memory. */
static void begin(void *arg, struct httpd_req *req)
{
	struct sched *s = arg;
	char *path = xstrdup(httpd_req_path(req));
	char *parts[PATH_PARTS];
	uid_t uid;

	httpd_req_set_body_max(req, BODY_MAX);
	if (!strcmp(httpd_req_method(req), "PUT") && split(path, parts) == 5 &&
	    !strcmp(parts[2], "uploads") && !strcmp(parts[4], "pack")) {
		unsigned int scopes = authenticate(s, req, &uid);

		if (scopes & API_HOST)
			api_upload_begin_pack(s, req, parts[3]);
		else if (scopes)
			api_fail(s, req, 403, "forbidden",
				 "this token or user may not do that", NULL);
	}
	free(path);
}

const struct httpd_ops api_ops = { begin, handle };
