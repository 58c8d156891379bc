/* SPDX-License-Identifier: MIT */
#include "scheduler/totals.h"

#include "common/ad/ad.h"
#include "common/base/xalloc.h"
#include "scheduler/nodes.h"
#include "scheduler/queue.h"

#include <stdlib.h>
#include <string.h>

static void add_user(int by_status[8], const struct user *u)
{
	for (int i = 0; i < JOBSTATE_COUNT; i++)
		by_status[jobstate_status((enum job_state)i)] += u->counts[i];
}

static json_t *jobs_json(const int by_status[8])
{
	int all = 0;

	for (int i = 0; i < 8; i++)
		all += by_status[i];
	return json_pack("{s:i,s:i,s:i,s:i,s:i,s:i,s:i}", "jobs", all,
			 "completed", by_status[4], "removed", by_status[3],
			 "idle", by_status[1], "running", by_status[2], "held",
			 by_status[5], "suspended", by_status[7]);
}

json_t *totals_user(const struct user *u)
{
	int by_status[8] = { 0 };

	add_user(by_status, u);
	return jobs_json(by_status);
}

json_t *totals_jobs(struct queue *q, const char *owner)
{
	struct hash_iter it = { 0 };
	int by_status[8] = { 0 };
	struct user *u;

	while ((u = queue_next_user(q, &it)))
		if (!owner || !strcmp(owner, u->name))
			add_user(by_status, u);
	return jobs_json(by_status);
}

json_t *totals_hosts(struct nodes *n)
{
	struct hash_iter it = { 0 };
	int online = 0, offline = 0;
	struct host *h;

	while ((h = nodes_next(n, &it))) {
		online += h->online;
		offline += !h->online;
	}
	return json_pack("{s:i,s:i}", "online", online, "offline", offline);
}

json_t *totals_slots(struct nodes *n)
{
	struct hash_iter it = { 0 };
	int total = 0, claimed = 0, owner = 0;
	struct host *h;

	while ((h = nodes_next(n, &it))) {
		for (size_t i = 0; h->online && i < h->slot_count; i++) {
			const struct slot *s = h->slots[i];

			/* What is given away counts as what it became. */
			if (s->partitionable && !s->left.cpus && !s->attempt)
				continue;
			total++;
			if (s->attempt)
				claimed++;
			else
				owner += !s->accepts;
		}
	}
	return json_pack("{s:i,s:i,s:i,s:i}", "total", total, "unclaimed",
			 total - claimed - owner, "claimed", claimed, "owner",
			 owner);
}

static void add_arch(json_t *list, const char *arch)
{
	const json_t *v;
	size_t i;

	json_array_foreach(list, i, v)
		if (!strcmp(json_string_value(v), arch))
			return;
	json_array_append_new(list, json_string(arch));
}

static void add_archs(json_t *list, const char *words)
{
	char *copy = xstrdup(words), *save = NULL;

	for (char *w = strtok_r(copy, ", ", &save); w;
	     w = strtok_r(NULL, ", ", &save))
		add_arch(list, w);
	free(copy);
}

json_t *totals_archs(struct nodes *n)
{
	const char *arch = "", *emulated = "";
	struct hash_iter it = { 0 };
	json_t *list = json_array();
	struct host *h;

	while ((h = nodes_next(n, &it))) {
		for (size_t i = 0; h->online && i < h->slot_count; i++) {
			const struct slot *s = h->slots[i];
			const char *more = ad_str(s->ad, "EmulatedArchs");

			/* Most are like the one before. */
			if (strcmp(s->arch, arch))
				add_archs(list, s->arch);
			if (more && strcmp(more, emulated))
				add_archs(list, more);
			arch = s->arch;
			emulated = more ? more : "";
		}
	}
	return list;
}
