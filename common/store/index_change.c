/* SPDX-License-Identifier: MIT */
/* The half of the index that writes: uploads, damage, deletion. */
#include "common/store/index.h"

#include "common/base/err.h"
#include "common/store/index_sql.h"

#include <errno.h>
#include <stdlib.h>

/* -- uploads -------------------------------------------------------------- */

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

static int ckpt_add(struct index *ix, const struct index_ckpt *c,
		    const struct manifest *m, int64_t *ret_id, struct err *err)
{
	int r = index_run(ix, Q_CKPT_ADD, err, "iiitiiiitttt",
			  (int64_t)c->cluster, (int64_t)c->proc,
			  (int64_t)c->attempt, or_empty(c->owner),
			  (int64_t)c->outputs, c->created, c->expires,
			  (int64_t)manifest_bytes(m), or_empty(c->image),
			  or_empty(c->class), or_empty(c->needs),
			  or_empty(c->stats));

	if (r == 0)
		*ret_id = sqlite3_last_insert_rowid(ix->db);
	return r;
}

static int files_add(struct index *ix, int64_t id, const struct manifest *m,
		     struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < m->file_count && r == 0; i++) {
		const struct manifest_file *f = &m->files[i];

		r = index_run(ix, Q_FILE_ADD, err, "iitiib", id, (int64_t)i,
			      f->name, (int64_t)f->size, (int64_t)f->mode,
			      (const void *)f->chunks,
			      f->chunk_count * sizeof(*f->chunks));
	}
	return r;
}

/* 1: the chunk is here and sound; 0: it is not; -errno. */
static int chunk_present(struct index *ix, const struct chunk_id *chunk,
			 struct err *err)
{
	sqlite3_stmt *st = index_bind(ix, Q_CHUNK_GET, err, "k", chunk);
	int r = st ? index_step(ix, st, err) : -EIO;

	if (r > 0)
		r = sqlite3_column_int(st, 4) == 0;
	if (st)
		index_done(st);
	return r;
}

/*
 * Pins what is here; keeps in @ids, in their order, only what is not. The
 * new count, or -errno.
 */
static int64_t pin_present(struct index *ix, int64_t id, struct chunk_id *ids,
			   size_t count, struct err *err)
{
	size_t missing = 0;

	for (size_t i = 0; i < count; i++) {
		int r = chunk_present(ix, &ids[i], err);

		if (r > 0)
			r = index_run(ix, Q_PIN_ADD, err, "ik", id, &ids[i]);
		else if (r == 0)
			ids[missing++] = ids[i];
		if (r < 0)
			return r;
	}
	return (int64_t)missing;
}

int index_upload_begin(struct index *ix, const struct index_ckpt *c,
		       const struct manifest *m, int64_t *ret_id,
		       struct chunk_id **ret_missing, size_t *ret_count,
		       struct err *err)
{
	size_t count;
	struct chunk_id *ids = manifest_ids(m, &count);
	int64_t id = 0, missing = 0;
	int r = index_begin(ix, err);

	if (r == 0) {
		r = ckpt_add(ix, c, m, &id, err);
		if (r == 0)
			r = files_add(ix, id, m, err);
		if (r == 0) {
			missing = pin_present(ix, id, ids, count, err);
			r = missing < 0 ? (int)missing : 0;
		}
		r = index_end(ix, r, err);
	}
	if (r < 0) {
		free(ids);
		return r;
	}
	*ret_id = id;
	*ret_missing = ids;
	*ret_count = (size_t)missing;
	return 0;
}

/* The upload @id, which must exist and still be open. */
static int upload_get(struct index *ix, int64_t id, struct index_ckpt *ret,
		      struct err *err)
{
	int r = index_get(ix, id, ret, NULL);

	if (r == -ENOENT)
		err_set(err, r, "no upload '%lld'", (long long)id);
	else if (r < 0)
		err_set(err, r, "cannot read the store's index");
	return r;
}

static int id_order(const void *a, const void *b)
{
	return chunk_id_cmp(a, b);
}

struct packing {
	int64_t upload, pack;
	struct chunk_id *ids; /* what the upload names, sorted */
	size_t count;
};

static int entry_add(struct index *ix, const struct packing *p,
		     const struct pack_entry *e, struct err *err)
{
	int r;

	/* What the upload does not name is nobody's: it stays unindexed. */
	if (!p->count ||
	    !bsearch(&e->id, p->ids, p->count, sizeof(e->id), id_order))
		return 0;
	r = index_run(ix, Q_CHUNK_ADD, err, "kiiii", &e->id, p->pack,
		      (int64_t)e->offset, (int64_t)e->stored, (int64_t)e->raw);
	if (r == 0)
		r = index_run(ix, Q_PIN_ADD, err, "ik", p->upload, &e->id);
	return r;
}

