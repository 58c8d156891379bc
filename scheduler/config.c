/* SPDX-License-Identifier: MIT */
#include "scheduler/config.h"

#include "common/base/err.h"
#include "common/base/xalloc.h"
#include "common/svc/conf.h"
#include "scheduler/conclimit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct conf_def defs[] = {
	{ "policy", CONF_STRING, "fair-share" },
	{ "priority_halflife", CONF_DURATION, "1d" },
	{ "default_prio_factor", CONF_INT, "1000" },
	{ "nice_user_prio_factor", CONF_INT, "10000000000" },
	{ "preemption", CONF_BOOL, "no" },
	{ "preemption_min_run", CONF_DURATION, "1h" },
	{ "concurrency_limits", CONF_STRING, NULL },
	{ "concurrency_limit_default", CONF_INT, "2308032" },
	{ "up_down_cycle", CONF_DURATION, "2m" },
	{ "up_down_incr", CONF_INT, "10" },
	{ "up_down_max", CONF_INT, "10000" },
	{ NULL, CONF_STRING, NULL },
};

void config_init(struct config *c)
{
	*c = (struct config){ .conf = conf_new(defs),
			      .policy = policy_default };
}

void config_release(struct config *c)
{
	conf_free(c->conf);
	*c = (struct config){ 0 };
}

int config_read(struct config *c, const char *path, struct err *err)
{
	struct err why = ERR_INIT;
	int rc = conf_load(c->conf, path, &why);

	if (rc && rc != -ENOENT)
		return err_set(err, rc, "%s", err_text(&why));
	return 0;
}

int config_set(struct config *c, const char *line, struct err *err)
{
	const char *eq = strchr(line, '=');
	size_t len = eq ? (size_t)(eq - line) : 0;
	char *key;
	int rc;

	while (len && line[len - 1] == ' ')
		len--;
	if (!len)
		return err_set(err, -EINVAL, "expected key=value, not '%s'",
			       line);
	key = xstrndup(line, len);
	for (eq++; *eq == ' '; eq++)
		;
	rc = conf_set(c->conf, key, eq, err);
	free(key);
	return rc;
}

/* A whole number from 1 on. */
static int get_count(struct config *c, const char *key, double *ret,
		     struct err *err)
{
	int64_t value = conf_int(c->conf, key);

	if (value < 1)
		return err_set(err, -EINVAL, "'%s' must be 1 or more", key);
	*ret = (double)value;
	return 0;
}

/* A time that is divided by. */
static int get_period(struct config *c, const char *key, double *ret_s,
		      struct err *err)
{
	int64_t ms = conf_duration_ms(c->conf, key);

	if (ms < 1000)
		return err_set(err, -EINVAL, "'%s' must be 1s or more", key);
	*ret_s = (double)ms / 1000;
	return 0;
}

int config_limits(const struct config *c, struct conclimits **ret_limits,
		  struct err *err)
{
	int64_t missing = conf_int(c->conf, "concurrency_limit_default");

	if (missing < 0)
		return err_set(err, -EINVAL,
			       "'concurrency_limit_default' must be 0 or more");
	return conclimit_new(conf_str(c->conf, "concurrency_limits"),
			     (double)missing, ret_limits, err);
}

int config_apply(struct config *c, struct err *err)
{
	struct policy *p = &c->policy;
	struct conclimits *limits = NULL;
	int rc = policy_find(conf_str(c->conf, "policy"), &p->ops, err);

	if (!rc)
		rc = get_period(c, "priority_halflife", &p->half_life_s, err);
	if (!rc)
		rc = get_period(c, "up_down_cycle", &p->cycle_s, err);
	if (!rc)
		rc = get_count(c, "default_prio_factor", &p->default_factor,
			       err);
	if (!rc)
		rc = get_count(c, "nice_user_prio_factor", &p->nice_factor,
			       err);
	if (!rc)
		rc = get_count(c, "up_down_incr", &p->idle_step, err);
	if (!rc)
		rc = get_count(c, "up_down_max", &p->index_max, err);
	if (!rc)
		rc = config_limits(c, &limits, err);
	conclimit_free(limits);
	p->preempt = conf_bool(c->conf, "preemption");
	p->preempt_after_s =
		conf_duration_ms(c->conf, "preemption_min_run") / 1000;
	return rc;
}
