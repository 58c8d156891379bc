/* SPDX-License-Identifier: MIT */
/*
 * Macro functions: $ENV(), $CHOICE(), $F...() and so on. Their names are
 * case-significant. Where an argument may name a macro, the macro's value is
 * taken; if there is none of that name, the text itself.
 */
#include "common/ad/expr_eval.h"
#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "common/job/submitfile_priv.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARGS_MAX 1000

/* A call being expanded. args are trimmed, macros in them expanded. */
struct call {
	struct submitfile *sf;
	const char *name;
	int depth;
	char *args[ARGS_MAX];
	size_t argc;
	struct err *err;
};

static int fail(struct call *c, const char *what)
{
	return err_set(c->err, -EINVAL, "$%s(): %s", c->name, what);
}

/* The value of argument i as a macro, or its own text; allocated. */
static int value_of(struct call *c, size_t i, char **ret)
{
	const char *raw = submit_lookup(c->sf, c->args[i]);
	struct strbuf text = STRBUF_INIT;
	int rc = submit_expand(c->sf, raw ? raw : c->args[i], c->depth + 1,
			       &text, c->err);

	if (rc)
		strbuf_release(&text);
	else
		*ret = strbuf_detach(&text);
	return rc;
}

/* What needs the cluster's number cannot have it before the scheduler gave it. */
static int check_known(struct call *c, const char *text)
{
	if (!strstr(text, SUBMIT_CLUSTER_LATER))
		return 0;
	return fail(c, "the cluster's number is not known before the scheduler "
		       "gives it: use $(Cluster) alone");
}

/* Argument i, a macro or an expression, as a number. */
static int number_of(struct call *c, size_t i, struct value *ret)
{
	struct expr *expr;
	struct eval ev;
	char *text;
	int rc = value_of(c, i, &text);

	if (rc)
		return rc;
	rc = check_known(c, text);
	if (rc) {
		free(text);
		return rc;
	}
	rc = expr_parse(text, &expr, c->err);
	if (!rc) {
		eval_init(&ev, NULL, NULL);
		*ret = eval_expr(&ev, expr);
		eval_release(&ev);
		expr_free(expr);
		if (ret->type == VALUE_BOOL) {
			ret->type = VALUE_INT;
			ret->u.i = ret->u.b;
		}
		if (ret->type != VALUE_INT && ret->type != VALUE_REAL)
			rc = -EINVAL;
	}
	if (rc) {
		err_clear(c->err ? c->err : &(struct err)ERR_INIT);
		rc = err_set(c->err, -EINVAL, "$%s(): '%.60s' is no number",
			     c->name, text);
	}
	free(text);
	return rc;
}

static int int_of(struct call *c, size_t i, int64_t *ret)
{
	struct value v;
	int rc = number_of(c, i, &v);

	if (rc)
		return rc;
	if (v.type == VALUE_REAL && !(fabs(v.u.r) < 0x1p63))
		return fail(c, "number out of range");
	*ret = v.type == VALUE_INT ? v.u.i : (int64_t)v.u.r;
	return 0;
}

/*
 * Checks a user's printf format: plain text and exactly one conversion out of
 * `kinds`, with small widths. *ret_kind is its place.
 */
static bool check_format(const char *format, const char *kinds,
			 size_t *ret_kind)
{
	bool found = false;

	for (const char *p = format; *p; p++) {
		size_t digits;

		if (*p != '%')
			continue;
		if (p[1] == '%') {
			p++;
			continue;
		}
		p += 1 + strspn(p + 1, "-+ #0");
		digits = strspn(p, "0123456789");
		if (digits > 3)
			return false;
		p += digits;
		if (*p == '.') {
			digits = strspn(p + 1, "0123456789");
			if (digits > 3)
				return false;
			p += 1 + digits;
		}
		if (found || !*p || !strchr(kinds, *p))
			return false;
		*ret_kind = (size_t)(p - format);
		found = true;
	}
	return found;
}

