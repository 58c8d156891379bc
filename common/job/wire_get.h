/* SPDX-License-Identifier: MIT */
/*
 * Typed members of JSON objects, for the decoders of wire.h. Each answers 0
 * or -EINVAL with "member 'x' must be ..."; a member that is absent or null
 * leaves *ret as it is, unless WIRE_MUST is given.
 */
#ifndef HARRIER_JOB_WIRE_GET_H
#define HARRIER_JOB_WIRE_GET_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

struct err;

enum wire_need { WIRE_MAY, WIRE_MUST };

int wire_get_object(const json_t *value, const char *what, struct err *err);
int wire_get_array(const json_t *root, const char *key, enum wire_need need,
		   size_t max, const json_t **ret, struct err *err);
int wire_get_int(const json_t *root, const char *key, enum wire_need need,
		 int64_t min, int64_t max, int64_t *ret, struct err *err);
/* An int with the same limits. */
int wire_get_small(const json_t *root, const char *key, enum wire_need need,
		   int min, int max, int *ret, struct err *err);
int wire_get_real(const json_t *root, const char *key, double *ret,
		  struct err *err);
int wire_get_bool(const json_t *root, const char *key, enum wire_need need,
		  bool *ret, struct err *err);
/* A copy the caller frees; replaces nothing that *ret held. */
int wire_get_str(const json_t *root, const char *key, enum wire_need need,
		 char **ret, struct err *err);
/* Borrowed; NULL when absent. */
int wire_get_text(const json_t *root, const char *key, enum wire_need need,
		  const char **ret, struct err *err);
/* Lower case hex digits, exactly size - 1 of them. */
int wire_get_hex(const json_t *root, const char *key, enum wire_need need,
		 char *ret, size_t size, struct err *err);
/* An id sent as text: "17". */
int wire_get_id(const json_t *root, const char *key, int64_t *ret,
		struct err *err);
/* A list of strings, copied, ended by NULL; absent leaves *ret. */
int wire_get_strv(const json_t *root, const char *key, enum wire_need need,
		  size_t max, char ***ret, struct err *err);
void wire_strv_free(char **v);

json_t *wire_put_strv(char *const *v); /* null for NULL */
json_t *wire_put_str(const char *s); /* null for NULL */

/* Relative, without "." or "..", no control characters. */
bool wire_path_ok(const char *name);

#endif
