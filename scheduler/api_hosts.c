/* SPDX-License-Identifier: MIT */
/* /hosts... */
#include "scheduler/api.h"

#include "common/base/err.h"
#include "common/svc/json.h"
#include "scheduler/core.h"
#include "scheduler/drain.h"
#include "scheduler/hosts.h"
#include "scheduler/nodes.h"
#include "scheduler/sched.h"

#include <errno.h>

void api_hosts_list(struct api_call *c)
{
	struct hash_iter it = { 0 };
	json_t *list = json_array();
	struct host *h;

	while ((h = nodes_next(c->s->nodes, &it)))
		json_array_append_new(list, hosts_json(c->s, h));
	api_reply(c, 200, json_pack("{s:o}", "hosts", list));
}

static struct host *path_host(struct api_call *c)
{
	struct host *h = nodes_host(c->s->nodes, c->args[0]);
	struct err err = ERR_INIT;

	if (h)
		return h;
	err_set(&err, -ENOENT, "no host '%s'", c->args[0]);
	api_error(c->s, c->req, &err);
	return NULL;
}

void api_hosts_get(struct api_call *c)
{
	struct host *h = path_host(c);

	if (h)
		api_reply(c, 200,
			  json_pack("{s:o}", "host", hosts_json(c->s, h)));
}

void api_hosts_sync(struct api_call *c)
{
	hosts_sync(c->s, c->req, c->args[0], c->body);
}

void api_hosts_vacate(struct api_call *c)
{
	struct host *h = path_host(c);
	struct err err = ERR_INIT;
	json_t *jobs;
	bool fast = false;
	int rc;

	if (!h)
		return;
	jobs = json_array();
	rc = json_opt_bool(c->body, "fast", &fast, &err);
	if (!rc)
		rc = hosts_vacate(c->s, h, fast, jobs, &err);
	if (rc)
		api_error(c->s, c->req, &err);
	else
		core_reply(c->s, c->req, 200, json_pack("{s:O}", "jobs", jobs));
	json_decref(jobs);
}

void api_hosts_drain(struct api_call *c)
{
	struct drain_request req = { .how = "graceful",
				     .reason = "",
				     .by = c->user };
	struct host *h = path_host(c);
	struct err err = ERR_INIT;
	json_t *jobs;
	int rc;

	if (!h)
		return;
	jobs = json_array();
	rc = json_opt_str(c->body, "how", &req.how, &err);
	if (!rc)
		rc = json_opt_str(c->body, "reason", &req.reason, &err);
	if (!rc)
		rc = json_opt_bool(c->body, "resume", &req.resume, &err);
	if (!rc)
		rc = drain_start(c->s, h, &req, jobs, &err);
	if (rc)
		api_error(c->s, c->req, &err);
	else
		core_reply(c->s, c->req, 200, json_pack("{s:O}", "jobs", jobs));
	json_decref(jobs);
}

void api_hosts_undrain(struct api_call *c)
{
	struct host *h = path_host(c);
	struct err err = ERR_INIT;

	if (!h)
		return;
	if (drain_cancel(c->s, h, &err))
		api_error(c->s, c->req, &err);
	else
		core_reply(c->s, c->req, 200, json_object());
}