static int add_formatted(struct call *c, struct strbuf *out, struct value v,
			 bool real)
{
	const char *format = c->argc > 1 ? c->args[1] : real ? "%.15g" : "%d";
	struct strbuf safe = STRBUF_INIT;
	char text[2100];
	size_t kind;

	if (strlen(format) > 500 ||
	    !check_format(format, real ? "feEgGa" : "diuxXo", &kind))
		return fail(c, "bad format");
	strbuf_add(&safe, format, kind);
	if (!real)
		strbuf_addstr(&safe, "ll");
	strbuf_addstr(&safe, format + kind);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	if (real)
		snprintf(text, sizeof(text), safe.data, v.u.r);
	else
		snprintf(text, sizeof(text), safe.data, (long long)v.u.i);
#pragma GCC diagnostic pop
	strbuf_release(&safe);
	strbuf_addstr(out, text);
	return 0;
}

static int fn_int(struct call *c, struct strbuf *out)
{
	struct value v = { .type = VALUE_INT };
	int rc = int_of(c, 0, &v.u.i);

	return rc ? rc : add_formatted(c, out, v, false);
}

static int fn_real(struct call *c, struct strbuf *out)
{
	struct value v;
	int rc = number_of(c, 0, &v);

	if (rc)
		return rc;
	if (v.type == VALUE_INT)
		v.u.r = (double)v.u.i;
	return add_formatted(c, out, v, true);
}

static int fn_env(struct call *c, struct strbuf *out)
{
	char *colon = strchr(c->args[0], ':');
	const char *value;

	if (colon)
		*colon = '\0';
	value = c->sf->io->getenv(c->sf->io->ctx, c->args[0]);
	if (!value)
		value = colon ? colon + 1 : "UNDEFINED";
	strbuf_addstr(out, value);
	return 0;
}

/* Trims in place. */
static char *trim(char *s)
{
	size_t len;

	s += strspn(s, " \t");
	len = strlen(s);
	while (len > 0 && (s[len - 1] == ' ' || s[len - 1] == '\t'))
		s[--len] = '\0';
	return s;
}

/* $CHOICE(index, listname) or $CHOICE(index, a, b, c) */
static int fn_choice(struct call *c, struct strbuf *out)
{
	char *list = NULL, *item, *rest;
	int64_t at;
	int rc = int_of(c, 0, &at);

	if (rc)
		return rc;
	if (c->argc > 2) {
		if (at < 0 || at >= (int64_t)c->argc - 1)
			return fail(c, "index out of range");
		strbuf_addstr(out, c->args[at + 1]);
		return 0;
	}
	rc = value_of(c, 1, &list);
	if (rc)
		return rc;
	rest = list;
	while ((item = strsep(&rest, ",")) && at > 0)
		at--;
	if (item && at == 0)
		strbuf_addstr(out, trim(item));
	else
		rc = fail(c, "index out of range");
	free(list);
	return rc;
}

