/* SPDX-License-Identifier: MIT */
#include "startd/control.h"

#include "common/ad/ad.h"
#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/xalloc.h"
#include "common/svc/httpd.h"
#include "common/svc/json.h"
#include "startd/attempt.h"
#include "startd/host.h"
#include "startd/owner.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct control {
	struct host *host;
	struct httpd *httpd;
};

static void reply_error(struct httpd_req *req, int status, const char *code,
			const char *message)
{
	json_t *error = json_object(), *root = json_object();

	json_set_str(error, "code", code);
	json_set_str(error, "message", message);
	json_set_value(root, "error", error);
	httpd_reply_json(req, status, root);
}

static json_t *jobs_json(struct host *host)
{
	json_t *jobs = json_array();
	struct attempt *att;

	list_for_each(att, &host->attempts, link) {
		json_t *job = json_object();
		char id[32];

		if (!attempt_is_live(att)) {
			json_decref(job);
			continue;
		}
		snprintf(id, sizeof(id), "%d.%d", att->start.cluster,
			 att->start.proc);
		json_set_str(job, "job", id);
		json_set_str(job, "slot", att->start.slot);
		json_set_str(job, "state",
			     att->phase == ATTEMPT_FETCH ? "starting"
			     : att->phase == ATTEMPT_UPLOAD
				     ? "uploading"
				     : ladder_state_name(att->ladder.state));
		if (att->figures.freeze_ms >= 0)
			json_set_int(job, "freeze_ms", att->figures.freeze_ms);
		json_array_append_new(jobs, job);
	}
	return jobs;
}

static void reply_owner(struct control *c, struct httpd_req *req)
{
	json_t *root = json_object();
	struct owner_state o;

	owner_get(c->host->owner, &o);
	json_set_str(root, "host", c->host->set->name);
	json_set_str(root, "state",
		     host_owner_present(c->host, &o) ? "present" : "away");
	json_set_str(root, "set", owner_switch_name(o.set));
	json_set_str(root, "source", o.source);
	json_set_str(root, "text", owner_text(&o));
	if (o.idle_ms < OWNER_IDLE_FOREVER_MS)
		json_set_int(root, "idle_s", o.idle_ms / 1000);
	json_set_bool(root, "covered", o.covered);
	if (!o.covered)
		json_set_str(root, "cure", o.cure);
	json_set_str(root, "policy", c->host->set->policy);
	json_set_value(root, "jobs", jobs_json(c->host));
	httpd_reply_json(req, 200, root);
}

static void post_owner(struct control *c, struct httpd_req *req,
		       int64_t sign_ns)
{
	struct err err = ERR_INIT;
	enum owner_switch set;
	const char *word, *body;
	json_t *root = NULL;
	size_t len;
	int r;

	body = httpd_req_body(req, &len);
	r = json_parse_object(body, len, &root, &err);
	if (!r)
		r = json_get_str(root, "set", &word, &err);
	if (!r && owner_switch_parse(word, &set) < 0)
		r = err_set(&err, -EINVAL, "'set' must be back, away or auto");
	json_decref(root);
	if (r < 0) {
		reply_error(req, 400, "bad-request", err_text(&err));
		return;
	}
	owner_set_switch(c->host->owner, set, sign_ns);
	reply_owner(c, req);
}

static void reply_status(struct control *c, struct httpd_req *req)
{
	json_t *root = json_object(), *slots = json_array();
	int i;

	json_set_str(root, "name", c->host->set->name);
	for (i = 0; i < c->host->slot_count; i++) {
		struct ad *ad = host_slot_ad(c->host, c->host->slots[i]);

		json_array_append_new(slots, ad_to_json(ad, true));
		ad_free(ad);
	}
	json_set_value(root, "slots", slots);
	httpd_reply_json(req, 200, root);
}

static void handle(void *arg, struct httpd_req *req)
{
	int64_t now_ns = clock_mono_ns();
	const char *method = httpd_req_method(req);
	const char *path = httpd_req_path(req);
	uid_t uid = httpd_req_uid(req);
	bool get = !strcmp(method, "GET");

	if (uid != geteuid() && uid != 0)
		reply_error(req, 403, "forbidden",
			    "this host belongs to another user");
	else if (!strcmp(path, "/api/v1/owner") && get)
		reply_owner(arg, req);
	else if (!strcmp(path, "/api/v1/owner") && !strcmp(method, "POST"))
		post_owner(arg, req, now_ns);
	else if (!strcmp(path, "/api/v1/status") && get)
		reply_status(arg, req);
	else if (!strcmp(path, "/healthz") && get)
		httpd_reply_json(req, 200, NULL);
	else
		reply_error(req, 404, "not-found", "no such call");
}

int control_new(struct host *host, struct control **ret, struct err *err)
{
	static const struct httpd_ops ops = { .handle = handle };
	struct control *c = xcalloc(1, sizeof(*c));
	struct httpd_listener listener = { .name = "control",
					   .unix_path = host->set->socket,
					   .unix_mode = 0600,
					   .connections_max = 32,
					   .body_max = 4096,
					   .ops = &ops,
					   .arg = c };
	int r;

	c->host = host;
	r = httpd_new(host->loop, &c->httpd, err);
	if (!r)
		r = httpd_listen(c->httpd, &listener, NULL, err);
	if (r < 0) {
		control_free(c);
		return r;
	}
	*ret = c;
	return 0;
}

void control_free(struct control *c)
{
	if (!c)
		return;
	if (c->httpd)
		httpd_free(c->httpd);
	free(c);
}
