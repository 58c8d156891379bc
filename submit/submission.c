/* SPDX-License-Identifier: MIT */
/*
 * A job is kept as the text of its cells, and jobs in a row that say the same
 * are kept once: a million of them cost what one does.
 */
#include "submit/submission.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include "common/base/hash.h"
#include "common/base/xalloc.h"
#include "common/job/jobdesc.h"
#include "common/svc/json.h"

/* A cell, in front of its text. */
struct cell {
	uint32_t column;
	uint32_t len;
};

struct run {
	size_t start; /* of its cells */
	int64_t count;
};

struct column {
	char *name;
	char *first; /* JSON text of the first run that has it */
	size_t same; /* runs that say this */
};

struct submission {
	struct hash *numbers; /* a column's name -> its number + 1 */
	struct column *columns;
	size_t column_count;
	struct strbuf cells;
	struct run *runs;
	size_t run_count, room;
	int64_t jobs;
};

struct submission *submission_new(void)
{
	struct submission *s = xcalloc(1, sizeof(*s));

	s->numbers = hash_new_nocase(NULL);
	strbuf_init(&s->cells);
	return s;
}

void submission_free(struct submission *s)
{
	if (!s)
		return;
	hash_free(s->numbers);
	for (size_t i = 0; i < s->column_count; i++) {
		free(s->columns[i].name);
		free(s->columns[i].first);
	}
	free(s->columns);
	strbuf_release(&s->cells);
	free(s->runs);
	free(s);
}

static size_t column_of(struct submission *s, const char *name)
{
	uintptr_t n = (uintptr_t)hash_get(s->numbers, name);

	if (n)
		return n - 1;
	n = s->column_count++;
	s->columns =
		xreallocarray(s->columns, s->column_count, sizeof(*s->columns));
	s->columns[n] = (struct column){ .name = xstrdup(name) };
	hash_set(s->numbers, name, (void *)(n + 1));
	return n;
}

static void add_cell(struct submission *s, size_t number, const char *text,
		     size_t len)
{
	struct column *c = &s->columns[number];
	struct cell cell = { (uint32_t)number, (uint32_t)len };

	if (!c->first)
		c->first = xstrdup(text);
	c->same += strcmp(c->first, text) == 0;
	strbuf_add(&s->cells, &cell, sizeof(cell));
	strbuf_add(&s->cells, text, len);
}

static void add_run(struct submission *s, int64_t count)
{
	if (s->run_count == s->room) {
		s->room = s->room ? 2 * s->room : 16;
		s->runs = xreallocarray(s->runs, s->room, sizeof(*s->runs));
	}
	s->runs[s->run_count++] = (struct run){ s->cells.len, count };
	s->jobs += count;
}

void submission_add(struct submission *s, const struct ad *proc, int64_t count)
{
	struct strbuf text = STRBUF_INIT;

	add_run(s, count);
	for (size_t i = 0; i < ad_count(proc); i++) {
		const char *name = ad_name_at(proc, i);
		json_t *value;

		/* The scheduler numbers the jobs. */
		if (strcasecmp(name, "ProcId") == 0 ||
		    strcasecmp(name, "ClusterId") == 0)
			continue;
		value = ad_attr_to_json(proc, name);
		strbuf_reset(&text);
		json_write(value, &text);
		json_decref(value);
		add_cell(s, column_of(s, name), text.data, text.len);
	}
	strbuf_release(&text);
}

int64_t submission_count(const struct submission *s)
{
	return s->jobs;
}

static int new_uuid(char out[37], struct err *err)
{
	uint8_t b[16];
	int n = 0;

	if (getrandom(b, sizeof(b), 0) != (ssize_t)sizeof(b))
		return err_set(err, -EIO, "cannot get random bytes");
	b[6] = (b[6] & 0x0f) | 0x40; /* version 4: random (RFC 4122) */
	b[8] = (b[8] & 0x3f) | 0x80;
	for (int i = 0; i < 16; i++)
		n += snprintf(out + n, (size_t)(37 - n), "%s%02x",
			      i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
			      b[i]);
	return 0;
}

/* Do all jobs say the same? */
static bool is_constant(const struct submission *s, size_t column)
{
	return s->columns[column].same == s->run_count;
}

/* What all jobs have in common goes to the cluster's ad, the rest to columns. */
static void add_columns(const struct submission *s, json_t *body, json_t *ad)
{
	json_t *columns = json_array();

	for (size_t k = 0; k < s->column_count; k++) {
		const struct column *c = &s->columns[k];

		if (is_constant(s, k))
			json_object_set_new(ad, c->name,
					    json_loads(c->first,
						       JSON_DECODE_ANY, NULL));
		else
			json_array_append_new(columns, json_string(c->name));
	}
	if (json_array_size(columns) > 0)
		json_set_value(body, "columns", json_incref(columns));
	json_decref(columns);
}

/* The cells of the columns that are kept, null where a run has none. */
static void add_row(const struct submission *s, size_t run, const char **texts,
		    size_t *lens, struct strbuf *out)
{
	size_t at = s->runs[run].start;
	size_t end = run + 1 < s->run_count ? s->runs[run + 1].start
					    : s->cells.len;
	char separator = '[';
	struct cell cell;

	memset(texts, 0, s->column_count * sizeof(*texts));
	for (; at < end; at += sizeof(cell) + cell.len) {
		memcpy(&cell, s->cells.data + at, sizeof(cell));
		texts[cell.column] = s->cells.data + at + sizeof(cell);
		lens[cell.column] = cell.len;
	}
	for (size_t k = 0; k < s->column_count; k++) {
		if (is_constant(s, k))
			continue;
		strbuf_addch(out, separator);
		separator = ',';
		if (texts[k])
			strbuf_add(out, texts[k], lens[k]);
		else
			strbuf_addstr(out, "null");
	}
	strbuf_addch(out, ']');
}

static void add_rows(const struct submission *s, struct strbuf *out)
{
	const char **texts = xcalloc(s->column_count, sizeof(*texts));
	size_t *lens = xcalloc(s->column_count, sizeof(*lens));
	struct strbuf row = STRBUF_INIT;

	strbuf_addstr(out, "\"rows\":[");
	for (size_t i = 0; i < s->run_count; i++) {
		strbuf_reset(&row);
		add_row(s, i, texts, lens, &row);
		for (int64_t n = 0; n < s->runs[i].count; n++) {
			strbuf_addstr(out, i || n ? "," : "");
			strbuf_add(out, row.data, row.len);
		}
	}
	strbuf_addch(out, ']');
	strbuf_release(&row);
	free(texts);
	free(lens);
}

int submission_body(const struct submission *s, const struct ad *cluster,
		    struct strbuf *out, struct err *err)
{
	json_t *body, *ad;
	char uuid[37];
	int r = new_uuid(uuid, err);

	if (r < 0)
		return r;
	body = json_object();
	ad = ad_to_json(cluster, true);
	json_set_str(body, "uuid", uuid);
	json_set_value(body, "cluster_ad", ad);
	json_set_int(body, "count", s->jobs);
	/* The scheduler sets the states itself: it is told, not shown. */
	json_set_bool(body, "hold",
		      ad_int(cluster, "JobStatus", JOB_IDLE) == JOB_HELD);
	add_columns(s, body, ad);
	json_write(body, out);
	if (json_object_get(body, "columns")) {
		strbuf_setlen(out, out->len - 1); /* its closing brace */
		strbuf_addch(out, ',');
		add_rows(s, out);
		strbuf_addch(out, '}');
	}
	json_decref(body);
	return 0;
}