/* splitmix64 (Steele, Lea, Flood, 2014) */
static uint64_t next_random(struct submitfile *sf)
{
	uint64_t z;

	if (sf->random == 0)
		sf->random = (uint64_t)clock_mono_ns() ^ (uintptr_t)sf;
	sf->took_live = true; /* another one for each job */
	submitfile_want_proc(sf);
	z = sf->random += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static int fn_random_choice(struct call *c, struct strbuf *out)
{
	strbuf_addstr(out, c->args[next_random(c->sf) % c->argc]);
	return 0;
}

static int fn_random_integer(struct call *c, struct strbuf *out)
{
	int64_t min, max, step = 1;
	int rc = int_of(c, 0, &min);

	if (!rc)
		rc = int_of(c, 1, &max);
	if (!rc && c->argc > 2)
		rc = int_of(c, 2, &step);
	if (rc)
		return rc;
	if (max < min || step < 1)
		return fail(c, "bad range");
	min += (int64_t)(next_random(c->sf) %
			 (((uint64_t)max - (uint64_t)min) / (uint64_t)step +
			  1) *
			 (uint64_t)step);
	strbuf_addf(out, "%" PRId64, min);
	return 0;
}

/* $SUBSTR(name, start[, length]): negative ones count from the end */
static int fn_substr(struct call *c, struct strbuf *out)
{
	int64_t start, len = INT64_MAX, size;
	char *text;
	int rc = int_of(c, 1, &start);

	if (!rc && c->argc > 2)
		rc = int_of(c, 2, &len);
	if (!rc)
		rc = value_of(c, 0, &text);
	if (rc)
		return rc;
	rc = check_known(c, text);
	if (rc) {
		free(text);
		return rc;
	}
	size = (int64_t)strlen(text);
	if (start < 0)
		start = start + size < 0 ? 0 : start + size;
	if (start > size)
		start = size;
	if (len < 0)
		len = len + size - start;
	if (len > size - start)
		len = size - start;
	if (len > 0)
		strbuf_add(out, text + start, (size_t)len);
	free(text);
	return 0;
}

/* ---- file names -------------------------------------------------------------------- */

/* Where the last part starts, and its extension (at the dot, or the end). */
static void split_path(const char *path, const char **ret_base,
		       const char **ret_ext)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	const char *dot = strrchr(base, '.');

	*ret_base = base;
	*ret_ext = dot && dot > base ? dot : base + strlen(base);
}

static int fn_dirname(struct call *c, struct strbuf *out)
{
	const char *base, *ext;
	char *path;
	int rc = value_of(c, 0, &path);

	if (rc)
		return rc;
	split_path(path, &base, &ext);
	if (base > path + 1)
		base--; /* without the slash, unless it is the root */
	strbuf_add(out, path, (size_t)(base - path));
	free(path);
	return 0;
}

static int fn_basename(struct call *c, struct strbuf *out)
{
	const char *base, *ext;
	size_t len, suffix_len;
	char *path;
	int rc = value_of(c, 0, &path);

	if (rc)
		return rc;
	split_path(path, &base, &ext);
	len = strlen(base);
	if (c->argc > 1) {
		suffix_len = strlen(c->args[1]);
		if (suffix_len < len &&
		    strcmp(base + len - suffix_len, c->args[1]) == 0)
			len -= suffix_len;
	}
	strbuf_add(out, base, len);
	free(path);
	return 0;
}

/* The directory part as p (all) or d (its last name) want it. */
static void add_directory(struct strbuf *out, const char *path, size_t len,
			  bool only_last, bool bare)
{
	const char *start = path;

	if (only_last && len > 1) {
		start = path + len - 1;
		while (start > path && start[-1] != '/')
			start--;
	}
	len -= (size_t)(start - path);
	if (bare && len > 1)
		len--;
	strbuf_add(out, start, len);
}

/* $F[fpduwnxbqa](name): the parts of a path, see HTCondor's manual */
static int file_parts(struct call *c, const char *letters, struct strbuf *out)
{
	bool bare = strchr(letters, 'b') != NULL;
	struct strbuf full = STRBUF_INIT, part = STRBUF_INIT;
	const char *base, *ext;
	char *path;
	int rc = value_of(c, 0, &path);

	if (rc)
		return rc;
	if (strchr(letters, 'f') && *path != '/')
		strbuf_addf(&full, "%s/", c->sf->cwd);
	strbuf_addstr(&full, path);
	free(path);
	split_path(full.data, &base, &ext);
	if (strchr(letters, 'p') || strchr(letters, 'd'))
		add_directory(&part, full.data, (size_t)(base - full.data),
			      strchr(letters, 'd') != NULL, bare);
	if (strchr(letters, 'n'))
		strbuf_add(&part, base, (size_t)(ext - base));
	if (strchr(letters, 'x') && *ext)
		strbuf_addstr(&part, bare ? ext + 1 : ext);
	if (!strpbrk(letters, "pdnx"))
		strbuf_addstr(&part, full.data);
	for (size_t i = 0; i < part.len; i++) {
		if (strchr(letters, 'w') && part.data[i] == '/')
			part.data[i] = '\\';
		else if (strchr(letters, 'u') && part.data[i] == '\\')
			part.data[i] = '/';
	}
	if (strchr(letters, 'q') || strchr(letters, 'a')) {
		char mark = strchr(letters, 'a') ? '\'' : '"';

		strbuf_addf(out, "%c%s%c", mark, part.data, mark);
	} else {
		strbuf_addstr(out, part.data);
	}
	strbuf_release(&full);
	strbuf_release(&part);
	return 0;
}

