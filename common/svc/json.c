/* SPDX-License-Identifier: MIT */
#include "common/svc/json.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/fd.h"
#include "common/base/xalloc.h"

int json_parse(const char *text, size_t len, json_t **ret_json, struct err *err)
{
	json_error_t why;
	json_t *json;

	json = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY,
			  &why);
	if (!json)
		return err_set(err, -EINVAL,
			       "bad JSON at line %d column %d: %s", why.line,
			       why.column, why.text);
	*ret_json = json;
	return 0;
}

int json_parse_object(const char *text, size_t len, json_t **ret_object,
		      struct err *err)
{
	json_t *json;
	int ret = json_parse(text, len, &json, err);

	if (ret)
		return ret;
	if (!json_is_object(json)) {
		json_decref(json);
		return err_set(err, -EINVAL, "the JSON is not an object");
	}
	*ret_object = json;
	return 0;
}

int json_read_file(const char *path, size_t limit, json_t **ret_json,
		   struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	int ret = fd_read_file(path, limit, &text, err);

	if (!ret) {
		ret = json_parse(text.data, text.len, ret_json, err);
		if (ret)
			err_prefix(err, "cannot read '%s'", path);
	}
	strbuf_release(&text);
	return ret;
}

static int append(const char *data, size_t len, void *arg)
{
	strbuf_add(arg, data, len);
	return 0;
}

void json_write(const json_t *json, struct strbuf *out)
{
	/* It fails for cycles and lack of memory only: both end here. */
	if (json_dump_callback(json, append, out,
			       JSON_COMPACT | JSON_ENCODE_ANY))
		abort();
}

/* The member, NULL where missing or null. */
static json_t *member(const json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	return json_is_null(value) ? NULL : value;
}

static int missing(const char *key, struct err *err)
{
	return err_set(err, -EINVAL, "missing '%s'", key);
}

static int mistyped(const char *key, const char *type, struct err *err)
{
	return err_set(err, -EINVAL, "'%s' must be %s", key, type);
}

int json_opt_str(const json_t *object, const char *key, const char **ret_value,
		 struct err *err)
{
	const json_t *value = member(object, key);

	if (!value)
		return 0;
	if (!json_is_string(value))
		return mistyped(key, "a string", err);
	*ret_value = json_string_value(value);
	return 0;
}

int json_opt_int(const json_t *object, const char *key, int64_t *ret_value,
		 struct err *err)
{
	const json_t *value = member(object, key);

	if (!value)
		return 0;
	if (!json_is_integer(value))
		return mistyped(key, "an integer", err);
	*ret_value = json_integer_value(value);
	return 0;
}

int json_opt_real(const json_t *object, const char *key, double *ret_value,
		  struct err *err)
{
	const json_t *value = member(object, key);

	if (!value)
		return 0;
	if (!json_is_number(value))
		return mistyped(key, "a number", err);
	*ret_value = json_number_value(value);
	return 0;
}

int json_opt_bool(const json_t *object, const char *key, bool *ret_value,
		  struct err *err)
{
	const json_t *value = member(object, key);

	if (!value)
		return 0;
	if (!json_is_boolean(value))
		return mistyped(key, "true or false", err);
	*ret_value = json_is_true(value);
	return 0;
}

int json_opt_object(const json_t *object, const char *key, json_t **ret_value,
		    struct err *err)
{
	json_t *value = member(object, key);

	if (!value)
		return 0;
	if (!json_is_object(value))
		return mistyped(key, "an object", err);
	*ret_value = value;
	return 0;
}

int json_opt_array(const json_t *object, const char *key, json_t **ret_value,
		   struct err *err)
{
	json_t *value = member(object, key);

	if (!value)
		return 0;
	if (!json_is_array(value))
		return mistyped(key, "an array", err);
	*ret_value = value;
	return 0;
}

int json_get_str(const json_t *object, const char *key, const char **ret_value,
		 struct err *err)
{
	return member(object, key) ? json_opt_str(object, key, ret_value, err)
				   : missing(key, err);
}

int json_get_int(const json_t *object, const char *key, int64_t *ret_value,
		 struct err *err)
{
	return member(object, key) ? json_opt_int(object, key, ret_value, err)
				   : missing(key, err);
}

int json_get_real(const json_t *object, const char *key, double *ret_value,
		  struct err *err)
{
	return member(object, key) ? json_opt_real(object, key, ret_value, err)
				   : missing(key, err);
}

int json_get_bool(const json_t *object, const char *key, bool *ret_value,
		  struct err *err)
{
	return member(object, key) ? json_opt_bool(object, key, ret_value, err)
				   : missing(key, err);
}

int json_get_object(const json_t *object, const char *key, json_t **ret_value,
		    struct err *err)
{
	return member(object, key)
		       ? json_opt_object(object, key, ret_value, err)
		       : missing(key, err);
}

int json_get_array(const json_t *object, const char *key, json_t **ret_value,
		   struct err *err)
{
	return member(object, key) ? json_opt_array(object, key, ret_value, err)
				   : missing(key, err);
}

void json_set_value(json_t *object, const char *key, json_t *value)
{
	/* Fails for a key that is not UTF-8: keys are literals of ours. */
	if (json_object_set_new(object, key, value))
		abort();
}

/* The length of the UTF-8 sequence at `s` as RFC 3629 has it, or 0. */
static size_t utf8_len(const unsigned char *s)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t len;

	if (*s < 0x80)
		return 1;
	if (*s < 0xc2 || *s > 0xf4)
		return 0;
	len = *s < 0xe0 ? 2 : *s < 0xf0 ? 3 : 4;
	if (*s == 0xe0)
		low = 0xa0;
	else if (*s == 0xed)
		high = 0x9f;
	else if (*s == 0xf0)
		low = 0x90;
	else if (*s == 0xf4)
		high = 0x8f;
	if (s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

static json_t *repaired(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	struct strbuf good = STRBUF_INIT;
	json_t *json;

	while (*s) {
		size_t len = utf8_len(s);

		if (len)
			strbuf_add(&good, s, len);
		else
			strbuf_addstr(&good, "\xef\xbf\xbd");
		s += len ? len : 1;
	}
	json = json_stringn(good.data, good.len);
	strbuf_release(&good);
	return json;
}

void json_set_str(json_t *object, const char *key, const char *value)
{
	json_t *json = json_string(value);

	json_set_value(object, key, json ? json : repaired(value));
}

void json_set_int(json_t *object, const char *key, int64_t value)
{
	json_set_value(object, key, json_integer(value));
}

void json_set_real(json_t *object, const char *key, double value)
{
	/* JSON has no infinities and no NaN. */
	json_set_value(object, key,
		       isfinite(value) ? json_real(value) : json_null());
}

void json_set_bool(json_t *object, const char *key, bool value)
{
	json_set_value(object, key, json_boolean(value));
}
