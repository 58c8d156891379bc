/* SPDX-License-Identifier: MIT */
/* What is expanded at match time, $$(Attr) and $$([expr]); sizes. */
#include "common/ad/expr_eval.h"
#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "common/job/jobdesc.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *const jobdesc_archs[] = { "X86_64",	 "I686",  "ARMHF", "AARCH64",
				      "RISCV64", "S390X", "PPC64", "PPC",
				      "MIPS",	 NULL };

/* The end of $$( at p: its ')', or for $$([ the "])"; NULL: none. */
static const char *macro_end(const char *p)
{
	if (p[3] == '[') {
		const char *end = strstr(p + 4, "])");

		return end ? end + 1 : NULL;
	}
	return strchr(p + 3, ')');
}

/* The next $$( at or behind p; *ret_end is its ')'. */
static const char *next_macro(const char *p, const char **ret_end)
{
	p = strstr(p, "$$(");
	if (p)
		*ret_end = macro_end(p);
	return p;
}

bool jobdesc_has_machine_macro(const char *text, const char *attr)
{
	const char *end;

	for (const char *p = text; (p = next_macro(p, &end)); p += 3) {
		size_t len = strcspn(p + 3, ":)");

		if (!end)
			return false;
		if (!attr || (p[3] != '[' && strlen(attr) == len &&
			      strncasecmp(p + 3, attr, len) == 0))
			return true;
	}
	return false;
}

/* As text in a command line: strings bare, all else as an expression. */
static bool add_value(const struct value *v, struct strbuf *out)
{
	if (v->type == VALUE_UNDEFINED || v->type == VALUE_ERROR)
		return false;
	if (v->type == VALUE_STRING)
		strbuf_add(out, v->u.s, v->len);
	else
		value_unparse(v, out);
	return true;
}

static bool add_expr(const char *text, const struct ad *job,
		     const struct ad *machine, struct strbuf *out)
{
	struct expr *expr;
	struct eval ev;
	struct value v;
	bool ok;

	if (expr_parse(text, &expr, NULL) < 0)
		return false;
	eval_init(&ev, job, machine);
	v = eval_expr(&ev, expr);
	ok = add_value(&v, out);
	eval_release(&ev);
	expr_free(expr);
	return ok;
}

/* $$(Attr) reads the machine's ad only, with the job as its other side. */
static bool add_attr(const char *name, const struct ad *job,
		     const struct ad *machine, struct strbuf *out)
{
	struct eval ev;
	struct value v;
	bool ok;

	eval_init(&ev, machine, job);
	v = eval_attr(&ev, name);
	ok = add_value(&v, out);
	eval_release(&ev);
	return ok;
}

static int expand_one(const char *p, const char *end, const struct ad *job,
		      const struct ad *machine, struct strbuf *out,
		      struct err *err)
{
	const char *colon = p[3] == '[' ? NULL
					: memchr(p, ':', (size_t)(end - p));
	char *name;
	bool ok;

	if (p[3] == '[') {
		name = xstrndup(p + 4, (size_t)(end - 1 - (p + 4)));
		ok = add_expr(name, job, machine, out);
	} else {
		name = xstrndup(p + 3, (size_t)((colon ? colon : end) - p) - 3);
		ok = add_attr(name, job, machine, out);
	}
	if (!ok && colon) {
		strbuf_add(out, colon + 1, (size_t)(end - colon - 1));
		ok = true;
	}
	free(name);
	if (ok)
		return 0;
	return err_set(err, -EINVAL, "the machine gives no value for '%.*s'",
		       (int)(end + 1 - p > 200 ? 200 : end + 1 - p), p);
}

int jobdesc_expand_machine(const char *text, const struct ad *job,
			   const struct ad *machine, char **ret_text,
			   struct err *err)
{
	struct strbuf out = STRBUF_INIT;
	const char *p = text, *macro, *end;
	int rc = 0;

	while (!rc && (macro = next_macro(p, &end))) {
		strbuf_add(&out, p, (size_t)(macro - p));
		if (!end)
			rc = err_set(err, -EINVAL, "'%.60s' is not closed",
				     macro);
		else
			rc = expand_one(macro, end, job, machine, &out, err);
		p = end ? end + 1 : macro;
	}
	strbuf_addstr(&out, rc ? "" : p);
	if (rc)
		strbuf_release(&out);
	else
		*ret_text = strbuf_detach(&out);
	return rc;
}

/* For each `what` in the text the number; $$(...) is the machine's. */
static char *bind(const char *text, const char *what, int64_t number)
{
	const size_t len = strlen(what);
	struct strbuf out = STRBUF_INIT;
	const char *from = text, *at = text;

	while ((at = strstr(at, what))) {
		at += len;
		if (at - len > text && at[-(ptrdiff_t)len - 1] == '$')
			continue;
		strbuf_add(&out, from, (size_t)(at - from) - len);
		strbuf_addf(&out, "%" PRId64, number);
		from = at;
	}
	strbuf_addstr(&out, from);
	return strbuf_detach(&out);
}

char *jobdesc_bind_cluster(const char *text, int64_t cluster)
{
	return bind(text, SUBMIT_CLUSTER_LATER, cluster);
}

char *jobdesc_bind_proc(const char *text, int64_t proc)
{
	return bind(text, SUBMIT_PROC_LATER, proc);
}

bool jobdesc_has_proc(const char *text)
{
	const char *at = text;

	while ((at = strstr(at, SUBMIT_PROC_LATER))) {
		if (at == text || at[-1] != '$')
			return true;
		at += strlen(SUBMIT_PROC_LATER);
	}
	return false;
}

/* Bytes of a unit letter, 0 for another one. */
static double unit_bytes(char unit)
{
	static const char letters[] = "BKMGTP";
	const char *at = strchr(letters, unit & ~0x20);

	return unit && at ? ldexp(1, 10 * (int)(at - letters)) : 0;
}

int jobdesc_parse_size(const char *text, char unit, int64_t *ret)
{
	char *end;
	double size = strtod(text, &end);
	double scale = unit_bytes(unit);

	if (end == text || !isfinite(size) || size < 0 ||
	    strspn(text, "0123456789. \t+eE") < (size_t)(end - text))
		return -EINVAL;
	end += strspn(end, " \t");
	if (*end) {
		scale = unit_bytes(*end);
		if (scale == 0)
			return -EINVAL;
		if ((*end & ~0x20) != 'B') {
			end++;
			end += *end == 'i';
			end += *end == 'B' || *end == 'b';
		} else {
			end++;
		}
		if (end[strspn(end, " \t")] != '\0')
			return -EINVAL;
	}
	size = ceil(size * scale / unit_bytes(unit));
	if (size >= 0x1p62)
		return -EINVAL;
	*ret = (int64_t)size;
	return 0;
}
