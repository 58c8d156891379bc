/* SPDX-License-Identifier: MIT */
#include "common/svc/conf.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/fd.h"
#include "common/base/spell.h"
#include "common/base/xalloc.h"

#define CONF_FILE_MAX (1 << 20)
#define CONF_KEYS_MAX 128

struct conf_unit {
	const char *name;
	int64_t factor;
};

static const struct conf_unit duration_units[] = {
	{ "ms", 1 },	  { "s", 1000 },    { "", 1000 },      { "m", 60000 },
	{ "min", 60000 }, { "h", 3600000 }, { "d", 86400000 }, { NULL, 0 },
};

static const struct conf_unit size_units[] = {
	{ "", 1 },	  { "B", 1 },	    { "K", 1024 },
	{ "M", 1 << 20 }, { "G", 1 << 30 }, { "T", (int64_t)1 << 40 },
	{ NULL, 0 },
};

struct conf {
	const struct conf_def *defs;
	size_t count;
	char **values; /* one per row; NULL: unset */
};

/* ---- values ---- */

static int parse_number(const char *text, const struct conf_unit *units,
			int64_t *ret_value)
{
	long long number;
	char *end;

	errno = 0;
	number = strtoll(text, &end, 10);
	if (end == text || errno)
		return -EINVAL;
	end += strspn(end, " \t");
	if (!units) {
		*ret_value = number;
		return *end ? -EINVAL : 0;
	}
	for (; units->name; units++) {
		if (strcasecmp(end, units->name))
			continue;
		return __builtin_mul_overflow(number, units->factor,
					      ret_value) ||
				       number < 0
			       ? -EINVAL
			       : 0;
	}
	return -EINVAL;
}

static int parse_bool(const char *text, int64_t *ret_value)
{
	static const char *const words[] = { "false", "true", "no", "yes",
					     "off",   "on",   "0",  "1" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strcasecmp(text, words[i]))
			continue;
		*ret_value = i % 2;
		return 0;
	}
	return -EINVAL;
}

static int parse_value(enum conf_type type, const char *text,
		       int64_t *ret_value)
{
	switch (type) {
	case CONF_INT:
		return parse_number(text, NULL, ret_value);
	case CONF_BOOL:
		return parse_bool(text, ret_value);
	case CONF_DURATION:
		return parse_number(text, duration_units, ret_value);
	case CONF_SIZE:
		return parse_number(text, size_units, ret_value);
	default:
		*ret_value = 0;
		return 0;
	}
}

static const char *wanted(enum conf_type type)
{
	switch (type) {
	case CONF_INT:
		return "a whole number";
	case CONF_BOOL:
		return "true or false";
	case CONF_DURATION:
		return "a duration such as 250ms, 30s, 5m, 2h or 1d";
	default:
		return "a size such as 4096, 64K, 1M or 2G";
	}
}

/* ---- the table ---- */

struct conf *conf_new(const struct conf_def *defs)
{
	struct conf *conf = xcalloc(1, sizeof(*conf));

	conf->defs = defs;
	while (defs[conf->count].key)
		conf->count++;
	assert(conf->count <= CONF_KEYS_MAX);
	conf->values = xcalloc(conf->count, sizeof(*conf->values));
	for (size_t i = 0; i < conf->count; i++)
		conf->values[i] = xstrdup(defs[i].value);
	return conf;
}

static void free_values(char **values, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(values[i]);
	free(values);
}

void conf_free(struct conf *conf)
{
	if (!conf)
		return;
	free_values(conf->values, conf->count);
	free(conf);
}

/* The row of a key, or conf->count. */
static size_t row_of(const struct conf *conf, const char *key)
{
	size_t i = 0;

	while (i < conf->count && strcasecmp(conf->defs[i].key, key))
		i++;
	return i;
}

static int unknown(const struct conf *conf, const char *key, struct err *err)
{
	const char *keys[CONF_KEYS_MAX], *nearest;

	for (size_t i = 0; i < conf->count; i++)
		keys[i] = conf->defs[i].key;
	nearest = spell_nearest(key, keys, conf->count);
	return nearest ? err_set(err, -EINVAL,
				 "unknown setting '%s': did you mean '%s'?",
				 key, nearest)
		       : err_set(err, -EINVAL, "unknown setting '%s'", key);
}

