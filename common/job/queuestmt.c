/* SPDX-License-Identifier: MIT */
#include "common/job/queuestmt.h"

#include "common/ad/expr_eval.h"
#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "common/job/submitfile.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BLANKS	   " \t\r\n"
#define SEPARATORS BLANKS ","

static const char *skip(const char *p, const char *set)
{
	return p + strspn(p, set);
}

static char *trimmed(const char *p, size_t len)
{
	size_t lead = strspn(p, BLANKS);

	if (lead > len)
		lead = len;
	p += lead;
	len -= lead;
	while (len > 0 && strchr(BLANKS, p[len - 1]))
		len--;
	return xstrndup(p, len);
}

/* Takes the text. */
static int add_item(struct queuestmt *stmt, char *item, struct err *err)
{
	if (stmt->nitems >= QUEUE_ITEMS_MAX) {
		free(item);
		return err_set(err, -E2BIG, "more than %d queue items",
			       QUEUE_ITEMS_MAX);
	}
	if (stmt->nitems == stmt->room) {
		stmt->room = stmt->room ? 2 * stmt->room : 16;
		stmt->items = xreallocarray(stmt->items, stmt->room,
					    sizeof(*stmt->items));
	}
	stmt->items[stmt->nitems++] = item;
	return 0;
}

/* Each word of the first len bytes is an item. */
static int add_words(struct queuestmt *stmt, const char *p, size_t len,
		     struct err *err)
{
	const char *end = p + len;
	int rc = 0;

	while (!rc && (p = skip(p, SEPARATORS)) < end) {
		size_t n = strcspn(p, SEPARATORS);

		if (n > (size_t)(end - p))
			n = (size_t)(end - p);
		rc = add_item(stmt, xstrndup(p, n), err);
		p += n;
	}
	return rc;
}

/* A line is an item; blank ones and comments are none. */
static int add_line(struct queuestmt *stmt, const char *p, size_t len,
		    struct err *err)
{
	char *line = trimmed(p, len);

	if (*line != '\0' && *line != '#')
		return add_item(stmt, line, err);
	free(line);
	return 0;
}

static int add_text(struct queuestmt *stmt, const char *p, size_t len,
		    struct err *err)
{
	return stmt->form == QUEUE_IN ? add_words(stmt, p, len, err)
				      : add_line(stmt, p, len, err);
}

void queuestmt_release(struct queuestmt *stmt)
{
	for (size_t i = 0; i < stmt->nvars; i++)
		free(stmt->vars[i]);
	for (size_t i = 0; i < stmt->nitems; i++)
		free(stmt->items[i]);
	free(stmt->vars);
	free(stmt->items);
	free(stmt->source);
	*stmt = (struct queuestmt){ 0 };
}

/* ---- parsing ------------------------------------------------------------------- */

static int parse_count(const char *text, size_t len, int64_t *ret,
		       struct err *err)
{
	struct expr *expr;
	struct eval ev;
	struct value v;
	int rc = expr_parse_n(text, len, &expr, err);

	if (rc) {
		err_prefix(err, "queue count '%.*s'", (int)len, text);
		return rc;
	}
	eval_init(&ev, NULL, NULL);
	v = eval_expr(&ev, expr);
	eval_release(&ev);
	expr_free(expr);
	if (v.type != VALUE_INT || v.u.i < 0 || v.u.i > QUEUE_JOBS_MAX)
		return err_set(err, -EINVAL,
			       "queue count '%.*s' is no integer from 0 to %d",
			       (int)len, text, QUEUE_JOBS_MAX);
	*ret = v.u.i;
	return 0;
}

