/* SPDX-License-Identifier: MIT */
/* json: jansson with limits, and getters whose errors name the key. */
#ifndef HARRIER_SVC_JSON_H
#define HARRIER_SVC_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/base/strbuf.h"

/*
 * Any value; -EINVAL with line and column. Duplicate keys are refused, and NUL
 * in strings, so that a C string is all of it.
 */
int json_parse(const char *text, size_t len, json_t **ret_json,
	       struct err *err);
/* As json_parse, and the value must be an object. */
int json_parse_object(const char *text, size_t len, json_t **ret_object,
		      struct err *err);
int json_read_file(const char *path, size_t limit, json_t **ret_json,
		   struct err *err);
/* Appends the value as compact text, keys in order of insertion. */
void json_write(const json_t *json, struct strbuf *out);

/*
 * Getters of a member that must be there: 0, or -EINVAL with "missing 'key'"
 * or "'key' must be a string". Results are borrowed from `object`.
 */
int json_get_str(const json_t *object, const char *key, const char **ret_value,
		 struct err *err);
int json_get_int(const json_t *object, const char *key, int64_t *ret_value,
		 struct err *err);
int json_get_real(const json_t *object, const char *key, double *ret_value,
		  struct err *err);
int json_get_bool(const json_t *object, const char *key, bool *ret_value,
		  struct err *err);
int json_get_object(const json_t *object, const char *key, json_t **ret_value,
		    struct err *err);
int json_get_array(const json_t *object, const char *key, json_t **ret_value,
		   struct err *err);

/*
 * The same for a member that may be missing or null: *ret_value stays as the
 * caller set it then. A value of another type is still -EINVAL.
 */
int json_opt_str(const json_t *object, const char *key, const char **ret_value,
		 struct err *err);
int json_opt_int(const json_t *object, const char *key, int64_t *ret_value,
		 struct err *err);
int json_opt_real(const json_t *object, const char *key, double *ret_value,
		  struct err *err);
int json_opt_bool(const json_t *object, const char *key, bool *ret_value,
		  struct err *err);
int json_opt_object(const json_t *object, const char *key, json_t **ret_value,
		    struct err *err);
int json_opt_array(const json_t *object, const char *key, json_t **ret_value,
		   struct err *err);

/* Setters for building; text that is not UTF-8 has its bad bytes replaced. */
void json_set_str(json_t *object, const char *key, const char *value);
void json_set_int(json_t *object, const char *key, int64_t value);
void json_set_real(json_t *object, const char *key, double value);
void json_set_bool(json_t *object, const char *key, bool value);
/* Takes the reference. */
void json_set_value(json_t *object, const char *key, json_t *value);

#endif
