/* SPDX-License-Identifier: MIT */
#include "submit/submission.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/random.h>

#include "common/base/hash.h"
#include "common/base/xalloc.h"
#include "common/job/jobdesc.h"
#include "common/svc/json.h"

/* Jobs in a row that say the same: a million of them cost one. */
struct run {
	json_t *row;
	int64_t count;
};

struct submission {
	struct hash *columns; /* name -> its number + 1 */
	json_t *names; /* the columns in order */
	struct run *runs;
	size_t run_count, room;
	int64_t jobs;
};

struct submission *submission_new(void)
{
	struct submission *s = xcalloc(1, sizeof(*s));

	s->columns = hash_new_nocase(NULL);
	s->names = json_array();
	return s;
}

void submission_free(struct submission *s)
{
	if (!s)
		return;
	hash_free(s->columns);
	json_decref(s->names);
	for (size_t i = 0; i < s->run_count; i++)
		json_decref(s->runs[i].row);
	free(s->runs);
	free(s);
}

static size_t column_of(struct submission *s, const char *name)
{
	uintptr_t n = (uintptr_t)hash_get(s->columns, name);

	if (n)
		return n - 1;
	n = json_array_size(s->names);
	json_array_append_new(s->names, json_string(name));
	hash_set(s->columns, name, (void *)(n + 1));
	return n;
}

/* Takes the row. */
static void add_run(struct submission *s, json_t *row, int64_t count)
{
	if (s->run_count == s->room) {
		s->room = s->room ? 2 * s->room : 16;
		s->runs = xreallocarray(s->runs, s->room, sizeof(*s->runs));
	}
	s->runs[s->run_count++] = (struct run){ row, count };
	s->jobs += count;
}

void submission_add(struct submission *s, const struct ad *proc, int64_t count)
{
	json_t *row = json_array();

	for (size_t i = 0; i < ad_count(proc); i++) {
		const char *name = ad_name_at(proc, i);
		size_t column;

		/* The scheduler numbers the jobs. */
		if (strcasecmp(name, "ProcId") == 0 ||
		    strcasecmp(name, "ClusterId") == 0)
			continue;
		column = column_of(s, name);
		while (json_array_size(row) <= column)
			json_array_append_new(row, json_null());
		json_array_set_new(row, column, ad_attr_to_json(proc, name));
	}
	add_run(s, row, count);
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

/* The cell, NULL where the row was made before the column was known. */
static json_t *cell(const struct submission *s, size_t run, size_t column)
{
	return json_array_get(s->runs[run].row, column);
}

/* Do all jobs say the same? */
static bool is_constant(const struct submission *s, size_t column)
{
	const json_t *first = cell(s, 0, column);

	if (!first || json_is_null(first))
		return false;
	for (size_t run = 1; run < s->run_count; run++) {
		const json_t *other = cell(s, run, column);

		if (!other || !json_equal(first, other))
			return false;
	}
	return true;
}

/* The cells of the columns in `keep`, null where a row has none. */
static json_t *make_rows(const struct submission *s, const bool *keep)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < s->run_count; i++) {
		json_t *row = json_array();

		for (size_t k = 0; k < json_array_size(s->names); k++) {
			json_t *value = cell(s, i, k);

			if (keep[k])
				json_array_append_new(row,
						      value ? json_incref(value)
							    : json_null());
		}
		for (int64_t n = 0; n < s->runs[i].count; n++)
			json_array_append(rows, row);
		json_decref(row);
	}
	return rows;
}

/* What all jobs have in common goes to the cluster's ad, once. */
static void add_table(const struct submission *s, json_t *body, json_t *cluster)
{
	size_t count = json_array_size(s->names);
	bool *keep = xcalloc(count + 1, sizeof(*keep));
	json_t *columns = json_array();

	for (size_t k = 0; k < count; k++) {
		json_t *name = json_array_get(s->names, k);

		keep[k] = !is_constant(s, k);
		if (keep[k])
			json_array_append(columns, name);
		else
			json_object_set(cluster, json_string_value(name),
					cell(s, 0, k));
	}
	if (json_array_size(columns) > 0) {
		json_set_value(body, "columns", json_incref(columns));
		json_set_value(body, "rows", make_rows(s, keep));
	}
	json_decref(columns);
	free(keep);
}

json_t *submission_body(const struct submission *s, const struct ad *cluster,
			struct err *err)
{
	json_t *body, *ad;
	char uuid[37];

	if (new_uuid(uuid, err) < 0)
		return NULL;
	body = json_object();
	ad = ad_to_json(cluster, true);
	json_set_str(body, "uuid", uuid);
	json_set_value(body, "cluster_ad", ad);
	json_set_int(body, "count", submission_count(s));
	/* The scheduler sets the states itself: it is told, not shown. */
	json_set_bool(body, "hold",
		      ad_int(cluster, "JobStatus", JOB_IDLE) == JOB_HELD);
	add_table(s, body, ad);
	return body;
}
