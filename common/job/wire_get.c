/* SPDX-License-Identifier: MIT */
#include "common/job/wire_get.h"

#include "common/base/err.h"
#include "common/base/xalloc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PATH_NAME_MAX 1024

static int bad(struct err *err, const char *key, const char *what)
{
	return err_set(err, -EINVAL, "member '%s' must be %s", key, what);
}

/* The member, NULL for absent and null; -EINVAL if it is needed. */
static int member(const json_t *root, const char *key, enum wire_need need,
		  const json_t **ret, struct err *err)
{
	*ret = json_object_get(root, key);
	if (*ret && json_is_null(*ret))
		*ret = NULL;
	if (!*ret && need == WIRE_MUST)
		return err_set(err, -EINVAL, "member '%s' is missing", key);
	return 0;
}

int wire_get_object(const json_t *value, const char *what, struct err *err)
{
	if (!json_is_object(value))
		return err_set(err, -EINVAL, "%s must be an object", what);
	return 0;
}

int wire_get_array(const json_t *root, const char *key, enum wire_need need,
		   size_t max, const json_t **ret, struct err *err)
{
	const json_t *v;
	int rc = member(root, key, need, &v, err);

	if (rc || !v)
		return rc;
	if (!json_is_array(v))
		return bad(err, key, "a list");
	if (json_array_size(v) > max)
		return err_set(err, -EINVAL,
			       "member '%s' has more than %zu elements", key,
			       max);
	*ret = v;
	return 0;
}

int wire_get_int(const json_t *root, const char *key, enum wire_need need,
		 int64_t min, int64_t max, int64_t *ret, struct err *err)
{
	const json_t *v;
	int rc = member(root, key, need, &v, err);

	if (rc || !v)
		return rc;
	if (!json_is_integer(v))
		return bad(err, key, "an integer");
	if (json_integer_value(v) < min || json_integer_value(v) > max)
		return err_set(err, -EINVAL,
			       "member '%s' is out of range: %lld", key,
			       (long long)json_integer_value(v));
	*ret = json_integer_value(v);
	return 0;
}

int wire_get_small(const json_t *root, const char *key, enum wire_need need,
		   int min, int max, int *ret, struct err *err)
{
	int64_t v = *ret;
	int rc = wire_get_int(root, key, need, min, max, &v, err);

	if (!rc)
		*ret = (int)v;
	return rc;
}

int wire_get_real(const json_t *root, const char *key, double *ret,
		  struct err *err)
{
	const json_t *v;
	int rc = member(root, key, WIRE_MAY, &v, err);

	if (rc || !v)
		return rc;
	if (!json_is_number(v))
		return bad(err, key, "a number");
	*ret = json_number_value(v);
	return 0;
}

int wire_get_bool(const json_t *root, const char *key, enum wire_need need,
		  bool *ret, struct err *err)
{
	const json_t *v;
	int rc = member(root, key, need, &v, err);

	if (rc || !v)
		return rc;
	if (!json_is_boolean(v))
		return bad(err, key, "true or false");
	*ret = json_is_true(v);
	return 0;
}

int wire_get_text(const json_t *root, const char *key, enum wire_need need,
		  const char **ret, struct err *err)
{
	const json_t *v;
	int rc = member(root, key, need, &v, err);

	if (rc)
		return rc;
	if (!v) {
		*ret = NULL;
		return 0;
	}
	if (!json_is_string(v))
		return bad(err, key, "a string");
	if (strlen(json_string_value(v)) != json_string_length(v))
		return bad(err, key, "a string without NUL");
	*ret = json_string_value(v);
	return 0;
}

int wire_get_str(const json_t *root, const char *key, enum wire_need need,
		 char **ret, struct err *err)
{
	const char *text;
	int rc = wire_get_text(root, key, need, &text, err);

	if (!rc && text)
		*ret = xstrdup(text);
	return rc;
}

int wire_get_hex(const json_t *root, const char *key, enum wire_need need,
		 char *ret, size_t size, struct err *err)
{
	const char *text;
	int rc = wire_get_text(root, key, need, &text, err);

	if (rc || !text)
		return rc;
	if (strlen(text) != size - 1 ||
	    strspn(text, "0123456789abcdef") != size - 1)
		return err_set(err, -EINVAL,
			       "member '%s' must be %zu lower case hex digits",
			       key, size - 1);
	memcpy(ret, text, size);
	return 0;
}

int wire_get_id(const json_t *root, const char *key, int64_t *ret,
		struct err *err)
{
	const char *text;
	char *end;
	int rc = wire_get_text(root, key, WIRE_MAY, &text, err);
	long long v;

	if (rc || !text)
		return rc;
	errno = 0;
	v = strtoll(text, &end, 10);
	if (errno || *end || text[0] < '1' || text[0] > '9')
		return bad(err, key, "an id");
	*ret = v;
	return 0;
}

void wire_strv_free(char **v)
{
	for (size_t i = 0; v && v[i]; i++)
		free(v[i]);
	free(v);
}

int wire_get_strv(const json_t *root, const char *key, enum wire_need need,
		  size_t max, char ***ret, struct err *err)
{
	const json_t *list = NULL;
	char **v;
	size_t count;
	int rc = wire_get_array(root, key, need, max, &list, err);

	if (rc || !list)
		return rc;
	count = json_array_size(list);
	v = xcalloc(count + 1, sizeof(*v));
	for (size_t i = 0; i < count; i++) {
		const json_t *s = json_array_get(list, i);

		if (!json_is_string(s) ||
		    strlen(json_string_value(s)) != json_string_length(s)) {
			wire_strv_free(v);
			return bad(err, key, "a list of strings");
		}
		v[i] = xstrdup(json_string_value(s));
	}
	*ret = v;
	return 0;
}

json_t *wire_put_str(const char *s)
{
	json_t *v;

	if (!s)
		return json_null();
	/* What users name their files need not be UTF-8. */
	v = json_string(s);
	return v ? v : json_string_nocheck(s);
}

json_t *wire_put_strv(char *const *v)
{
	json_t *list;

	if (!v)
		return json_null();
	list = json_array();
	for (; *v; v++)
		json_array_append_new(list, wire_put_str(*v));
	return list;
}

bool wire_path_ok(const char *name)
{
	size_t len = strlen(name);

	if (!len || len >= PATH_NAME_MAX || name[0] == '/')
		return false;
	for (const char *p = name; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return false;
	while (*name) {
		size_t n = strcspn(name, "/");

		if (n == 0 || (n == 1 && name[0] == '.') ||
		    (n == 2 && name[0] == '.' && name[1] == '.'))
			return false;
		name += n;
		if (*name == '/' && !*++name)
			return false;
	}
	return true;
}
