/* SPDX-License-Identifier: MIT */
/* /pool, /events, /openapi.json, /page-codes, /metrics */
#include "scheduler/api.h"

#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/store/index.h"
#include "common/svc/httpd.h"
#include "common/svc/json.h"
#include "scheduler/core.h"
#include "scheduler/feed.h"
#include "scheduler/nodes.h"
#include "scheduler/openapi.h"
#include "scheduler/queue.h"
#include "scheduler/sched.h"
#include "scheduler/totals.h"
#include "scheduler/users.h"
#include "web/session.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static json_t *ckpts_totals(struct sched *s)
{
	struct index_totals t = { 0 };

	index_totals(s->index, NULL, &t, NULL);
	return json_pack("{s:I,s:I,s:I}", "count", (json_int_t)t.checkpoints,
			 "bytes", (json_int_t)t.bytes, "stored_bytes",
			 (json_int_t)t.pack_bytes);
}

void api_pool(struct api_call *c)
{
	struct sched *s = c->s;
	json_t *root = json_object();

	wire_seen_put(root, &s->state);
	json_set_str(root, "version", HARRIER_VERSION);
	json_set_str(root, "name", s->name);
	json_set_int(root, "started", s->started);
	json_set_int(root, "now", sched_now());
	json_set_int(root, "tcp_port", s->tcp_port);
	json_object_set_new(root, "jobs", totals_jobs(s->queue, NULL));
	json_object_set_new(root, "hosts", totals_hosts(s->nodes));
	json_object_set_new(root, "slots", totals_slots(s->nodes));
	json_object_set_new(root, "archs", totals_archs(s->nodes));
	json_object_set_new(root, "checkpoints", ckpts_totals(s));
	json_object_set_new(root, "users", users_list_json(s));
	api_reply(c, 200, root);
}

void api_events(struct api_call *c)
{
	feed_subscribe(c->s, c->req);
}

void api_openapi(struct api_call *c)
{
	size_t len;
	const char *text = openapi_text(&len);

	api_state_header(c->s, c->req);
	httpd_reply(c->req, 200, "application/json", text, len);
}

void api_page_code(struct api_call *c)
{
	char code[SESSION_ID_SIZE];
	struct err err = ERR_INIT;

	if (!httpd_req_is_unix(c->req))
		err_set(&err, -EACCES, "only on the scheduler's Unix socket");
	else if (!c->s->tcp_port)
		err_set(&err, -ENOENT,
			"this scheduler has no page: start it "
			"without --tcp-port=-1");
	else if (!sessions_code(c->s->sessions, code, &err)) {
		api_reply(c, 201,
			  json_pack("{s:s,s:o,s:i}", "code", code, "url",
				    json_sprintf("http://127.0.0.1:%u/login"
						 "?code=%s",
						 c->s->tcp_port, code),
				    "expires_s", SESSION_CODE_S));
		return;
	}
	api_error(c->s, c->req, &err);
}

/* -- Prometheus ------------------------------------------------------------------- */

static void metric(struct strbuf *out, const char *name, const char *help)
{
	strbuf_addf(out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

static void metric_group(struct strbuf *out, const char *name, const char *help,
			 json_t *values)
{
	const char *key;
	json_t *v;

	metric(out, name, help);
	json_object_foreach(values, key, v)
		strbuf_addf(out, "%s{state=\"%s\"} %lld\n", name, key,
			    (long long)json_integer_value(v));
	json_decref(values);
}

void api_metrics(struct sched *s, struct httpd_req *req)
{
	struct strbuf out = STRBUF_INIT;
	struct index_totals t = { 0 };

	metric_group(&out, "harrier_jobs", "Jobs in the queue by state.",
		     totals_jobs(s->queue, NULL));
	metric_group(&out, "harrier_hosts", "Hosts by state.",
		     totals_hosts(s->nodes));
	metric_group(&out, "harrier_slots", "Slots by state.",
		     totals_slots(s->nodes));
	index_totals(s->index, NULL, &t, NULL);
	metric(&out, "harrier_checkpoint_bytes",
	       "Bytes of all checkpoints, before sharing.");
	strbuf_addf(&out, "harrier_checkpoint_bytes %llu\n",
		    (unsigned long long)t.bytes);
	metric(&out, "harrier_store_bytes", "Bytes of packs on disk.");
	strbuf_addf(&out, "harrier_store_bytes %llu\n",
		    (unsigned long long)t.pack_bytes);
	metric(&out, "harrier_autoclusters",
	       "Groups of jobs that match "
	       "alike.");
	strbuf_addf(&out, "harrier_autoclusters %zu\n",
		    queue_autocluster_count(s->queue));
	strbuf_addf(&out,
		    "# HELP harrier_match_seconds_total Spent deciding who "
		    "runs where.\n"
		    "# TYPE harrier_match_seconds_total counter\n"
		    "harrier_match_seconds_total %.6f\n",
		    (double)s->match_ns / 1e9);
	metric(&out, "harrier_commit_sequence", "Number of the last commit.");
	strbuf_addf(&out, "harrier_commit_sequence %lld\n",
		    (long long)s->state.seq);
	httpd_reply(req, 200, "text/plain; version=0.0.4", out.data, out.len);
	strbuf_release(&out);
}