/* Finds in, from or matching as a word of its own, outside of parentheses. */
static const char *find_keyword(const char *text, enum queue_form *ret_form,
				size_t *ret_len)
{
	static const struct {
		const char *word;
		enum queue_form form;
	} words[] = { { "in", QUEUE_IN },
		      { "from", QUEUE_FROM },
		      { "matching", QUEUE_MATCHING } };
	int depth = 0;

	for (const char *p = text; *p; p++) {
		depth += (*p == '(') - (*p == ')');
		if (depth != 0 || (p > text && !strchr(SEPARATORS ")", p[-1])))
			continue;
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
			size_t len = strlen(words[i].word);

			if (strncasecmp(p, words[i].word, len) == 0 &&
			    (!p[len] || strchr(BLANKS "([", p[len]))) {
				*ret_form = words[i].form;
				*ret_len = len;
				return p;
			}
		}
	}
	return NULL;
}

static bool valid_var(const char *name)
{
	if (!isalpha((unsigned char)*name) && *name != '_')
		return false;
	for (; *name; name++)
		if (!isalnum((unsigned char)*name) && *name != '_' &&
		    *name != '.')
			return false;
	return true;
}

static void add_var(struct queuestmt *stmt, char *name)
{
	stmt->vars =
		xreallocarray(stmt->vars, stmt->nvars + 1, sizeof(*stmt->vars));
	stmt->vars[stmt->nvars++] = name;
}

/* How long the count at the start of the head is: a word or a (group). */
static size_t count_len(const char *p, size_t len)
{
	int depth = 0;
	size_t n = 0;

	if (!isdigit((unsigned char)*p) && *p != '(')
		return 0;
	for (; n < len && (depth > 0 || !strchr(SEPARATORS, p[n])); n++)
		depth += (p[n] == '(') - (p[n] == ')');
	return n;
}

/* [N] [v1, v2...] before the keyword */
static int parse_head(struct queuestmt *stmt, const char *p, const char *end,
		      struct err *err)
{
	size_t n;
	int rc = 0;

	p = skip(p, BLANKS);
	n = p < end ? count_len(p, (size_t)(end - p)) : 0;
	if (n > 0)
		rc = parse_count(p, n, &stmt->count, err);
	for (p += n; !rc && (p = skip(p, SEPARATORS)) < end; p += n) {
		n = strcspn(p, SEPARATORS);
		add_var(stmt, xstrndup(p, n));
		if (!valid_var(stmt->vars[stmt->nvars - 1]))
			rc = err_set(err, -EINVAL, "bad queue variable '%s'",
				     stmt->vars[stmt->nvars - 1]);
	}
	return rc;
}

/* One part of a slice; moves on. */
static bool slice_part(const char **p, bool *ret_has, int64_t *ret)
{
	char *end;

	*p = skip(*p, BLANKS);
	errno = 0;
	*ret = strtoll(*p, &end, 10);
	*ret_has = end != *p;
	*p = skip(end, BLANKS);
	return errno == 0;
}

/* [start:end:step] or [index]; other brackets are part of what follows. */
static int parse_slice(const char **text, struct queue_slice *ret,
		       struct err *err)
{
	struct queue_slice s = { .step = 1 };
	const char *p = *text;
	int colons = 0;
	bool ok;

	if (*p++ != '[')
		return 0;
	ok = slice_part(&p, &s.has_start, &s.start);
	if (ok && *p == ':') {
		colons++;
		p++;
		ok = slice_part(&p, &s.has_end, &s.end);
	}
	if (ok && colons && *p == ':') {
		p++;
		ok = slice_part(&p, &s.has_step, &s.step);
		if (!s.has_step)
			s.step = 1;
	}
	if (!ok || *p != ']' || (!colons && !s.has_start))
		return 0;
	if (s.step <= 0)
		return err_set(err, -EINVAL,
			       "slice '%.*s': step must be "
			       "above 0",
			       (int)(p + 1 - *text), *text);
	if (!colons) {
		s.has_end = s.start != -1;
		s.end = s.start + 1;
	}
	*ret = s;
	*text = skip(p + 1, BLANKS);
	return 0;
}

