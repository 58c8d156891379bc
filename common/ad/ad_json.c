/* SPDX-License-Identifier: MIT */
/*
 * Ads as JSON, as HTCondor writes them: what JSON cannot say is the string
 * "/Expr(text)/". A string that itself looks so is written that way too, as
 * the expression of a string.
 */
#include "common/ad/ad.h"
#include "common/ad/ad_priv.h"
#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/svc/json.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#define EXPR_OPEN  "/Expr("
#define EXPR_CLOSE ")/"
#define DEPTH_MAX  100

static bool looks_like_expr(const char *s, size_t len)
{
	return len >= 8 && memcmp(s, EXPR_OPEN, 6) == 0 &&
	       memcmp(s + len - 2, EXPR_CLOSE, 2) == 0;
}

/* Can JSON say the value by its own means? */
static bool is_plain(const struct attr *attr)
{
	if (attr->kind == ATTR_EXPR)
		return false;
	switch (attr->lit.type) {
	case VALUE_BOOL:
	case VALUE_INT:
		return true;
	case VALUE_REAL:
		return isfinite(attr->lit.u.r);
	case VALUE_STRING:
		return !looks_like_expr(attr->lit.u.s, attr->lit.len);
	default:
		return false;
	}
}

static void wrapped(const struct attr *attr, struct strbuf *out)
{
	strbuf_addstr(out, EXPR_OPEN);
	attr_unparse(attr, out);
	strbuf_addstr(out, EXPR_CLOSE);
}

/* Strings are bytes here; what is no UTF-8 becomes U+FFFD. */
static json_t *json_text(const char *s)
{
	json_t *holder, *text;

	text = json_string(s);
	if (text)
		return text;
	holder = json_object();
	json_set_str(holder, "s", s);
	text = json_incref(json_object_get(holder, "s"));
	json_decref(holder);
	return text;
}

static json_t *attr_to_json(const struct attr *attr)
{
	struct strbuf text = STRBUF_INIT;
	json_t *json;

	if (is_plain(attr)) {
		switch (attr->lit.type) {
		case VALUE_BOOL:
			return json_boolean(attr->lit.u.b);
		case VALUE_INT:
			return json_integer(attr->lit.u.i);
		case VALUE_REAL:
			return json_real(attr->lit.u.r);
		default:
			return json_text(attr->lit.u.s);
		}
	}
	wrapped(attr, &text);
	json = json_text(text.data);
	strbuf_release(&text);
	return json;
}

json_t *ad_to_json(const struct ad *ad, bool flat)
{
	struct ad *all = flat && ad->parent ? ad_flatten(ad) : NULL;
	const struct ad *from = all ? all : ad;
	json_t *json = json_object();

	for (uint32_t i = 0; i < from->count; i++)
		json_object_set_new(json, attr_spelling(&from->attrs[i]),
				    attr_to_json(&from->attrs[i]));
	ad_free(all);
	return json;
}

json_t *ad_attr_to_json(const struct ad *ad, const char *name)
{
	const struct attr *attr = ad_find_name(ad, name);

	return attr ? attr_to_json(attr) : NULL;
}

/* ---- directly to text ------------------------------------------------------------ */

