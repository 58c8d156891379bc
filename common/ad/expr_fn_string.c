/* SPDX-License-Identifier: MIT */
/* Functions on strings, string lists and version numbers. */
#include "common/ad/expr_fn.h"
#include "common/ad/name.h"
#include "common/base/strbuf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct value done(const struct fn_call *call, struct strbuf *text)
{
	struct value v = eval_string(call->ev, text->data, text->len);

	strbuf_release(text);
	return v;
}

static struct value fn_to_string(const struct fn_call *call)
{
	struct value s, other;

	return fn_text(call, 0, &s, &other) ? s : other;
}

/*
 * Joins the arguments from `first` on with sep between them; @skip: without
 * those that are UNDEFINED.
 */
static struct value concat(const struct fn_call *call, uint32_t first,
			   struct value sep, bool skip)
{
	struct strbuf text = STRBUF_INIT;
	struct value s, other;
	uint32_t count = 0;

	for (uint32_t i = first; i < call->argc; i++) {
		if (!fn_text(call, i, &s, &other)) {
			if (skip && other.type == VALUE_UNDEFINED)
				continue;
			strbuf_release(&text);
			return other;
		}
		if (count++)
			strbuf_add(&text, sep.u.s, sep.len);
		strbuf_add(&text, s.u.s, s.len);
		if (text.len > EVAL_BYTES_MAX) {
			strbuf_release(&text);
			return value_of(VALUE_ERROR);
		}
	}
	return done(call, &text);
}

static const struct value no_text = { .type = VALUE_STRING, .u.s = "" };

static struct value fn_strcat(const struct fn_call *call)
{
	return concat(call, 0, no_text, false);
}

static struct value join_list(const struct fn_call *call, struct value list,
			      struct value sep)
{
	struct strbuf text = STRBUF_INIT;
	uint32_t count = 0;

	for (uint32_t i = 0; i < list.len; i++) {
		if (list.u.list[i].type == VALUE_UNDEFINED)
			continue;
		if (count++)
			strbuf_add(&text, sep.u.s, sep.len);
		if (!value_text(list.u.list[i], &text) ||
		    text.len > EVAL_BYTES_MAX) {
			strbuf_release(&text);
			return value_misfit(list.u.list[i]);
		}
	}
	return done(call, &text);
}

/* join(sep, list), join(sep, a, b...) or join(list) */
static struct value fn_join(const struct fn_call *call)
{
	struct value first = fn_arg(call, 0);
	struct value list;

	if (call->argc == 1)
		return first.type == VALUE_LIST &&
				       eval_charge(call->ev, first.len)
			       ? join_list(call, first, no_text)
			       : value_misfit(first);
	if (first.type != VALUE_STRING)
		return value_misfit(first);
	if (call->argc > 2)
		return concat(call, 1, first, true);
	list = fn_arg(call, 1);
	if (list.type == VALUE_LIST && eval_charge(call->ev, list.len))
		return join_list(call, list, first);
	return concat(call, 1, first, true);
}

static struct value change_case(const struct fn_call *call, bool upper)
{
	struct strbuf text = STRBUF_INIT;
	struct value s, other;

	if (!fn_text(call, 0, &s, &other))
		return other;
	strbuf_add(&text, s.u.s, s.len);
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];

		if (upper && c >= 'a' && c <= 'z')
			text.data[i] = (char)(c & ~0x20);
		else if (!upper)
			text.data[i] = name_lower(c);
	}
	return done(call, &text);
}

static struct value fn_to_upper(const struct fn_call *call)
{
	return change_case(call, true);
}

static struct value fn_to_lower(const struct fn_call *call)
{
	return change_case(call, false);
}

/* A negative offset counts from the end, a negative length leaves off. */
static struct value fn_substr(const struct fn_call *call)
{
	struct value s, other;
	int64_t at, len = INT64_MAX;

	if (!fn_string(call, 0, &s, &other) || !fn_int(call, 1, &at, &other) ||
	    (call->argc == 3 && !fn_int(call, 2, &len, &other)))
		return other;
	if (at < 0)
		at = at + (int64_t)s.len < 0 ? 0 : at + (int64_t)s.len;
	if (at > (int64_t)s.len)
		at = s.len;
	if (len < 0)
		len = (int64_t)s.len - at + len;
	if (len < 0)
		len = 0;
	if (len > (int64_t)s.len - at)
		len = (int64_t)s.len - at;
	return eval_string(call->ev, s.u.s + at, (size_t)len);
}

static int sign(int order)
{
	return (order > 0) - (order < 0);
}

