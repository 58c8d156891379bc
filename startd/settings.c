/* SPDX-License-Identifier: MIT */
#include "startd/settings.h"

#include "common/base/err.h"
#include "common/base/xalloc.h"
#include "common/svc/conf.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct conf_def defs[] = {
	{ "name", CONF_STRING, NULL },
	{ "dir", CONF_STRING, NULL },
	{ "socket", CONF_STRING, NULL },
	{ "scheduler", CONF_STRING, NULL },
	{ "token_file", CONF_STRING, NULL },
	{ "arch", CONF_STRING, NULL },
	{ "emulator", CONF_STRING, NULL },
	{ "policy", CONF_STRING, "own" },
	{ "root", CONF_STRING, "" },
	{ "slots", CONF_INT, "0" },
	{ "slot_type", CONF_STRING, NULL },
	{ "memory", CONF_SIZE, "0" },
	{ "disk_reserve", CONF_SIZE, "64M" },
	{ "cache_size", CONF_SIZE, "4G" },
	{ "polling_interval", CONF_DURATION, "5s" },
	{ "update_interval", CONF_DURATION, "60s" },
	{ "start_idle_time", CONF_DURATION, "15m" },
	{ "continue_idle_time", CONF_DURATION, "5m" },
	{ "keyboard_busy_time", CONF_DURATION, "60s" },
	{ "cpu_busy_time", CONF_DURATION, "120s" },
	{ "max_suspend_time", CONF_DURATION, "10m" },
	{ "max_vacate_time", CONF_DURATION, "10m" },
	{ "killing_timeout", CONF_DURATION, "30s" },
	{ "cap_millicores", CONF_INT, "100" },
	{ "background_load", CONF_STRING, "0.3" },
	{ "high_load", CONF_STRING, "0.5" },
	{ "START", CONF_STRING, NULL },
	{ "SUSPEND", CONF_STRING, NULL },
	{ "WANT_SUSPEND", CONF_STRING, NULL },
	{ "CONTINUE", CONF_STRING, NULL },
	{ "PREEMPT", CONF_STRING, NULL },
	{ "WANT_VACATE", CONF_STRING, NULL },
	{ "KILL", CONF_STRING, NULL },
	{ "IS_OWNER", CONF_STRING, NULL },
	{ "CpuIdle", CONF_STRING, NULL },
	{ "CpuBusy", CONF_STRING, NULL },
	{ "KeyboardBusy", CONF_STRING, NULL },
	{ "KeyboardNotBusy", CONF_STRING, NULL },
	{ "NonCondorLoadAvg", CONF_STRING, NULL },
	{ "OwnerBack", CONF_STRING, NULL },
	{ NULL, CONF_STRING, NULL },
};

void settings_init(struct settings *s)
{
	*s = (struct settings){ .conf = conf_new(defs) };
}

void settings_release(struct settings *s)
{
	conf_free(s->conf);
	*s = (struct settings){ 0 };
}

int settings_set(struct settings *s, const char *line, struct err *err)
{
	const char *eq = strchr(line, '=');
	size_t len = eq ? (size_t)(eq - line) : 0;
	char *key;
	int r;

	while (len && line[len - 1] == ' ')
		len--;
	if (!len)
		return err_set(err, -EINVAL, "expected key=value, not '%s'",
			       line);
	key = xstrndup(line, len);
	for (eq++; *eq == ' '; eq++)
		;
	r = conf_set(s->conf, key, eq, err);
	free(key);
	return r;
}

int settings_read(struct settings *s, const char *path, struct err *err)
{
	struct err why = ERR_INIT;
	int r = conf_load(s->conf, path, &why);

	if (r < 0 && r != -ENOENT)
		return err_set(err, r, "%s", err_text(&why));
	return 0;
}

static int apply_int(const struct settings *s, const char *key, int64_t min,
		     int64_t max, int64_t *ret, struct err *err)
{
	int64_t value = conf_int(s->conf, key);

	if (value < min || value > max)
		return err_set(err, -EINVAL, "'%s' must be from %lld to %lld",
			       key, (long long)min, (long long)max);
	*ret = value;
	return 0;
}

static int apply_load(const struct settings *s, const char *key, double *ret,
		      struct err *err)
{
	const char *text = conf_str(s->conf, key);
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end || !isfinite(value) || value < 0)
		return err_set(err, -EINVAL, "'%s' must be a number, not '%s'",
			       key, text);
	*ret = value;
	return 0;
}

/* Without a number of slots, jobs take what they ask for. */
static int apply_slot_type(struct settings *s, struct err *err)
{
	const char *type = conf_str(s->conf, "slot_type");

	if (type && strcmp(type, "static") && strcmp(type, "partitionable"))
		return err_set(err, -EINVAL,
			       "'slot_type' must be static or partitionable, "
			       "not '%s'",
			       type);
	s->partitionable = type ? !strcmp(type, "partitionable") : !s->slots;
	return 0;
}

/* A period of 0 would make a loop spin. */
static int64_t period(const struct settings *s, const char *key)
{
	int64_t ms = conf_duration_ms(s->conf, key);

	return ms < 10 ? 10 : ms;
}

static void apply_durations(struct settings *s)
{
	struct conf *c = s->conf;

	s->polling_ms = period(s, "polling_interval");
	s->update_ms = period(s, "update_interval");
	s->killing_ms = period(s, "killing_timeout");
	s->start_idle_ms = conf_duration_ms(c, "start_idle_time");
	s->continue_idle_ms = conf_duration_ms(c, "continue_idle_time");
	s->keyboard_busy_ms = conf_duration_ms(c, "keyboard_busy_time");
	s->cpu_busy_ms = conf_duration_ms(c, "cpu_busy_time");
	s->max_suspend_ms = conf_duration_ms(c, "max_suspend_time");
	s->max_vacate_ms = conf_duration_ms(c, "max_vacate_time");
}

static void apply_texts(struct settings *s)
{
	struct conf *c = s->conf;

	s->name = conf_str(c, "name");
	s->dir = conf_str(c, "dir");
	s->socket = conf_str(c, "socket");
	s->scheduler = conf_str(c, "scheduler");
	s->token_file = conf_str(c, "token_file");
	s->arch = conf_str(c, "arch");
	s->emulator = conf_str(c, "emulator");
	s->policy = conf_str(c, "policy");
	s->root = conf_str(c, "root");
	s->memory_bytes = conf_size_bytes(c, "memory");
	s->disk_reserve_bytes = conf_size_bytes(c, "disk_reserve");
	s->cache_bytes = conf_size_bytes(c, "cache_size");
}

int settings_apply(struct settings *s, struct err *err)
{
	int r;

	apply_texts(s);
	apply_durations(s);
	r = apply_int(s, "slots", 0, 1024, &s->slots, err);
	if (!r)
		r = apply_slot_type(s, err);
	if (!r)
		r = apply_int(s, "cap_millicores", 10, 1000000,
			      &s->cap_millicores, err);
	if (!r)
		r = apply_load(s, "background_load", &s->background_load, err);
	if (!r)
		r = apply_load(s, "high_load", &s->high_load, err);
	return r;
}

const char *settings_expr(const struct settings *s, const char *name)
{
	return conf_str(s->conf, name);
}
