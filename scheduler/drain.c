/* SPDX-License-Identifier: MIT */
#include "scheduler/drain.h"

#include "common/base/err.h"
#include "common/base/log.h"
#include "common/base/xalloc.h"
#include "scheduler/attempts.h"
#include "scheduler/core.h"
#include "scheduler/db/dbdrains.h"
#include "scheduler/feed.h"
#include "scheduler/hosts.h"
#include "scheduler/match.h"
#include "scheduler/nodes.h"
#include "scheduler/queue.h"
#include "scheduler/sched.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- memory ----------------------------------------------------------------- */

static void mark(struct host *h, const struct dbdrain *d)
{
	free(h->drain.reason);
	free(h->drain.by);
	h->drain.on = true;
	h->drain.resume = d->resume;
	h->drain.since = d->since;
	h->drain.reason = xstrdup(d->reason);
	h->drain.by = xstrdup(d->by);
	snprintf(h->drain.how, sizeof(h->drain.how), "%s", d->how);
}

/* The matcher keeps the free slots: tell it which are and which are not. */
static void tell_match(struct sched *s, struct host *h)
{
	for (size_t i = 0; i < h->slot_count; i++)
		match_slot_changed(s->match, h->slots[i]);
	core_want_match(s);
}

static int load_row(void *arg, const struct dbdrain *d)
{
	struct sched *s = arg;

	mark(nodes_get(s->nodes, d->host), d);
	return 0;
}

int drain_load(struct sched *s, struct err *err)
{
	return dbdrains_each(s->db, load_row, s, err);
}

static bool is_empty(const struct host *h)
{
	for (size_t i = 0; i < h->slot_count; i++)
		if (h->slots[i]->attempt)
			return false;
	return true;
}

/* -- changes ------------------------------------------------------------------ */

static void list_jobs(const struct host *h, json_t *jobs)
{
	for (size_t i = 0; i < h->slot_count; i++) {
		const struct attempt *a = h->slots[i]->attempt;

		if (a)
			json_array_append_new(
				jobs, json_sprintf("%d.%d", a->job->cluster->id,
						   a->job->proc));
	}
}

static int send_away(struct sched *s, struct host *h, const char *how,
		     struct err *err)
{
	json_t *asked;
	int rc;

	if (!strcmp(how, "graceful"))
		return 0;
	asked = json_array();
	rc = hosts_vacate(s, h, !strcmp(how, "fast"), asked, err);
	json_decref(asked);
	return rc;
}

int drain_start(struct sched *s, struct host *h,
		const struct drain_request *req, json_t *ret_jobs,
		struct err *err)
{
	struct dbdrain row = { h->name, req->how,    req->reason,
			       req->by, sched_now(), req->resume };
	int rc;

	if (strcmp(req->how, "graceful") && strcmp(req->how, "quick") &&
	    strcmp(req->how, "fast"))
		return err_set(err, -EINVAL,
			       "bad 'how': '%s': use graceful, quick or fast",
			       req->how);
	rc = core_write(s, err);
	if (rc)
		return rc;
	rc = dbdrains_set(s->db, &row, err);
	if (rc)
		return core_poison(s, err);
	list_jobs(h, ret_jobs);
	mark(h, &row);
	tell_match(s, h);
	feed_host(s, h);
	log_info("host %s is drained (%s) by %s", h->name, req->how, req->by);
	return send_away(s, h, req->how, err);
}

int drain_cancel(struct sched *s, struct host *h, struct err *err)
{
	int rc;

	if (!h->drain.on)
		return err_set(err, -ENOENT, "host '%s' is not drained",
			       h->name);
	rc = core_write(s, err);
	if (rc)
		return rc;
	rc = dbdrains_delete(s->db, h->name, err);
	if (rc)
		return core_poison(s, err);
	h->drain.on = false;
	feed_host(s, h);
	tell_match(s, h);
	log_info("host %s takes jobs again", h->name);
	return 0;
}

void drain_tick(struct sched *s)
{
	struct hash_iter it = { 0 };
	struct err err = ERR_INIT;
	struct host *h;

	while ((h = nodes_next(s->nodes, &it)))
		if (h->drain.on && h->drain.resume && h->online && is_empty(h))
			if (drain_cancel(s, h, &err))
				break;
}

/* -- to be seen ------------------------------------------------------------------ */

json_t *drain_json(const struct host *h)
{
	return json_pack("{s:s,s:s,s:s,s:I,s:b}", "how", h->drain.how, "reason",
			 h->drain.reason, "by", h->drain.by, "since",
			 (json_int_t)h->drain.since, "resume",
			 (int)h->drain.resume);
}

void drain_mark_slot(const struct slot *slot, json_t *ad)
{
	const struct host_drain *d = &slot->host->drain;

	if (!d->on)
		return;
	json_set_bool(ad, "Draining", true);
	if (slot->attempt) {
		json_set_str(ad, "Activity", "Retiring");
		return;
	}
	json_set_str(ad, "State", "Drained");
	json_set_str(ad, "Activity", "Idle");
	json_set_int(ad, "EnteredCurrentActivity", d->since);
}
