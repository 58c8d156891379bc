/* SPDX-License-Identifier: MIT */
#include "common/store/index.h"

#include "common/base/err.h"
#include "common/base/xalloc.h"
#include "common/store/index_sql.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *index_state_name(enum index_state state)
{
	static const char *const names[] = {
		[INDEX_UPLOADING] = "uploading",
		[INDEX_COMMITTED] = "committed",
		[INDEX_DAMAGED] = "damaged",
	};

	return names[state];
}

void index_ckpt_release(struct index_ckpt *c)
{
	free(c->owner);
	free(c->image);
	free(c->class);
	free(c->needs);
	free(c->stats);
	free(c->damage);
	memset(c, 0, sizeof(*c));
}

int index_create(sqlite3 *db, struct err *err)
{
	if (sqlite3_exec(db, index_schema, NULL, NULL, NULL) != SQLITE_OK)
		return index_sql_err(db, "create", err);
	return 0;
}

int index_new(sqlite3 *db, struct index **ret_index, struct err *err)
{
	struct index *ix = xcalloc(1, sizeof(*ix));

	ix->db = db;
	/* One statement, so that a database without the tables is refused. */
	if (!index_bind(ix, Q_PACK_DEAD, err, "")) {
		index_free(ix);
		return -EIO;
	}
	*ret_index = ix;
	return 0;
}

void index_free(struct index *ix)
{
	if (!ix)
		return;
	for (int i = 0; i < Q_COUNT; i++)
		sqlite3_finalize(ix->stmts[i]);
	free(ix);
}

int index_secret(struct index *ix, struct chunk_key *ret_secret,
		 struct err *err)
{
	struct chunk_key key;
	sqlite3_stmt *st = index_bind(ix, Q_SECRET_GET, err, "");
	int r = st ? index_step(ix, st, err) : -EIO;

	if (r > 0) {
		if (sqlite3_column_bytes(st, 0) == sizeof(key.b))
			memcpy(key.b, sqlite3_column_blob(st, 0),
			       sizeof(key.b));
		else
			r = err_set(err, -EBADMSG,
				    "the store's secret is damaged");
	}
	if (st)
		index_done(st);
	if (r == 0) {
		r = chunk_key_random(&key, err);
		if (r == 0)
			r = index_run(ix, Q_SECRET_SET, err, "b", key.b,
				      sizeof(key.b));
	}
	if (r < 0)
		return r;
	*ret_secret = key;
	return 0;
}

/* Columns in the order of CKPT_COLUMNS; texts are copied. */
static void ckpt_read(sqlite3_stmt *st, struct index_ckpt *c)
{
	c->id = sqlite3_column_int64(st, 0);
	c->cluster = sqlite3_column_int(st, 1);
	c->proc = sqlite3_column_int(st, 2);
	c->attempt = sqlite3_column_int(st, 3);
	c->owner = xstrdup(index_text(st, 4));
	c->generation = sqlite3_column_int(st, 5);
	c->state = (enum index_state)sqlite3_column_int(st, 6);
	c->outputs = sqlite3_column_int(st, 7) != 0;
	c->pinned = sqlite3_column_int(st, 8) != 0;
	c->created = sqlite3_column_int64(st, 9);
	c->expires = sqlite3_column_int64(st, 10);
	c->bytes = (uint64_t)sqlite3_column_int64(st, 11);
	c->new_bytes = (uint64_t)sqlite3_column_int64(st, 12);
	c->image = xstrdup(index_text(st, 13));
	c->class = xstrdup(index_text(st, 14));
	c->needs = xstrdup(index_text(st, 15));
	c->stats = xstrdup(index_text(st, 16));
	c->damage = xstrdup(index_text(st, 17));
}

/* The one row of a bound statement; -ENOENT without a message. */
static int ckpt_one(struct index *ix, sqlite3_stmt *st,
		    struct index_ckpt *ret_ckpt, struct err *err)
{
	int r;

	if (!st)
		return -EIO;
	r = index_step(ix, st, err);
	if (r > 0)
		ckpt_read(st, ret_ckpt);
	index_done(st);
	return r > 0 ? 0 : r < 0 ? r : -ENOENT;
}

int index_get(struct index *ix, int64_t id, struct index_ckpt *ret_ckpt,
	      struct err *err)
{
	sqlite3_stmt *st = index_bind(ix, Q_CKPT_GET, err, "i", id);
	int r = ckpt_one(ix, st, ret_ckpt, err);

	if (r == -ENOENT)
		err_set(err, r, "no checkpoint '%lld'", (long long)id);
	return r;
}

int index_latest(struct index *ix, int cluster, int proc, int max_generation,
		 struct index_ckpt *ret_ckpt, struct err *err)
{
	sqlite3_stmt *st = index_bind(ix, Q_CKPT_LATEST, err, "iii",
				      (int64_t)cluster, (int64_t)proc,
				      (int64_t)max_generation);
	int r = ckpt_one(ix, st, ret_ckpt, err);

	if (r == -ENOENT)
		err_set(err, r, "job %d.%d has no checkpoint", cluster, proc);
	return r;
}

