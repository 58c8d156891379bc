/* SPDX-License-Identifier: MIT */
/* conf: settings from a file of `key = value` lines, then the environment. */
#ifndef HARRIER_SVC_CONF_H
#define HARRIER_SVC_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"

/*
 * The program's table says which keys there are and what they are when nobody
 * sets them. Later wins: default, file, HARRIER_KEY in the environment (upper
 * case, '.' and '-' as '_'), conf_set (the command line). Lines starting with '#' are
 * comments; a value goes to the end of the line, blanks around it removed.
 */
struct conf;

enum conf_type {
	CONF_STRING,
	CONF_INT,
	CONF_BOOL, /* true false yes no on off 1 0 */
	CONF_DURATION, /* 10, 10s, 5m, 2h, 1d, 250ms; kept in ms */
	CONF_SIZE, /* 10, 64K, 1M, 2G, 1T (1024 each); kept in bytes */
};

struct conf_def {
	const char *key; /* NULL ends the table */
	enum conf_type type;
	const char *value; /* the default as text; NULL: unset */
};

struct conf *conf_new(const struct conf_def *defs);
void conf_free(struct conf *conf);

/*
 * -EINVAL with file and line for an unknown key (the nearest is suggested) or
 * a value that is not of the key's type. Nothing is changed then. A file that
 * does not exist is -ENOENT.
 */
int conf_load(struct conf *conf, const char *path, struct err *err);
int conf_load_env(struct conf *conf, struct err *err);
int conf_set(struct conf *conf, const char *key, const char *value,
	     struct err *err);

/* For keys of the table only; NULL, 0, false where unset. */
const char *conf_str(const struct conf *conf, const char *key);
int64_t conf_int(const struct conf *conf, const char *key);
bool conf_bool(const struct conf *conf, const char *key);
int64_t conf_duration_ms(const struct conf *conf, const char *key);
int64_t conf_size_bytes(const struct conf *conf, const char *key);
bool conf_is_set(const struct conf *conf, const char *key);

#endif
