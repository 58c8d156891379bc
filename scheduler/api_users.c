/* SPDX-License-Identifier: MIT */
/* /users... */
#include "scheduler/api.h"

#include "common/base/err.h"
#include "common/svc/json.h"
#include "scheduler/core.h"
#include "scheduler/db/dbusers.h"
#include "scheduler/policy.h"
#include "scheduler/queue.h"
#include "scheduler/sched.h"
#include "scheduler/users.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define NAME_LEN_MAX 128

void api_users_list(struct api_call *c)
{
	json_t *root = json_object();

	json_set_str(root, "policy", c->s->config.policy.ops->name);
	json_set_int(root, "now", sched_now());
	json_set_real(root, "half_life_s", c->s->config.policy.half_life_s);
	json_object_set_new(root, "users", users_list_json(c->s));
	api_reply(c, 200, root);
}

static int check_name(const char *name, struct err *err)
{
	if (!*name || strlen(name) > NAME_LEN_MAX)
		return err_set(err, -EINVAL,
			       "a user's name has 1 to %d characters",
			       NAME_LEN_MAX);
	for (const char *p = name; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 127 || *p == '/')
			return err_set(err, -EINVAL,
				       "'%s' is no name of a user", name);
	return 0;
}

/* A number of the body; the share's own where it is missing. */
static int get_number(const json_t *body, const char *key, double min,
		      double *ret, struct err *err)
{
	double value = *ret;
	int rc = json_opt_real(body, key, &value, err);

	if (rc)
		return rc;
	if (!(value >= min) || isinf(value))
		return err_set(err, -EINVAL, "'%s' must be %g or more", key,
			       min);
	*ret = value;
	return 0;
}

/* null and -1: no ceiling. */
static int get_ceiling(const json_t *body, double *ret, struct err *err)
{
	double value = *ret;
	int rc = json_opt_real(body, "ceiling", &value, err);

	if (rc)
		return rc;
	if (json_is_null(json_object_get(body, "ceiling")) || value == -1)
		value = SHARE_UNLIMITED;
	else if (value != *ret && (!(value >= 0) || isinf(value)))
		return err_set(err, -EINVAL,
			       "'ceiling' must be 0 or more, or -1 for none");
	*ret = value;
	return 0;
}

/* The account after the change, in a copy: a bad body changes nothing. */
static int read_change(const json_t *body, struct share *s, int64_t now,
		       struct err *err)
{
	bool reset = false;
	int rc = get_number(body, "factor", 1, &s->factor, err);

	if (!rc)
		rc = get_number(body, "real_priority", SHARE_FLOOR,
				&s->priority, err);
	if (!rc)
		rc = get_number(body, "usage_s", 0, &s->usage_s, err);
	if (!rc)
		rc = get_number(body, "floor", 0, &s->floor, err);
	if (!rc)
		rc = get_ceiling(body, &s->ceiling, err);
	if (!rc)
		rc = json_opt_int(body, "first_used", &s->first_used, err);
	if (!rc)
		rc = json_opt_int(body, "last_used", &s->last_used, err);
	if (!rc)
		rc = json_opt_bool(body, "reset_usage", &reset, err);
	if (rc || !reset)
		return rc;
	s->usage_s = 0;
	s->first_used = now;
	return 0;
}

static int change(struct api_call *c, struct user **ret_user, struct err *err)
{
	const char *name = c->args[0];
	int64_t now = sched_now();
	struct user *u = NULL;
	struct share to;
	int rc = check_name(name, err);

	if (rc)
		return rc;
	u = queue_find_user(c->s->queue, name);
	if (u) {
		share_update(&u->share, now);
		to = u->share;
	} else {
		share_init(&to, &c->s->config.policy,
			   !strncmp(name, QUEUE_NICE, strlen(QUEUE_NICE)), now);
	}
	rc = read_change(c->body, &to, now, err);
	if (rc)
		return rc;
	if (!u)
		u = queue_user(c->s->queue, name, now);
	u->share = to;
	rc = users_store(c->s, u, err);
	if (rc)
		return core_poison(c->s, err);
	*ret_user = u;
	return 0;
}

void api_users_set(struct api_call *c)
{
	struct err err = ERR_INIT;
	struct user *u = NULL;

	if (change(c, &u, &err)) {
		api_error(c->s, c->req, &err);
		return;
	}
	core_want_match(c->s);
	core_reply(c->s, c->req, 200,
		   json_pack("{s:o}", "user", users_json(u)));
}

void api_users_delete(struct api_call *c)
{
	struct user *u = queue_find_user(c->s->queue, c->args[0]);
	struct err err = ERR_INIT;
	int rc;

	if (!u) {
		err_set(&err, -ENOENT, "no user '%s'", c->args[0]);
		api_error(c->s, c->req, &err);
		return;
	}
	if (!queue_forget_user(c->s->queue, u)) {
		err_set(&err, -EEXIST, "'%s' has jobs in the queue",
			c->args[0]);
		api_error(c->s, c->req, &err);
		return;
	}
	rc = core_write(c->s, &err);
	if (!rc)
		rc = dbusers_delete(c->s->db, c->args[0], &err);
	if (rc) {
		core_poison(c->s, &err);
		api_error(c->s, c->req, &err);
		return;
	}
	core_reply(c->s, c->req, 200, json_object());
}