int index_list(struct index *ix, const struct index_filter *f,
	       index_ckpt_fn *fn, void *arg, struct err *err)
{
	sqlite3_stmt *st = index_bind(ix, Q_CKPT_LIST, err, "iiti",
				      (int64_t)f->cluster, (int64_t)f->proc,
				      f->owner, (int64_t)f->uploads);
	int r;

	if (!st)
		return -EIO;
	while ((r = index_step(ix, st, err)) > 0) {
		struct index_ckpt c;

		ckpt_read(st, &c);
		r = fn(arg, &c);
		index_ckpt_release(&c);
		if (r != 0)
			break;
	}
	index_done(st);
	return r;
}

static int manifest_row(struct manifest *m, sqlite3_stmt *st, struct err *err)
{
	size_t bytes = (size_t)sqlite3_column_bytes(st, 3);

	return manifest_add(m, index_text(st, 0),
			    (uint64_t)sqlite3_column_int64(st, 1),
			    (unsigned int)sqlite3_column_int(st, 2),
			    sqlite3_column_blob(st, 3),
			    bytes / sizeof(struct chunk_id), err);
}

int index_manifest(struct index *ix, int64_t id, struct manifest *ret_manifest,
		   struct err *err)
{
	sqlite3_stmt *st = index_bind(ix, Q_FILE_LIST, err, "i", id);
	struct manifest m;
	int r;

	if (!st)
		return -EIO;
	manifest_init(&m);
	while ((r = index_step(ix, st, err)) > 0) {
		r = manifest_row(&m, st, err);
		if (r < 0)
			break;
	}
	index_done(st);
	if (r < 0) {
		err_prefix(err, "checkpoint '%lld'", (long long)id);
		manifest_release(&m);
		return r;
	}
	*ret_manifest = m;
	return 0;
}

int index_locate(struct index *ix, const struct chunk_id *chunk,
		 char **ret_pack, struct pack_entry *ret_entry, struct err *err)
{
	sqlite3_stmt *st = index_bind(ix, Q_CHUNK_GET, err, "k", chunk);
	int r = st ? index_step(ix, st, err) : -EIO;

	if (r > 0) {
		*ret_pack = xstrdup(index_text(st, 0));
		ret_entry->id = *chunk;
		ret_entry->offset = (uint64_t)sqlite3_column_int64(st, 1);
		ret_entry->stored = (uint32_t)sqlite3_column_int64(st, 2);
		ret_entry->raw = (uint32_t)sqlite3_column_int64(st, 3);
	}
	if (st)
		index_done(st);
	if (r == 0) {
		char hex[CHUNK_HEX_SIZE];

		chunk_id_hex(chunk, hex);
		return err_set(err, -ENOENT, "chunk %s is not in the store",
			       hex);
	}
	return r > 0 ? 0 : r;
}

/* True if the bound statement has a row. */
static bool any_row(struct index *ix, sqlite3_stmt *st)
{
	bool any = st && index_step(ix, st, NULL) > 0;

	if (st)
		index_done(st);
	return any;
}

bool index_names_chunk(struct index *ix, int64_t id,
		       const struct chunk_id *chunk)
{
	return any_row(ix, index_bind(ix, Q_FILE_NAMES, NULL, "ik", id, chunk));
}

bool index_knows_pack(struct index *ix, const char *pack)
{
	return any_row(ix, index_bind(ix, Q_PACK_KNOWN, NULL, "t", pack));
}

/* The numbers of a row of one or two columns. */
static int numbers(struct index *ix, sqlite3_stmt *st, uint64_t *a, uint64_t *b,
		   struct err *err)
{
	int r = st ? index_step(ix, st, err) : -EIO;

	if (r > 0) {
		*a = (uint64_t)sqlite3_column_int64(st, 0);
		if (b)
			*b = (uint64_t)sqlite3_column_int64(st, 1);
	}
	if (st)
		index_done(st);
	return r < 0 ? r : 0;
}

int index_totals(struct index *ix, const char *owner,
		 struct index_totals *ret_totals, struct err *err)
{
	struct index_totals t = { 0 };
	int r = numbers(ix, index_bind(ix, Q_TOTAL_PACKS, err, ""),
			&t.pack_bytes, NULL, err);

	if (r == 0)
		r = numbers(ix, index_bind(ix, Q_TOTAL_CHUNKS, err, ""),
			    &t.chunks, NULL, err);
	if (r == 0)
		r = numbers(ix, index_bind(ix, Q_TOTAL_CKPTS, err, "t", owner),
			    &t.checkpoints, &t.bytes, err);
	if (r == 0)
		*ret_totals = t;
	return r;
}

int index_dead_pack(struct index *ix, char **ret_pack, struct err *err)
{
	sqlite3_stmt *st = index_bind(ix, Q_PACK_DEAD, err, "");
	int r = st ? index_step(ix, st, err) : -EIO;

	if (r > 0)
		*ret_pack = xstrdup(index_text(st, 0));
	if (st)
		index_done(st);
	return r > 0 ? 0 : r < 0 ? r : -ENOENT;
}
