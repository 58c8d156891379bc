/* SPDX-License-Identifier: MIT */
/* Functions on regular expressions. */
#include "common/ad/expr_fn.h"
#include "common/ad/pattern.h"
#include "common/base/strbuf.h"

#include <string.h>

/* A pattern with the steps that its matches may take. */
struct matcher {
	struct pattern *pattern;
	struct eval *ev;
};

/* Arguments i (pattern) and options (if the call has it). */
static bool matcher_open(const struct fn_call *call, uint32_t i,
			 uint32_t options, struct matcher *ret,
			 struct value *ret_other)
{
	struct value text, letters;
	unsigned flags = 0;

	if (!fn_string(call, i, &text, ret_other))
		return false;
	if (call->argc > options) {
		if (!fn_string(call, options, &letters, ret_other))
			return false;
		flags = pattern_flags(letters.u.s);
	}
	ret->ev = call->ev;
	*ret_other = value_of(VALUE_ERROR);
	return eval_charge(call->ev, 100 + text.len) &&
	       pattern_compile(text.u.s, flags, &ret->pattern, NULL) == 0;
}

static int matcher_run(struct matcher *m, struct value s, size_t from,
		       struct pattern_span spans[PATTERN_GROUPS])
{
	return pattern_match(m->pattern, s.u.s, s.len, from, spans,
			     &m->ev->steps_left);
}

/* regexp(pattern, string[, options]) */
static struct value fn_regexp(const struct fn_call *call)
{
	struct pattern_span spans[PATTERN_GROUPS];
	struct value s, other;
	struct matcher m;
	int rc;

	if (!fn_string(call, 1, &s, &other) ||
	    !matcher_open(call, 0, 2, &m, &other))
		return other;
	rc = matcher_run(&m, s, 0, spans);
	pattern_free(m.pattern);
	return rc < 0 ? value_of(VALUE_ERROR) : value_bool(rc);
}

/* The substitute with \0 to \9 replaced by the groups. */
static void substitute(struct strbuf *out, struct value with, struct value s,
		       const struct pattern_span *spans)
{
	for (uint32_t i = 0; i < with.len; i++) {
		char c = with.u.s[i];
		char d = i + 1 < with.len ? with.u.s[i + 1] : '\0';

		if (c == '\\' && d >= '0' && d <= '9') {
			const struct pattern_span *g = &spans[d - '0'];

			if (g->start >= 0)
				strbuf_add(out, s.u.s + g->start,
					   (size_t)(g->end - g->start));
			i++;
		} else {
			strbuf_addch(out, c);
		}
	}
}

/* What replace_each does with the matches. */
struct replace {
	bool all; /* not only the first */
	bool full; /* keep what lies around them */
};

static int replace_each(struct matcher *m, struct value s, struct value with,
			struct replace how, struct strbuf *out)
{
	struct pattern_span spans[PATTERN_GROUPS];
	size_t at = 0, from = 0;
	int rc = 0;

	while (from <= s.len && (rc = matcher_run(m, s, from, spans)) == 1) {
		size_t end = (size_t)spans[0].end;

		if (how.full)
			strbuf_add(out, s.u.s + at,
				   (size_t)spans[0].start - at);
		substitute(out, with, s, spans);
		at = end;
		from = end + (spans[0].start == spans[0].end);
		if (!how.all || out->len > EVAL_BYTES_MAX)
			break;
	}
	if (how.full)
		strbuf_add(out, s.u.s + at, s.len - at);
	return rc;
}

static struct value replaced(const struct fn_call *call, struct replace how)
{
	struct strbuf out = STRBUF_INIT;
	struct value s, with, letters, v, other;
	struct matcher m;

	if (!fn_string(call, 1, &s, &other) ||
	    !fn_string(call, 2, &with, &other) ||
	    (call->argc > 3 && !fn_string(call, 3, &letters, &other)) ||
	    !matcher_open(call, 0, 3, &m, &other))
		return other;
	if (call->argc > 3) {
		how.full |= strpbrk(letters.u.s, "fF") != NULL;
		how.all |= strpbrk(letters.u.s, "gG") != NULL;
	}
	if (replace_each(&m, s, with, how, &out) < 0)
		v = value_of(VALUE_ERROR);
	else
		v = eval_string(call->ev, out.data, out.len);
	pattern_free(m.pattern);
	strbuf_release(&out);
	return v;
}

static struct value fn_regexps(const struct fn_call *call)
{
	return replaced(call, (struct replace){ 0 });
}

static struct value fn_replace(const struct fn_call *call)
{
	return replaced(call, (struct replace){ .full = true });
}

static struct value fn_replace_all(const struct fn_call *call)
{
	return replaced(call, (struct replace){ .full = true, .all = true });
}

/* regexpMember(pattern, list[, options]) */
static struct value fn_regexp_member(const struct fn_call *call)
{
	struct pattern_span spans[PATTERN_GROUPS];
	struct value list, other;
	struct matcher m;
	bool undefined = false;
	int rc = 0;

	if (!fn_list(call, 1, &list, &other) ||
	    !matcher_open(call, 0, 2, &m, &other))
		return other;
	for (uint32_t i = 0; i < list.len && rc == 0; i++) {
		if (list.u.list[i].type == VALUE_STRING)
			rc = matcher_run(&m, list.u.list[i], 0, spans);
		else if (list.u.list[i].type == VALUE_UNDEFINED)
			undefined = true;
		else
			rc = -1;
	}
	pattern_free(m.pattern);
	if (rc < 0)
		return value_of(VALUE_ERROR);
	return !rc && undefined ? value_of(VALUE_UNDEFINED) : value_bool(rc);
}

/* stringList_regexpMember(pattern, "a, b"[, delimiters[, options]]) */
static struct value fn_sl_regexp_member(const struct fn_call *call)
{
	struct pattern_span spans[PATTERN_GROUPS];
	struct value delims = { .type = VALUE_STRING, .u.s = " ," };
	struct value s, other;
	struct matcher m;
	int rc = 0;

	if (!fn_string(call, 1, &s, &other) ||
	    (call->argc > 2 && !fn_string(call, 2, &delims, &other)) ||
	    !matcher_open(call, 0, 3, &m, &other))
		return other;
	for (const char *p = s.u.s;
	     rc == 0 && *(p += strspn(p, delims.u.s)) != '\0';) {
		struct value item = s;
		size_t len = strcspn(p, delims.u.s);

		item = eval_string(call->ev, p, len);
		if (item.type != VALUE_STRING)
			rc = -1;
		else
			rc = matcher_run(&m, item, 0, spans);
		p += len;
	}
	pattern_free(m.pattern);
	return rc < 0 ? value_of(VALUE_ERROR) : value_bool(rc);
}

const struct fn expr_fn_pattern[] = {
	{ "regexp", 2, 3, fn_regexp },
	{ "regexps", 3, 4, fn_regexps },
	{ "regexpmember", 2, 3, fn_regexp_member },
	{ "replace", 3, 4, fn_replace },
	{ "replaceall", 3, 4, fn_replace_all },
	{ "stringlist_regexpmember", 2, 4, fn_sl_regexp_member },
	{ NULL, 0, 0, NULL },
};
