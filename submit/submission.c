/* SPDX-License-Identifier: MIT */
#include "submit/submission.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/random.h>

#include "common/base/hash.h"
#include "common/base/xalloc.h"
#include "common/svc/json.h"

struct submission {
	struct hash *columns; /* name -> its number + 1 */
	json_t *names; /* the columns in order */
	json_t *rows;
};

struct submission *submission_new(void)
{
	struct submission *s = xcalloc(1, sizeof(*s));

	s->columns = hash_new_nocase(NULL);
	s->names = json_array();
	s->rows = json_array();
	return s;
}

void submission_free(struct submission *s)
{
	if (!s)
		return;
	hash_free(s->columns);
	json_decref(s->names);
	json_decref(s->rows);
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

void submission_add(struct submission *s, const struct ad *proc)
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
	json_array_append_new(s->rows, row);
}

size_t submission_count(const struct submission *s)
{
	return json_array_size(s->rows);
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
		n += sprintf(out + n, "%s%02x",
			     i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
			     b[i]);
	return 0;
}

/* Rows were as long as their columns were then: fills them up. */
static json_t *full_rows(const struct submission *s)
{
	size_t columns = json_array_size(s->names), i;
	json_t *row;

	json_array_foreach(s->rows, i, row)
		while (json_array_size(row) < columns)
			json_array_append_new(row, json_null());
	return json_incref(s->rows);
}

json_t *submission_body(const struct submission *s, const struct ad *cluster,
			struct err *err)
{
	json_t *body;
	char uuid[37];

	if (new_uuid(uuid, err) < 0)
		return NULL;
	body = json_object();
	json_set_str(body, "uuid", uuid);
	json_set_value(body, "cluster_ad", ad_to_json(cluster, true));
	json_set_int(body, "count", (int64_t)submission_count(s));
	if (json_array_size(s->names) > 0) {
		json_set_value(body, "columns", json_incref(s->names));
		json_set_value(body, "rows", full_rows(s));
	}
	return body;
}