static struct value fn_strcmp(const struct fn_call *call)
{
	struct value a, b, other;

	if (!fn_text(call, 0, &a, &other) || !fn_text(call, 1, &b, &other))
		return other;
	return value_int(sign(strcmp(a.u.s, b.u.s)));
}

static struct value fn_stricmp(const struct fn_call *call)
{
	struct value a, b, other;

	if (!fn_text(call, 0, &a, &other) || !fn_text(call, 1, &b, &other))
		return other;
	return value_int(value_casecmp(a, b));
}

/* ---- versions ---------------------------------------------------------------- */

/*
 * Where they differ in digits the numbers decide, and of equal ones the more
 * zeros before are less: 000 00 01 010 09 0 1 9 10.
 */
static int version_cmp(const char *a, const char *b)
{
	return sign(strverscmp(a, b));
}

/* False: *ret_other is what the call gives. */
static bool versions(const struct fn_call *call, int *ret_order,
		     struct value *ret_other)
{
	struct value a, b;

	if (!fn_string(call, 0, &a, ret_other) ||
	    !fn_string(call, 1, &b, ret_other))
		return false;
	*ret_order = version_cmp(a.u.s, b.u.s);
	return true;
}

static struct value fn_versioncmp(const struct fn_call *call)
{
	struct value other;
	int order;

	return versions(call, &order, &other) ? value_int(order) : other;
}

static struct value fn_version_le(const struct fn_call *call)
{
	struct value other;
	int order;

	return versions(call, &order, &other) ? value_bool(order <= 0) : other;
}

static struct value fn_version_lt(const struct fn_call *call)
{
	struct value other;
	int order;

	return versions(call, &order, &other) ? value_bool(order < 0) : other;
}

static struct value fn_version_ge(const struct fn_call *call)
{
	struct value other;
	int order;

	return versions(call, &order, &other) ? value_bool(order >= 0) : other;
}

static struct value fn_version_gt(const struct fn_call *call)
{
	struct value other;
	int order;

	return versions(call, &order, &other) ? value_bool(order > 0) : other;
}

static struct value fn_version_eq(const struct fn_call *call)
{
	struct value other;
	int order;

	return versions(call, &order, &other) ? value_bool(order == 0) : other;
}

static struct value fn_version_in_range(const struct fn_call *call)
{
	struct value v, low, high, other;

	if (!fn_string(call, 0, &v, &other) ||
	    !fn_string(call, 1, &low, &other) ||
	    !fn_string(call, 2, &high, &other))
		return other;
	return value_bool(version_cmp(v.u.s, low.u.s) >= 0 &&
			  version_cmp(v.u.s, high.u.s) <= 0);
}

/* user@domain, slot@host; without an @ all of it is the part `whole`. */
static struct value split_at(const struct fn_call *call, int whole)
{
	struct value s, other, part[2];
	const char *at;

	if (!fn_string(call, 0, &s, &other))
		return other;
	at = strchr(s.u.s, '@');
	if (at) {
		part[0] = eval_string(call->ev, s.u.s, (size_t)(at - s.u.s));
		part[1] = eval_string(call->ev, at + 1, strlen(at + 1));
	} else {
		part[whole] = s;
		part[!whole] = no_text;
	}
	return eval_list(call->ev, part, 2);
}

static struct value fn_split_user(const struct fn_call *call)
{
	return split_at(call, 0);
}

static struct value fn_split_slot(const struct fn_call *call)
{
	return split_at(call, 1);
}

const struct fn expr_fn_string[] = {
	{ "string", 1, 1, fn_to_string },
	{ "strcat", 0, UINT32_MAX, fn_strcat },
	{ "join", 1, UINT32_MAX, fn_join },
	{ "toupper", 1, 1, fn_to_upper },
	{ "tolower", 1, 1, fn_to_lower },
	{ "substr", 2, 3, fn_substr },
	{ "strcmp", 2, 2, fn_strcmp },
	{ "stricmp", 2, 2, fn_stricmp },
	{ "versioncmp", 2, 2, fn_versioncmp },
	{ "versionle", 2, 2, fn_version_le },
	{ "versionlt", 2, 2, fn_version_lt },
	{ "versionge", 2, 2, fn_version_ge },
	{ "versiongt", 2, 2, fn_version_gt },
	{ "versioneq", 2, 2, fn_version_eq },
	{ "version_in_range", 3, 3, fn_version_in_range },
	{ "splitusername", 1, 1, fn_split_user },
	{ "splitslotname", 1, 1, fn_split_slot },
	{ NULL, 0, 0, NULL },
};
