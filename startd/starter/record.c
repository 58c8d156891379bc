/* SPDX-License-Identifier: MIT */
/*
 * Format: the line `harrier-record 1`, `key value` lines in which backslash
 * and line end are written \\ and \n, and the line `.` as the last: a file
 * without it was cut short.
 */
#include "startd/starter/record.h"

#include "common/base/err.h"
#include "common/base/fd.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC "harrier-record 1\n"

void record_release(struct record *rec)
{
	size_t i;

	for (i = 0; i < rec->count; i++) {
		free(rec->lines[i].key);
		free(rec->lines[i].value);
	}
	free(rec->lines);
	*rec = (struct record)RECORD_INIT;
}

static void add_n(struct record *rec, const char *key, size_t key_len,
		  char *value)
{
	if (rec->count % 16 == 0)
		rec->lines = xreallocarray(rec->lines, rec->count + 16,
					   sizeof(*rec->lines));
	rec->lines[rec->count].key = xstrndup(key, key_len);
	rec->lines[rec->count].value = value;
	rec->count++;
}

void record_add(struct record *rec, const char *key, const char *value)
{
	assert(*key && !strpbrk(key, " \n\\"));
	add_n(rec, key, strlen(key), xstrdup(value));
}

void record_add_int(struct record *rec, const char *key, int64_t value)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRId64, value);
	record_add(rec, key, text);
}

const char *record_get(const struct record *rec, const char *key)
{
	size_t i;

	for (i = 0; i < rec->count; i++) {
		if (!strcmp(rec->lines[i].key, key))
			return rec->lines[i].value;
	}
	return NULL;
}

int64_t record_int(const struct record *rec, const char *key, int64_t missing)
{
	const char *text = record_get(rec, key);
	char *end;
	int64_t value;

	if (!text)
		return missing;
	errno = 0;
	value = strtoll(text, &end, 10);
	return errno || end == text || *end ? missing : value;
}

char **record_all(const struct record *rec, const char *key)
{
	char **all = xcalloc(rec->count + 1, sizeof(*all));
	size_t i, n = 0;

	for (i = 0; i < rec->count; i++) {
		if (!strcmp(rec->lines[i].key, key))
			all[n++] = rec->lines[i].value;
	}
	return all;
}

static void write_value(struct strbuf *out, const char *value)
{
	for (; *value; value++) {
		if (*value == '\\')
			strbuf_addstr(out, "\\\\");
		else if (*value == '\n')
			strbuf_addstr(out, "\\n");
		else
			strbuf_addch(out, *value);
	}
}

static void write_text(const struct record *rec, struct strbuf *out)
{
	size_t i;

	strbuf_addstr(out, MAGIC);
	for (i = 0; i < rec->count; i++) {
		strbuf_addf(out, "%s ", rec->lines[i].key);
		write_value(out, rec->lines[i].value);
		strbuf_addch(out, '\n');
	}
	strbuf_addstr(out, ".\n");
}

int record_store(const struct record *rec, const char *path, struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	int r;

	write_text(rec, &text);
	r = fd_write_file_atomic(path, text.data, text.len, 0600, err);
	strbuf_release(&text);
	return r;
}

int record_keep(const struct record *rec, const char *path, struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	int r;

	write_text(rec, &text);
	r = fd_write_file_whole(path, text.data, text.len, 0600, err);
	strbuf_release(&text);
	return r;
}

/* Decodes in place of a copy; NULL for an escape that was never written. */
static char *read_value(const char *text, size_t len)
{
	char *value = xmalloc(len + 1);
	size_t i, n = 0;

	for (i = 0; i < len; i++) {
		if (text[i] != '\\') {
			value[n++] = text[i];
			continue;
		}
		if (++i < len && (text[i] == '\\' || text[i] == 'n')) {
			value[n++] = text[i] == 'n' ? '\n' : '\\';
			continue;
		}
		free(value);
		return NULL;
	}
	value[n] = '\0';
	return value;
}

static int parse_line(struct record *rec, const char *line, size_t len)
{
	const char *blank = memchr(line, ' ', len);
	char *value;

	if (!blank || blank == line)
		return -EBADMSG;
	value = read_value(blank + 1, (size_t)(line + len - blank - 1));
	if (!value)
		return -EBADMSG;
	add_n(rec, line, (size_t)(blank - line), value);
	return 0;
}

static int parse(struct record *rec, const struct strbuf *text)
{
	const char *p = text->data, *end = text->data + text->len;

	if (memchr(p, '\0', text->len) || strncmp(p, MAGIC, strlen(MAGIC)))
		return -EBADMSG;
	p += strlen(MAGIC);
	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		int r;

		if (!nl)
			return -EBADMSG;
		if (nl - p == 1 && *p == '.')
			return nl + 1 == end ? 0 : -EBADMSG;
		r = parse_line(rec, p, (size_t)(nl - p));
		if (r < 0)
			return r;
		p = nl + 1;
	}
	return -EBADMSG;
}

int record_load(struct record *rec, const char *path, struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	int r;

	assert(!rec->count);
	r = fd_read_file(path, RECORD_SIZE_MAX, &text, err);
	if (!r) {
		r = parse(rec, &text);
		if (r < 0)
			err_set(err, r, "record '%s' is damaged", path);
	}
	strbuf_release(&text);
	if (r < 0)
		record_release(rec);
	return r;
}
