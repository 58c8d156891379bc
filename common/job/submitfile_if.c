/* SPDX-License-Identifier: MIT */
/* if, elif, else, endif: which lines are read. */
#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "common/job/submitfile_priv.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BLANKS " \t\r"

bool submit_reading(const struct submitfile *sf)
{
	return sf->if_count == 0 || sf->ifs[sf->if_count - 1].active;
}

/* Compares dotted numbers. */
static int version_order(const char *a, const char *b)
{
	while (*a || *b) {
		char *end_a, *end_b;
		long x = strtol(a, &end_a, 10), y = strtol(b, &end_b, 10);

		if (x != y)
			return x < y ? -1 : 1;
		a = end_a + (*end_a == '.');
		b = end_b + (*end_b == '.');
		if (end_a == a && end_b == b)
			break;
	}
	return 0;
}

/* `version >= 8.1.2` */
static int version_condition(const char *p, bool *ret, struct err *err)
{
	static const struct {
		const char *op;
		bool less, equal, greater;
	} ops[] = {
		{ ">=", false, true, true },  { "<=", true, true, false },
		{ "==", false, true, false }, { "!=", true, false, true },
		{ ">", false, false, true },  { "<", true, false, false },
	};

	p += strspn(p, BLANKS);
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		size_t len = strlen(ops[i].op);
		const char *version = p + len;
		int order;

		if (strncmp(p, ops[i].op, len) != 0)
			continue;
		version += strspn(version, BLANKS);
		if (!isdigit((unsigned char)*version) ||
		    version[strspn(version, "0123456789.")] != '\0')
			break;
		order = version_order(SUBMIT_HTCONDOR_VERSION, version);
		*ret = order < 0   ? ops[i].less
		       : order > 0 ? ops[i].greater
				   : ops[i].equal;
		return 0;
	}
	return err_set(err, -EINVAL,
		       "'version %s': write it as `version >= 9.0.0`", p);
}

static bool is_word(const char *text, const char *const words[])
{
	for (; *words; words++)
		if (strcasecmp(text, *words) == 0)
			return true;
	return false;
}

static int simple_condition(struct submitfile *sf, const char *p, bool *ret,
			    struct err *err)
{
	static const char *const yes[] = { "true", "yes", "t", NULL };
	static const char *const no[] = { "false", "no", "f", "", NULL };
	size_t word = strcspn(p, BLANKS);

	if (word == 7 && strncasecmp(p, "defined", 7) == 0) {
		const char *value;

		p += 7 + strspn(p + 7, BLANKS);
		value = *p ? submit_lookup(sf, p) : NULL;
		*ret = value && *value;
		return 0;
	}
	if (strncasecmp(p, "version", 7) == 0 && !isalpha((unsigned char)p[7]))
		return version_condition(p + 7, ret, err);
	if (is_word(p, yes)) {
		*ret = true;
	} else if (is_word(p, no)) {
		*ret = false;
	} else if (p[strspn(p, "0123456789.")] == '\0') {
		*ret = strtod(p, NULL) != 0;
	} else {
		return err_set(err, -EINVAL,
			       "'%s' is no condition: only true, false, "
			       "defined NAME, version, or a macro that gives "
			       "one of them",
			       p);
	}
	return 0;
}

static int condition(struct submitfile *sf, const char *text, bool *ret,
		     struct err *err)
{
	struct strbuf expanded = STRBUF_INIT;
	int rc = submit_expand(sf, text, 0, &expanded, err);
	const char *p = expanded.data;
	bool negate = false;

	p += strspn(p, BLANKS);
	while (*p == '!') {
		negate = !negate;
		p += 1 + strspn(p + 1, BLANKS);
	}
	if (!rc)
		rc = simple_condition(sf, p, ret, err);
	if (!rc && negate)
		*ret = !*ret;
	strbuf_release(&expanded);
	return rc;
}

int submit_open_if(struct submitfile *sf, const char *text, struct err *err)
{
	struct condition c = { .outer = submit_reading(sf) };
	int rc = 0;

	if (sf->if_count == SUBMIT_IF_MAX)
		return err_set(err, -EINVAL, "more than %d ifs in each other",
			       SUBMIT_IF_MAX);
	if (c.outer)
		rc = condition(sf, text, &c.active, err);
	if (rc)
		return rc;
	c.taken = c.active;
	sf->ifs[sf->if_count++] = c;
	return 0;
}

int submit_next_branch(struct submitfile *sf, const char *text, struct err *err)
{
	struct condition *c;
	bool holds = true;
	int rc = 0;

	if (sf->if_count == submit_top(sf)->if_depth)
		return err_set(err, -EINVAL, "'%s' without an if",
			       text ? "elif" : "else");
	c = &sf->ifs[sf->if_count - 1];
	if (c->had_else)
		return err_set(err, -EINVAL, "'%s' behind the else",
			       text ? "elif" : "else");
	c->had_else = !text;
	if (text && c->outer && !c->taken)
		rc = condition(sf, text, &holds, err);
	c->active = !rc && c->outer && !c->taken && holds;
	c->taken |= c->active;
	return rc;
}

int submit_close_if(struct submitfile *sf, struct err *err)
{
	if (sf->if_count == submit_top(sf)->if_depth)
		return err_set(err, -EINVAL, "'endif' without an if");
	sf->if_count--;
	return 0;
}