static int pack_enter(struct index *ix, struct packing *p, const char *pack,
		      uint64_t bytes, const struct pack_entry *entries,
		      size_t count, struct err *err)
{
	int r = index_run(ix, Q_PACK_ADD, err, "ti", pack, (int64_t)bytes);

	p->pack = sqlite3_last_insert_rowid(ix->db);
	for (size_t i = 0; i < count && r == 0; i++)
		r = entry_add(ix, p, &entries[i], err);
	if (r == 0)
		r = index_run(ix, Q_CKPT_GROWN, err, "ii", p->upload,
			      (int64_t)bytes);
	return r;
}

int index_upload_pack(struct index *ix, int64_t id, const char *pack,
		      uint64_t pack_bytes, const struct pack_entry *entries,
		      size_t count, struct err *err)
{
	struct packing p = { .upload = id };
	struct index_ckpt c;
	struct manifest m;
	int r = upload_get(ix, id, &c, err);

	if (r < 0)
		return r;
	if (c.state != INDEX_UPLOADING)
		r = err_set(err, -EALREADY, "upload '%lld' was committed",
			    (long long)id);
	index_ckpt_release(&c);
	if (r == 0)
		r = index_manifest(ix, id, &m, err);
	if (r < 0)
		return r;
	p.ids = manifest_ids(&m, &p.count);
	manifest_release(&m);
	r = index_begin(ix, err);
	if (r == 0) {
		r = pack_enter(ix, &p, pack, pack_bytes, entries, count, err);
		r = index_end(ix, r, err);
	}
	free(p.ids);
	return r;
}

/* The chunk that a commit must not miss. */
static int chunk_ref(struct index *ix, const struct chunk_id *id,
		     struct err *err)
{
	char hex[CHUNK_HEX_SIZE];
	int r = chunk_present(ix, id, err);

	if (r < 0)
		return r;
	if (r == 0) {
		chunk_id_hex(id, hex);
		return err_set(err, -ENODATA, "chunk %s was not uploaded", hex);
	}
	return index_run(ix, Q_CHUNK_REF, err, "k", id);
}

static int each_chunk(struct index *ix, int64_t id,
		      int (*fn)(struct index *, const struct chunk_id *,
				struct err *),
		      struct err *err)
{
	struct chunk_id *ids;
	struct manifest m;
	size_t count;
	int r = index_manifest(ix, id, &m, err);

	if (r < 0)
		return r;
	ids = manifest_ids(&m, &count);
	manifest_release(&m);
	for (size_t i = 0; i < count && r == 0; i++)
		r = fn(ix, &ids[i], err);
	free(ids);
	return r;
}

static int next_generation(struct index *ix, const struct index_ckpt *c,
			   int *ret_generation, struct err *err)
{
	sqlite3_stmt *st;
	int r;

	*ret_generation = 0;
	if (c->outputs)
		return 0;
	st = index_bind(ix, Q_GENERATION, err, "ii", (int64_t)c->cluster,
			(int64_t)c->proc);
	r = st ? index_step(ix, st, err) : -EIO;
	if (r > 0)
		*ret_generation = sqlite3_column_int(st, 0);
	if (st)
		index_done(st);
	return r < 0 ? r : 0;
}

static int commit(struct index *ix, const struct index_ckpt *c,
		  int *ret_generation, struct err *err)
{
	int r = each_chunk(ix, c->id, chunk_ref, err);

	if (r == 0)
		r = next_generation(ix, c, ret_generation, err);
	if (r == 0)
		r = index_run(ix, Q_CKPT_COMMIT, err, "ii", c->id,
			      (int64_t)*ret_generation);
	if (r == 0)
		r = index_run(ix, Q_PIN_DELETE, err, "i", c->id);
	return r;
}

int index_upload_commit(struct index *ix, int64_t id, int *ret_generation,
			struct err *err)
{
	struct index_ckpt c;
	int generation, r = upload_get(ix, id, &c, err);

	if (r < 0)
		return r;
	generation = c.generation;
	if (c.state == INDEX_UPLOADING) {
		r = index_begin(ix, err);
		if (r == 0) {
			r = commit(ix, &c, &generation, err);
			r = index_end(ix, r, err);
		}
	}
	index_ckpt_release(&c);
	if (r == 0)
		*ret_generation = generation;
	return r;
}