/* Bytes of the UTF-8 sequence at s, 0 if it is none (RFC 3629). */
static size_t utf8_len(const unsigned char *s)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t len;

	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	len = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	if (s[0] == 0xe0)
		low = 0xa0;
	else if (s[0] == 0xed)
		high = 0x9f;
	else if (s[0] == 0xf0)
		low = 0x90;
	else if (s[0] == 0xf4)
		high = 0x8f;
	if (s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

static void add_quoted(struct strbuf *out, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;

	strbuf_addch(out, '"');
	while (*s) {
		size_t len = utf8_len(s);

		if (*s == '"' || *s == '\\')
			strbuf_addf(out, "\\%c", *s);
		else if (*s == '\n')
			strbuf_addstr(out, "\\n");
		else if (*s < 0x20)
			strbuf_addf(out, "\\u%04x", *s);
		else if (len == 0)
			strbuf_addstr(out, "\xef\xbf\xbd");
		else
			strbuf_add(out, s, len);
		s += len ? len : 1;
	}
	strbuf_addch(out, '"');
}

static void add_value(struct strbuf *out, const struct attr *attr)
{
	struct strbuf text = STRBUF_INIT;

	if (!is_plain(attr)) {
		wrapped(attr, &text);
		add_quoted(out, text.data);
		strbuf_release(&text);
	} else if (attr->lit.type == VALUE_STRING) {
		add_quoted(out, attr->lit.u.s);
	} else { /* ClassAd and JSON write these alike */
		value_unparse(&attr->lit, out);
	}
}

void ad_unparse_json(const struct ad *ad, bool flat, struct strbuf *out)
{
	struct ad *all = flat && ad->parent ? ad_flatten(ad) : NULL;
	const struct ad *from = all ? all : ad;

	strbuf_addch(out, '{');
	for (uint32_t i = 0; i < from->count; i++) {
		if (i > 0)
			strbuf_addch(out, ',');
		add_quoted(out, attr_spelling(&from->attrs[i]));
		strbuf_addch(out, ':');
		add_value(out, &from->attrs[i]);
	}
	strbuf_addch(out, '}');
	ad_free(all);
}

/* ---- from JSON --------------------------------------------------------------------- */

static int json_expr(const json_t *json, int depth, struct strbuf *out,
		     struct err *err);

static void expr_from_string(const json_t *json, struct strbuf *out)
{
	const char *s = json_string_value(json);
	size_t len = json_string_length(json);

	if (looks_like_expr(s, len)) {
		strbuf_addch(out, '(');
		strbuf_add(out, s + 6, len - 8);
		strbuf_addch(out, ')');
	} else {
		struct value v = { .type = VALUE_STRING,
				   .len = (uint32_t)len,
				   .u.s = s };

		value_unparse(&v, out);
	}
}

static int array_expr(const json_t *json, int depth, struct strbuf *out,
		      struct err *err)
{
	size_t i;
	json_t *item;
	int rc = 0;

	strbuf_addch(out, '{');
	json_array_foreach(json, i, item) {
		if (i > 0)
			strbuf_addch(out, ',');
		rc = json_expr(item, depth + 1, out, err);
		if (rc)
			return rc;
	}
	strbuf_addch(out, '}');
	return 0;
}

static int object_expr(const json_t *json, int depth, struct strbuf *out,
		       struct err *err)
{
	const char *key;
	json_t *item;
	int rc = 0;

	strbuf_addch(out, '[');
	json_object_foreach((json_t *)json, key, item) {
		if (!ad_name_valid(key))
			return err_set(err, -EINVAL,
				       "bad attribute name '%.100s'", key);
		strbuf_addf(out, "'%s'=", key);
		rc = json_expr(item, depth + 1, out, err);
		if (rc)
			return rc;
		strbuf_addch(out, ';');
	}
	strbuf_addch(out, ']');
	return 0;
}

/* Appends the expression that says what json says. */
static int json_expr(const json_t *json, int depth, struct strbuf *out,
		     struct err *err)
{
	struct value v = { .type = VALUE_UNDEFINED };

	if (depth > DEPTH_MAX)
		return err_set(err, -EINVAL, "nested too deeply");
	switch (json_typeof(json)) {
	case JSON_ARRAY:
		return array_expr(json, depth, out, err);
	case JSON_OBJECT:
		return object_expr(json, depth, out, err);
	case JSON_STRING:
		expr_from_string(json, out);
		return 0;
	case JSON_INTEGER:
		v.type = VALUE_INT;
		v.u.i = json_integer_value(json);
		break;
	case JSON_REAL:
		v.type = VALUE_REAL;
		v.u.r = json_real_value(json);
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		v.type = VALUE_BOOL;
		v.u.b = json_is_true(json);
		break;
	case JSON_NULL:
		break;
	}
	value_unparse(&v, out);
	return 0;
}

static int set_expr(struct ad *ad, const char *name, const char *text,
		    size_t len, struct err *err)
{
	struct expr *expr;
	int rc = expr_parse_n(text, len, &expr, err);

	return rc ? rc : ad_set_expr(ad, name, expr);
}

int ad_set_json(struct ad *ad, const char *name, const json_t *json,
		struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	const char *s = json_string_value(json);
	size_t len = json_string_length(json);
	int rc;

	if (!ad_name_valid(name))
		return err_set(err, -EINVAL, "bad attribute name '%.100s'",
			       name);
	if (s && strlen(s) != len) {
		rc = err_set(err, -EINVAL, "NUL byte in a string");
	} else if (s && looks_like_expr(s, len)) {
		rc = set_expr(ad, name, s + 6, len - 8, err);
	} else if (s) {
		rc = ad_set_string(ad, name, s);
	} else {
		rc = json_expr(json, 0, &text, err);
		if (!rc)
			rc = set_expr(ad, name, text.data, text.len, err);
	}
	strbuf_release(&text);
	if (!rc)
		return 0;
	err_set(err, rc, "too many attributes, or too long");
	err_prefix(err, "%s", name);
	return rc;
}

int ad_from_json(const json_t *json, struct ad **ret_ad, struct err *err)
{
	struct ad *ad;
	const char *name;
	json_t *value;
	int rc = 0;

	if (!json_is_object(json))
		return err_set(err, -EINVAL, "an ad must be a JSON object");
	ad = ad_new();
	json_object_foreach((json_t *)json, name, value) {
		rc = ad_set_json(ad, name, value, err);
		if (rc) {
			ad_free(ad);
			return rc;
		}
	}
	*ret_ad = ad;
	return 0;
}