static int set_in(const struct conf *conf, char **values, const char *key,
		  const char *value, struct err *err)
{
	size_t row = row_of(conf, key);
	int64_t number;

	if (row == conf->count)
		return unknown(conf, key, err);
	if (parse_value(conf->defs[row].type, value, &number))
		return err_set(err, -EINVAL, "bad value '%s' of '%s': use %s",
			       value, key, wanted(conf->defs[row].type));
	free(values[row]);
	values[row] = xstrdup(value);
	return 0;
}

int conf_set(struct conf *conf, const char *key, const char *value,
	     struct err *err)
{
	return set_in(conf, conf->values, key, value, err);
}

/* ---- where settings come from ---- */

static char *trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	return text + strspn(text, " \t\r");
}

static int load_line(const struct conf *conf, char **values, char *line,
		     struct err *err)
{
	char *key = trim(line), *equals;

	if (!*key || *key == '#')
		return 0;
	equals = strchr(key, '=');
	if (!equals)
		return err_set(err, -EINVAL, "no '=' in '%s'", key);
	*equals = '\0';
	return set_in(conf, values, trim(key), trim(equals + 1), err);
}

static char **copy_values(const struct conf *conf)
{
	char **values = xcalloc(conf->count, sizeof(*values));

	for (size_t i = 0; i < conf->count; i++)
		values[i] = xstrdup(conf->values[i]);
	return values;
}

int conf_load(struct conf *conf, const char *path, struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	char **values, **old, *line, *next;
	int ret = fd_read_file(path, CONF_FILE_MAX, &text, err);

	if (ret)
		return ret;
	values = copy_values(conf);
	next = text.data;
	for (int number = 1; !ret && (line = strsep(&next, "\n")); number++) {
		ret = load_line(conf, values, line, err);
		if (ret)
			err_prefix(err, "%s:%d", path, number);
	}
	if (!ret) {
		old = conf->values;
		conf->values = values;
		values = old;
	}
	free_values(values, conf->count);
	strbuf_release(&text);
	return ret;
}

int conf_load_env(struct conf *conf, struct err *err)
{
	for (size_t i = 0; i < conf->count; i++) {
		char *name = xasprintf("HARRIER_%s", conf->defs[i].key);
		const char *value;
		int ret = 0;

		for (char *p = name; *p; p++)
			*p = *p == '.' || *p == '-'
				     ? '_'
				     : (char)toupper((unsigned char)*p);
		value = getenv(name);
		if (value)
			ret = conf_set(conf, conf->defs[i].key, value, err);
		if (ret)
			err_prefix(err, "%s", name);
		free(name);
		if (ret)
			return ret;
	}
	return 0;
}

/* ---- getters ---- */

static int64_t number_of(const struct conf *conf, const char *key,
			 enum conf_type type)
{
	size_t row = row_of(conf, key);
	int64_t value = 0;

	assert(row < conf->count && conf->defs[row].type == type);
	if (conf->values[row])
		parse_value(type, conf->values[row], &value);
	return value;
}

const char *conf_str(const struct conf *conf, const char *key)
{
	size_t row = row_of(conf, key);

	assert(row < conf->count);
	return conf->values[row];
}

int64_t conf_int(const struct conf *conf, const char *key)
{
	return number_of(conf, key, CONF_INT);
}

bool conf_bool(const struct conf *conf, const char *key)
{
	return number_of(conf, key, CONF_BOOL) != 0;
}

int64_t conf_duration_ms(const struct conf *conf, const char *key)
{
	return number_of(conf, key, CONF_DURATION);
}

int64_t conf_size_bytes(const struct conf *conf, const char *key)
{
	return number_of(conf, key, CONF_SIZE);
}

bool conf_is_set(const struct conf *conf, const char *key)
{
	return conf_str(conf, key) != NULL;
}