/* ---- calls --------------------------------------------------------------------------- */

static const struct {
	const char *name;
	size_t min_args;
	size_t max_args;
	int (*body)(struct call *c, struct strbuf *out);
} functions[] = {
	{ "ENV", 1, 1, fn_env },
	{ "CHOICE", 2, ARGS_MAX, fn_choice },
	{ "RANDOM_CHOICE", 1, ARGS_MAX, fn_random_choice },
	{ "RANDOM_INTEGER", 2, 3, fn_random_integer },
	{ "SUBSTR", 2, 3, fn_substr },
	{ "INT", 1, 2, fn_int },
	{ "REAL", 1, 2, fn_real },
	{ "DIRNAME", 1, 1, fn_dirname },
	{ "BASENAME", 1, 2, fn_basename },
};

/* Cuts at the commas outside of parentheses, expands and trims each. */
static int read_args(struct call *c, const char *p, const char *close)
{
	while (c->argc < ARGS_MAX) {
		struct strbuf text = STRBUF_INIT;
		const char *end = p;
		char *raw;
		int depth = 0, rc;

		for (; end < close && (*end != ',' || depth > 0); end++)
			depth += (*end == '(') - (*end == ')');
		raw = xstrndup(p, (size_t)(end - p));
		rc = submit_expand(c->sf, trim(raw), c->depth + 1, &text,
				   c->err);
		free(raw);
		c->args[c->argc++] = strbuf_detach(&text);
		if (rc)
			return rc;
		if (end == close)
			return 0;
		p = end + 1;
	}
	return fail(c, "too many arguments");
}

static int call_named(struct call *c, struct strbuf *out)
{
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		if (strcmp(functions[i].name, c->name) != 0)
			continue;
		if (c->argc < functions[i].min_args ||
		    c->argc > functions[i].max_args)
			return fail(c, "wrong number of arguments");
		return functions[i].body(c, out);
	}
	return c->argc == 1 ? file_parts(c, c->name + 1, out)
			    : fail(c, "wrong number of arguments");
}

static bool is_function(const char *name)
{
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		if (strcmp(functions[i].name, name) == 0)
			return true;
	return name[0] == 'F' &&
	       name[1 + strspn(name + 1, "fpduwnxbqa")] == '\0';
}

int submit_call(struct submitfile *sf, const char *text, int depth,
		struct strbuf *out, const char **ret_end, struct err *err)
{
	const char *close;
	struct call *c;
	char name[32];
	size_t len = 0;
	int rc;

	while (isalpha((unsigned char)text[1 + len]) || text[1 + len] == '_')
		len++;
	if (len == 0 || len >= sizeof(name) || text[1 + len] != '(')
		return 0;
	memcpy(name, text + 1, len);
	name[len] = '\0';
	if (!is_function(name))
		return 0;
	close = submit_closing(text + 1 + len);
	if (!close)
		return err_set(err, -EINVAL, "'%.60s' has no closing ')'",
			       text);
	c = xcalloc(1, sizeof(*c));
	*c = (struct call){ .sf = sf, .name = name, .depth = depth, .err = err };
	sf->calls++;
	rc = depth > SUBMIT_MACRO_DEPTH_MAX
		     ? err_set(err, -ELOOP, "macros nested too deeply")
		     : read_args(c, text + 1 + len + 1, close);
	if (!rc)
		rc = call_named(c, out);
	sf->calls--;
	for (size_t i = 0; i < c->argc; i++)
		free(c->args[i]);
	free(c);
	*ret_end = close + 1;
	return rc ? rc : 1;
}
