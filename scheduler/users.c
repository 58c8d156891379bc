/* SPDX-License-Identifier: MIT */
#include "scheduler/users.h"

#include "common/base/err.h"
#include "scheduler/core.h"
#include "scheduler/db/dbusers.h"
#include "scheduler/queue.h"
#include "scheduler/sched.h"
#include "scheduler/totals.h"

void users_load(struct user *u, const struct dbuser *row)
{
	struct share *s = &u->share;

	s->priority = row->priority;
	s->factor = row->factor;
	s->usage_s = row->usage_s;
	s->index = row->up_down;
	s->floor = row->floor;
	s->ceiling = row->ceiling;
	s->updated = row->updated;
	s->first_used = row->first_used;
	s->last_used = row->last_used;
}

int users_store(struct sched *s, struct user *u, struct err *err)
{
	struct share *sh = &u->share;
	struct dbuser row = { .name = u->name };
	int rc = core_write(s, err);

	if (rc)
		return rc;
	share_update(sh, sched_now());
	row.priority = sh->priority;
	row.factor = sh->factor;
	row.usage_s = sh->usage_s;
	row.up_down = sh->index;
	row.floor = sh->floor;
	row.ceiling = sh->ceiling;
	row.updated = sh->updated;
	row.first_used = sh->first_used;
	row.last_used = sh->last_used;
	return dbusers_set(s->db, &row, err);
}

int users_store_all(struct sched *s, struct err *err)
{
	struct hash_iter it = { 0 };
	struct user *u;
	int rc = 0;

	while (!rc && (u = queue_next_user(s->queue, &it)))
		rc = users_store(s, u, err);
	return rc;
}

json_t *users_json(struct user *u)
{
	const struct share *s = &u->share;
	json_t *root = json_object();

	share_update(&u->share, sched_now());
	json_set_str(root, "user", u->name);
	json_object_set_new(root, "jobs", totals_user(u));
	json_set_real(root, "priority", share_effective(s));
	json_set_real(root, "real_priority", s->priority);
	json_set_real(root, "factor", s->factor);
	json_set_real(root, "in_use", s->in_use);
	json_set_int(root, "idle", s->waiting);
	json_set_real(root, "usage_s", s->usage_s);
	json_set_int(root, "first_used", s->first_used);
	json_set_int(root, "last_used", s->last_used);
	json_set_real(root, "floor", s->floor);
	json_set_real(root, "ceiling", s->ceiling);
	json_set_real(root, "up_down", s->index);
	return root;
}

json_t *users_list_json(struct sched *s)
{
	struct hash_iter it = { 0 };
	json_t *list = json_array();
	struct user *u;

	while ((u = queue_next_user(s->queue, &it)))
		json_array_append_new(list, users_json(u));
	return list;
}
