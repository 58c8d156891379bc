/* SPDX-License-Identifier: MIT */
#include "submit/jobsel.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "common/ad/expr.h"
#include "common/base/fd.h"
#include "common/base/xalloc.h"
#include "common/job/eventlog.h"
#include "submit/client.h"

/* Longest job event log that is read at once. */
#define LOG_MAX (256u << 20)

void jobsel_init(struct jobsel *sel)
{
	memset(sel, 0, sizeof(*sel));
}

void jobsel_release(struct jobsel *sel)
{
	for (size_t i = 0; i < sel->count; i++)
		free(sel->items[i].text);
	free(sel->items);
	free(sel->constraint);
	jobsel_init(sel);
}

bool jobsel_empty(const struct jobsel *sel)
{
	return sel->count == 0 && !sel->constraint && !sel->all;
}

static int parse_number(const char **text, int *ret)
{
	long long n = 0;
	const char *p = *text;

	if (!isdigit((unsigned char)*p))
		return -EINVAL;
	for (; isdigit((unsigned char)*p); p++) {
		n = n * 10 + (*p - '0');
		if (n > INT_MAX)
			return -EINVAL;
	}
	*text = p;
	*ret = (int)n;
	return 0;
}

int jobsel_parse_id(const char *text, int *ret_cluster, int *ret_proc)
{
	int cluster, proc = -1;

	if (parse_number(&text, &cluster) < 0)
		return -EINVAL;
	if (*text == '.') {
		text++;
		if (parse_number(&text, &proc) < 0)
			return -EINVAL;
	}
	if (*text != '\0' || cluster == 0)
		return -EINVAL;
	*ret_cluster = cluster;
	*ret_proc = proc;
	return 0;
}

static bool user_ok(const char *name)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				  "._-@$");

	return len > 0 && name[len] == '\0' && !isdigit((unsigned char)*name);
}

static void append(struct jobsel *sel, enum jobsel_kind kind, char *text)
{
	sel->items =
		xreallocarray(sel->items, sel->count + 1, sizeof(*sel->items));
	sel->items[sel->count].kind = kind;
	sel->items[sel->count++].text = text;
}

int jobsel_add(struct jobsel *sel, const char *word, struct err *err)
{
	int cluster, proc;

	if (jobsel_parse_id(word, &cluster, &proc) == 0) {
		if (proc < 0)
			append(sel, JOBSEL_CLUSTER, xasprintf("%d", cluster));
		else
			append(sel, JOBSEL_JOB,
			       xasprintf("%d.%d", cluster, proc));
		return 0;
	}
	if (!user_ok(word))
		return err_set(err, -EINVAL,
			       "'%s' is neither a job (12 or 12.3) nor a user",
			       word);
	append(sel, JOBSEL_USER, xstrdup(word));
	return 0;
}

static bool has_item(const struct jobsel *sel, const char *text)
{
	for (size_t i = 0; i < sel->count; i++)
		if (strcmp(sel->items[i].text, text) == 0)
			return true;
	return false;
}

static void add_log_text(struct jobsel *sel, const char *text, size_t len)
{
	while (len > 0) {
		struct event ev;
		size_t skip = 0;
		int64_t n = eventlog_parse(text, len, &ev, &skip);
		char *id;

		if (n == 0 || (n < 0 && !skip))
			return;
		if (n > 0) {
			id = xasprintf("%lld", (long long)ev.cluster);
			if (ev.type == EVENT_SUBMIT && !has_item(sel, id))
				append(sel, JOBSEL_CLUSTER, xstrdup(id));
			free(id);
			event_release(&ev);
		}
		skip = n > 0 ? (size_t)n : skip;
		text += skip;
		len -= skip;
	}
}

int jobsel_add_log(struct jobsel *sel, const char *path, struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	size_t before = sel->count;
	int r = fd_read_file(path, LOG_MAX, &text, err);

	if (r == 0)
		add_log_text(sel, text.data, text.len);
	if (r == 0 && sel->count == before)
		r = err_set(err, -ENOENT, "there is no job in '%s'", path);
	strbuf_release(&text);
	return r;
}

int jobsel_constrain(struct jobsel *sel, const char *text, struct err *err)
{
	struct expr *expr;
	int r = expr_parse(text, &expr, err);

	if (r < 0) {
		err_prefix(err, "bad constraint '%s'", text);
		return r;
	}
	expr_free(expr);
	if (sel->constraint) {
		char *both = xasprintf("(%s) && (%s)", sel->constraint, text);

		free(sel->constraint);
		sel->constraint = both;
	} else {
		sel->constraint = xstrdup(text);
	}
	return 0;
}

/* Clusters, jobs and users together can only be said as an expression. */
static void as_expression(const struct jobsel *sel, struct strbuf *out)
{
	for (size_t i = 0; i < sel->count; i++) {
		const struct jobsel_item *item = &sel->items[i];
		int cluster = 0, proc = -1;

		strbuf_addstr(out, i ? " || " : "(");
		if (item->kind == JOBSEL_USER) {
			strbuf_addf(out, "Owner == \"%s\"", item->text);
			continue;
		}
		jobsel_parse_id(item->text, &cluster, &proc);
		if (proc < 0)
			strbuf_addf(out, "ClusterId == %d", cluster);
		else
			strbuf_addf(out, "(ClusterId == %d && ProcId == %d)",
				    cluster, proc);
	}
	strbuf_addch(out, ')');
	if (sel->constraint)
		strbuf_addf(out, " && (%s)", sel->constraint);
}

void jobsel_only(struct jobsel *sel, const char *test)
{
	struct strbuf all = STRBUF_INIT;

	if (sel->count)
		as_expression(sel, &all);
	else if (sel->constraint)
		strbuf_addf(&all, "(%s)", sel->constraint);
	strbuf_addf(&all, "%s%s", all.len ? " && " : "", test);
	jobsel_release(sel);
	sel->constraint = strbuf_detach(&all);
}

static size_t count_users(const struct jobsel *sel)
{
	size_t n = 0;

	for (size_t i = 0; i < sel->count; i++)
		n += sel->items[i].kind == JOBSEL_USER;
	return n;
}

bool jobsel_is_plain(const struct jobsel *sel)
{
	size_t users = count_users(sel);

	return !sel->constraint &&
	       (users == 0 || (users == 1 && sel->count == 1));
}

bool jobsel_is_queue(const struct jobsel *sel)
{
	return jobsel_is_plain(sel) && count_users(sel) == sel->count;
}

void jobsel_query(const struct jobsel *sel, const char *default_owner,
		  struct strbuf *path)
{
	struct strbuf text = STRBUF_INIT;
	size_t users = count_users(sel);

	if (sel->count == 0) {
		if (default_owner && !sel->all)
			client_add_query(path, "owner", default_owner);
	} else if (users == 0) {
		for (size_t i = 0; i < sel->count; i++)
			strbuf_addf(&text, "%s%s", i ? "," : "",
				    sel->items[i].text);
		client_add_query(path, "ids", text.data);
	} else if (users == 1 && sel->count == 1) {
		client_add_query(path, "owner", sel->items[0].text);
	} else {
		as_expression(sel, &text);
		client_add_query(path, "constraint", text.data);
		strbuf_release(&text);
		return;
	}
	if (sel->constraint)
		client_add_query(path, "constraint", sel->constraint);
	strbuf_release(&text);
}