static void parse_match_kind(struct queuestmt *stmt, const char **p)
{
	static const struct {
		const char *word;
		enum queue_match match;
	} words[] = { { "files", QUEUE_FILES },
		      { "dirs", QUEUE_DIRS },
		      { "any", QUEUE_ANY } };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t len = strlen(words[i].word);

		if (strncasecmp(*p, words[i].word, len) == 0 &&
		    strchr(BLANKS "([", (*p)[len])) {
			stmt->match = words[i].match;
			*p = skip(*p + len, BLANKS);
			return;
		}
	}
}

/* ( items ) in the file itself; the closing one may come lines later. */
static int parse_inline(struct queuestmt *stmt, const char *p, struct err *err)
{
	const char *close = strrchr(p, ')');

	stmt->is_inline = true;
	if (!close) {
		stmt->want_lines = true;
		return add_text(stmt, p, strlen(p), err);
	}
	if (*skip(close + 1, BLANKS) != '\0')
		return err_set(err, -EINVAL, "'%s' behind the queue's list",
			       skip(close + 1, BLANKS));
	return add_text(stmt, p, (size_t)(close - p), err);
}

static int parse_source(struct queuestmt *stmt, const char *p, struct err *err)
{
	size_t len;

	if (*p == '(' && stmt->form != QUEUE_MATCHING)
		return parse_inline(stmt, p + 1, err);
	if (stmt->form == QUEUE_IN) {
		stmt->is_inline = true;
		return add_words(stmt, p, strlen(p), err);
	}
	stmt->source = trimmed(p, strlen(p));
	len = strlen(stmt->source);
	if (stmt->form == QUEUE_FROM && len > 0 &&
	    stmt->source[len - 1] == '|') {
		stmt->source[len - 1] = '\0';
		stmt->is_command = true;
	}
	if (*skip(stmt->source, BLANKS) == '\0')
		return err_set(err, -EINVAL,
			       stmt->form == QUEUE_FROM
				       ? "queue from: no file, command or list"
				       : "queue matching: no pattern");
	return 0;
}

static int parse(struct queuestmt *stmt, const char *text, struct err *err)
{
	size_t len;
	const char *keyword = find_keyword(text, &stmt->form, &len);
	char *count;
	int rc = 0;

	if (!keyword) {
		count = trimmed(text, strlen(text));
		if (*count)
			rc = parse_count(count, strlen(count), &stmt->count,
					 err);
		free(count);
		return rc;
	}
	rc = parse_head(stmt, text, keyword, err);
	if (rc)
		return rc;
	stmt->vars_named = stmt->nvars > 0;
	if (!stmt->vars_named)
		add_var(stmt, xstrdup("Item"));
	text = skip(keyword + len, BLANKS);
	if (stmt->form == QUEUE_MATCHING)
		parse_match_kind(stmt, &text);
	rc = parse_slice(&text, &stmt->slice, err);
	return rc ? rc : parse_source(stmt, text, err);
}

int queuestmt_parse(const char *text, struct queuestmt *ret, struct err *err)
{
	struct queuestmt stmt = { .count = 1, .slice.step = 1 };
	int rc = parse(&stmt, text, err);

	if (rc)
		queuestmt_release(&stmt);
	else
		*ret = stmt;
	return rc;
}

int queuestmt_line(struct queuestmt *stmt, const char *line, struct err *err)
{
	const char *p = skip(line, BLANKS);
	int rc;

	if (*p == ')') {
		if (*skip(p + 1, BLANKS) != '\0')
			return err_set(err, -EINVAL,
				       "'%s' behind the queue's list",
				       skip(p + 1, BLANKS));
		stmt->want_lines = false;
		return 1;
	}
	if (*p == '#')
		return 0;
	rc = add_text(stmt, line, strlen(line), err);
	return rc < 0 ? rc : 0;
}

/* ---- loading --------------------------------------------------------------------- */

