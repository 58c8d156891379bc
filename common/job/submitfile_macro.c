/* SPDX-License-Identifier: MIT */
/* Macros: $(name), $(name:default), and what is left for the match, $$(). */
#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "common/job/submitfile_priv.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *submit_closing(const char *p)
{
	int depth = 0;

	for (; *p; p++) {
		if (*p == '(')
			depth++;
		else if (*p == ')' && --depth == 0)
			return p;
	}
	return NULL;
}

const char *submit_lookup(struct submitfile *sf, const char *name)
{
	const char *value = hash_get(sf->live, name);
	struct macro *macro;

	/* a file may set what a queue variable hides: that is used as well */
	macro = strncasecmp(name, "MY.", 3) == 0 ? hash_get(sf->attrs, name + 3)
						 : hash_get(sf->macros, name);
	if (macro)
		macro->used = true;
	if (value) {
		sf->took_live = true;
		if (!hash_has(sf->used, name))
			hash_set(sf->used, name, sf);
		return value;
	}
	return macro ? macro->raw : NULL;
}

static bool is_name(const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)p[i]) && p[i] != '_' && p[i] != '.')
			return false;
	return len > 0;
}

/* Does the value stay as it is, for the scheduler? */
static bool is_later(struct submitfile *sf, const char *value)
{
	if (sf->proc_later && strcmp(value, SUBMIT_PROC_LATER) == 0) {
		sf->want_proc |= sf->calls > 0;
		return true;
	}
	return sf->cluster_later && strcmp(value, SUBMIT_CLUSTER_LATER) == 0;
}

/* $(name) or $(name:default) between p and close */
static int expand_reference(struct submitfile *sf, const char *p,
			    const char *close, int depth, struct strbuf *out,
			    struct err *err)
{
	const char *colon = memchr(p, ':', (size_t)(close - p));
	const char *value;
	char *name, *fallback;
	int rc = 0;

	name = xstrndup(p, (size_t)((colon ? colon : close) - p));
	value = submit_lookup(sf, name);
	if (value && is_later(sf, value)) {
		strbuf_addstr(out, value);
	} else if (value && (*value || !colon)) {
		rc = submit_expand(sf, value, depth + 1, out, err);
	} else if (colon) {
		fallback = xstrndup(colon + 1, (size_t)(close - colon - 1));
		rc = submit_expand(sf, fallback, depth + 1, out, err);
		free(fallback);
	} else if (strcasecmp(name, "DOLLAR") == 0) {
		strbuf_addch(out, '$');
	} else if (!value) {
		hash_set(sf->undefined, name, sf);
	}
	free(name);
	return rc;
}

/* At a '$': appends what it stands for. Returns its length or -errno. */
static ptrdiff_t expand_dollar(struct submitfile *sf, const char *p, int depth,
			       struct strbuf *out, struct err *err)
{
	const char *close, *end;
	size_t name_len;
	int rc;

	if (p[1] == '$') { /* the match's; $(x) inside is ours again */
		strbuf_addstr(out, "$$");
		return 2;
	}
	if (p[1] != '(') {
		rc = submit_call(sf, p, depth, out, &end, err);
		if (rc < 0)
			return rc;
		if (rc > 0)
			return end - p;
		strbuf_addch(out, '$');
		return 1;
	}
	close = submit_closing(p + 1);
	name_len = strcspn(p + 2, ":)");
	if (!close)
		return err_set(err, -EINVAL, "'%.60s' has no closing ')'", p);
	if (!is_name(p + 2, name_len)) {
		strbuf_addch(out, '$');
		return 1;
	}
	rc = expand_reference(sf, p + 2, close, depth, out, err);
	return rc ? rc : close + 1 - p;
}

int submit_expand(struct submitfile *sf, const char *text, int depth,
		  struct strbuf *out, struct err *err)
{
	if (depth == 0)
		sf->expansions = 0;
	if (depth > SUBMIT_MACRO_DEPTH_MAX ||
	    ++sf->expansions > SUBMIT_EXPANSIONS_MAX)
		return err_set(err, -ELOOP,
			       "macros nested too deeply in '%.60s': does one "
			       "contain itself?",
			       text);
	while (*text) {
		size_t plain = strcspn(text, "$");
		ptrdiff_t len = 0;

		strbuf_add(out, text, plain);
		text += plain;
		if (*text)
			len = expand_dollar(sf, text, depth, out, err);
		if (len < 0)
			return (int)len;
		text += len;
		if (out->len > SUBMIT_VALUE_MAX)
			return err_set(err, -E2BIG,
				       "value grows beyond %u bytes",
				       SUBMIT_VALUE_MAX);
	}
	return 0;
}

/* ---- setting -------------------------------------------------------------------- */

static void replace_own(const char *raw, const char *name, const char *old,
			struct strbuf *out)
{
	size_t len = strlen(name);

	for (const char *p = raw; *p; p++) {
		if (p[0] == '$' && p[1] == '(' && (p == raw || p[-1] != '$') &&
		    strncasecmp(p + 2, name, len) == 0 &&
		    (p[2 + len] == ')' || p[2 + len] == ':')) {
			const char *close = submit_closing(p + 1);

			if (close && (*old || p[2 + len] == ')'))
				strbuf_addstr(out, old);
			else if (close)
				strbuf_add(out, p + 3 + len,
					   (size_t)(close - p) - 3 - len);
			if (close) {
				p = close;
				continue;
			}
		}
		strbuf_addch(out, *p);
	}
}

int submit_assign(struct submitfile *sf, struct hash *table, const char *name,
		  const char *raw, const char *where, struct err *err)
{
	const struct macro *old = hash_get(table, name);
	char *own = xasprintf("%s%s", table == sf->attrs ? "MY." : "", name);
	struct strbuf value = STRBUF_INIT;
	struct macro *macro;

	replace_own(raw, own, old ? old->raw : "", &value);
	free(own);
	if (value.len > SUBMIT_VALUE_MAX) {
		strbuf_release(&value);
		return err_set(err, -E2BIG,
			       "value of '%s' is longer than %u "
			       "bytes",
			       name, SUBMIT_VALUE_MAX);
	}
	macro = xcalloc(1, sizeof(*macro));
	macro->raw = strbuf_detach(&value);
	macro->where = xstrdup(where);
	macro->line = xasprintf("%s = %s", name, macro->raw);
	macro->used = old && old->used;
	hash_set(table, name, macro);
	return 0;
}