int index_upload_renew(struct index *ix, int64_t id, int64_t expires,
		       struct err *err)
{
	return index_run(ix, Q_CKPT_RENEW, err, "ii", id, expires);
}

/* -- deletion --------------------------------------------------------------- */

static int chunk_unref(struct index *ix, const struct chunk_id *id,
		       struct err *err)
{
	return index_run(ix, Q_CHUNK_UNREF, err, "k", id);
}

static int forget(struct index *ix, int64_t id, bool referenced,
		  struct err *err)
{
	int r = referenced ? each_chunk(ix, id, chunk_unref, err) : 0;

	if (r == 0)
		r = index_run(ix, Q_PIN_DELETE, err, "i", id);
	if (r == 0)
		r = index_run(ix, Q_FILE_DELETE, err, "i", id);
	if (r == 0)
		r = index_run(ix, Q_CKPT_DELETE, err, "i", id);
	return r;
}

int index_delete(struct index *ix, int64_t id, struct err *err)
{
	struct index_ckpt c;
	int r = index_get(ix, id, &c, err);

	if (r < 0)
		return r;
	r = index_begin(ix, err);
	if (r == 0) {
		r = forget(ix, id, c.state != INDEX_UPLOADING, err);
		r = index_end(ix, r, err);
	}
	index_ckpt_release(&c);
	return r;
}

int index_upload_abort(struct index *ix, int64_t id, struct err *err)
{
	struct index_ckpt c;
	int r = index_get(ix, id, &c, NULL);

	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return err_set(err, r, "cannot read the store's index");
	if (c.state != INDEX_UPLOADING)
		r = err_set(err, -EALREADY, "upload '%lld' was committed",
			    (long long)id);
	index_ckpt_release(&c);
	return r < 0 ? r : index_delete(ix, id, err);
}

/* Deletes what the query answers, one by one, until it answers nothing. */
static int delete_all(struct index *ix, enum query q, int64_t a, int64_t b,
		      int64_t c, struct err *err)
{
	for (;;) {
		sqlite3_stmt *st =
			q == Q_CKPT_OLD ? index_bind(ix, q, err, "iii", a, b, c)
					: index_bind(ix, q, err, "i", a);
		int r = st ? index_step(ix, st, err) : -EIO;
		int64_t id = r > 0 ? sqlite3_column_int64(st, 0) : 0;

		if (st)
			index_done(st);
		if (r > 0)
			r = index_delete(ix, id, err);
		else
			return r;
		if (r < 0)
			return r;
	}
}

int index_prune(struct index *ix, int cluster, int proc, int keep,
		struct err *err)
{
	return delete_all(ix, Q_CKPT_OLD, cluster, proc, keep, err);
}

int index_expire(struct index *ix, int64_t now, struct err *err)
{
	return delete_all(ix, Q_CKPT_EXPIRED, now, 0, 0, err);
}

int index_sweep(struct index *ix, struct err *err)
{
	int r = index_run(ix, Q_CHUNK_SWEEP, err, "");

	return r < 0 ? r : index_run(ix, Q_PACK_BURY, err, "");
}

int index_pack_gone(struct index *ix, const char *pack, struct err *err)
{
	return index_run(ix, Q_PACK_GONE, err, "t", pack);
}

/* -- pins and damage ----------------------------------------------------------- */

static int changed(struct index *ix, int64_t id, struct err *err)
{
	if (sqlite3_changes(ix->db) > 0)
		return 0;
	return err_set(err, -ENOENT, "no checkpoint '%lld'", (long long)id);
}

int index_pin(struct index *ix, int64_t id, bool pinned, struct err *err)
{
	int r = index_run(ix, Q_CKPT_PIN, err, "ii", id, (int64_t)pinned);

	return r < 0 ? r : changed(ix, id, err);
}

int index_refuse(struct index *ix, int64_t id, const char *why, struct err *err)
{
	return index_run(ix, Q_CKPT_REFUSE, err, "it", id, why);
}

int index_damaged(struct index *ix, const struct chunk_id *chunk,
		  const char *why, struct err *err)
{
	int r = index_begin(ix, err);

	if (r < 0)
		return r;
	r = index_run(ix, Q_CHUNK_BAD, err, "k", chunk);
	if (r == 0)
		r = index_run(ix, Q_CKPT_DAMAGE, err, "kt", chunk, why);
	return index_end(ix, r, err);
}