static int add_lines(struct queuestmt *stmt, const char *p, struct err *err)
{
	int rc = 0;

	while (*p && !rc) {
		size_t len = strcspn(p, "\n");

		rc = add_line(stmt, p, len, err);
		p += len + (p[len] != '\0');
	}
	return rc;
}

struct found {
	struct queuestmt *stmt;
	struct err *err;
	int rc;
};

static void add_found(void *arg, const char *path)
{
	struct found *found = arg;

	if (found->rc == 0)
		found->rc = add_item(found->stmt, xstrdup(path), found->err);
}

/* Each pattern of the source, in turn; parentheses around them are fine. */
static int add_matches(struct queuestmt *stmt, const struct submit_io *io,
		       struct err *err)
{
	struct found found = { stmt, err, 0 };
	const char *p = stmt->source;
	int rc = 0;

	while (!rc && *(p = skip(p, SEPARATORS "()")) != '\0') {
		size_t len = strcspn(p, SEPARATORS "()");
		char *pattern = xstrndup(p, len);

		rc = io->glob(io->ctx, pattern, stmt->match, add_found, &found,
			      err);
		free(pattern);
		p += len;
	}
	return rc ? rc : found.rc;
}

static int64_t clamp(int64_t at, bool has, int64_t missing, int64_t count)
{
	if (!has)
		return missing;
	if (at < 0)
		at += count;
	return at < 0 ? 0 : at > count ? count : at;
}

static void apply_slice(struct queuestmt *stmt)
{
	const struct queue_slice *s = &stmt->slice;
	int64_t count = (int64_t)stmt->nitems;
	int64_t start = clamp(s->start, s->has_start, 0, count);
	int64_t end = clamp(s->end, s->has_end, count, count);
	size_t kept = 0;

	stmt->first = start;
	for (int64_t i = 0; i < count; i++) {
		if (i >= start && i < end && (i - start) % s->step == 0)
			stmt->items[kept++] = stmt->items[i];
		else
			free(stmt->items[i]);
	}
	stmt->nitems = kept;
}

int queuestmt_load(struct queuestmt *stmt, const struct submit_io *io,
		   struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	int rc = 0;

	if (stmt->form == QUEUE_PLAIN)
		return 0;
	if (stmt->form == QUEUE_MATCHING) {
		rc = add_matches(stmt, io, err);
	} else if (!stmt->is_inline) {
		rc = stmt->is_command
			     ? io->run(io->ctx, stmt->source, &text, err)
			     : io->read_file(io->ctx, stmt->source, &text, err);
		if (!rc)
			rc = add_lines(stmt, text.data, err);
	}
	strbuf_release(&text);
	if (rc)
		return rc;
	apply_slice(stmt);
	if (stmt->count > 0 &&
	    (int64_t)stmt->nitems > QUEUE_JOBS_MAX / stmt->count)
		return err_set(err, -E2BIG, "more than %d jobs",
			       QUEUE_JOBS_MAX);
	return 0;
}

void queuestmt_split(const struct queuestmt *stmt, size_t item,
		     char **ret_values)
{
	const char *p = item < stmt->nitems ? stmt->items[item] : "";
	size_t last = stmt->nvars - 1;

	for (size_t i = 0; i < stmt->nvars; i++) {
		size_t len = i < last ? strcspn(p, SEPARATORS) : strlen(p);

		ret_values[i] = trimmed(p, len);
		p = skip(p + len, BLANKS);
		if (*p == ',')
			p = skip(p + 1, BLANKS);
	}
}

int64_t queuestmt_row(const struct queuestmt *stmt, size_t item)
{
	if (stmt->form == QUEUE_PLAIN)
		return 0;
	return stmt->first + (int64_t)item * stmt->slice.step;
}

int64_t queuestmt_jobs(const struct queuestmt *stmt)
{
	if (stmt->form == QUEUE_PLAIN)
		return stmt->count;
	return stmt->count * (int64_t)stmt->nitems;
}
