/* SPDX-License-Identifier: MIT */
/*
 * The index of the checkpoint store: which chunk lies in which pack, which
 * checkpoint consists of which chunks. Tables in the SQLite database of the
 * caller, on its connection and inside its transaction, so that a checkpoint
 * is committed together with what it changes in the queue.
 *
 * Life of a checkpoint:
 *
 *   index_upload_begin    a row in state "uploading"; the chunks already
 *                         here are pinned; the others are "missing"
 *   ingest (ingest.h)     the missing ones arrive as a pack, verified and
 *                         synced, on any thread, without the database
 *   index_upload_pack     the pack and its chunks are entered, pinned
 *   index_upload_commit   all chunks are here: state "committed", a new
 *                         generation of the job
 *
 * Invariants: a chunk's refs is the number of committed or damaged
 * checkpoints that name it; a chunk with refs > 0 or a pin is never
 * collected; a bad chunk counts as missing for new uploads, and is healed
 * when it arrives again. A committed checkpoint never changes but for its
 * state and its pin.
 */
#ifndef HARRIER_STORE_INDEX_H
#define HARRIER_STORE_INDEX_H

#include "common/store/chunk.h"
#include "common/store/manifest.h"
#include "common/store/pack.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct sqlite3;
struct index;

enum index_state {
	INDEX_UPLOADING,
	INDEX_COMMITTED,
	INDEX_DAMAGED,
};

/* "uploading", "committed", "damaged". */
const char *index_state_name(enum index_state state);

/* A checkpoint. Texts belong to whoever filled the record. */
struct index_ckpt {
	int64_t id; /* never used twice */
	int cluster, proc; /* the job */
	int attempt;
	char *owner;
	int generation; /* 1, 2, ... per job; 0 while uploading */
	enum index_state state;
	bool outputs; /* results of an attempt, not a checkpoint: no
				 * generation, in no list, never the latest */
	bool pinned; /* kept whatever its age (hckpt pin) */
	int64_t created; /* Unix time, seconds */
	int64_t expires; /* of an upload; 0 when committed */
	uint64_t bytes; /* sum of the files' sizes */
	uint64_t new_bytes; /* bytes that its pack added to the store */
	char *image; /* name of the image among the files, or "" */
	char *class; /* portability class, "any machine" ... */
	char *needs; /* JSON text: what it needs of a machine */
	char *stats; /* JSON text: figures of the capture */
	char *damage; /* why it is damaged, else "" */
};

void index_ckpt_release(struct index_ckpt *c);

/* Makes the tables if they are not there. */
int index_create(struct sqlite3 *db, struct err *err);

/* Borrows @db, whose tables exist, until index_free. */
int index_new(struct sqlite3 *db, struct index **ret_index, struct err *err);
void index_free(struct index *ix);

/*
 * The store's secret for chunk keys: made at the first call, then always the
 * same. Writes to the database at the first call.
 */
int index_secret(struct index *ix, struct chunk_key *ret_secret,
		 struct err *err);

/* -- an upload ----------------------------------------------------------- */

/*
 * Begins an upload: @c gives cluster, proc, attempt, owner, created, expires,
 * image, class, needs, stats. Answers its id, and the chunks of @m that the
 * store does not have (to be freed), the others being pinned.
 */
int index_upload_begin(struct index *ix, const struct index_ckpt *c,
		       const struct manifest *m, int64_t *ret_id,
		       struct chunk_id **ret_missing, size_t *ret_count,
		       struct err *err);

/* Enters a synced pack of upload @id. */
int index_upload_pack(struct index *ix, int64_t id, const char *pack,
		      uint64_t pack_bytes, const struct pack_entry *entries,
		      size_t count, struct err *err);

/*
 * Makes the upload a checkpoint; answers its generation. -ENODATA, naming
 * the first chunk that is not here; 0 with the same answer when it was
 * committed before (a repeated request).
 */
int index_upload_commit(struct index *ix, int64_t id, int *ret_generation,
			struct err *err);

/* Forgets an upload; its packs are collected later. 0 if there is none. */
int index_upload_abort(struct index *ix, int64_t id, struct err *err);

/* Puts off the end of an upload that makes progress. */
int index_upload_renew(struct index *ix, int64_t id, int64_t expires,
		       struct err *err);

/* -- asking -------------------------------------------------------------- */

/* -ENOENT if there is none. */
int index_get(struct index *ix, int64_t id, struct index_ckpt *ret_ckpt,
	      struct err *err);

/* Newest committed, undamaged checkpoint of a job, not newer than
 * @max_generation (0: any). -ENOENT if there is none. */
int index_latest(struct index *ix, int cluster, int proc, int max_generation,
		 struct index_ckpt *ret_ckpt, struct err *err);

/* Return nonzero to stop; index_list answers it. */
typedef int index_ckpt_fn(void *arg, const struct index_ckpt *c);

/* Which checkpoints; a negative number or NULL means any. */
struct index_filter {
	int cluster, proc;
	const char *owner;
	bool uploads; /* those still uploading too */
};

/* Oldest first. */
int index_list(struct index *ix, const struct index_filter *f,
	       index_ckpt_fn *fn, void *arg, struct err *err);

/* The files of a checkpoint, into an initialised @ret_manifest. */
int index_manifest(struct index *ix, int64_t id, struct manifest *ret_manifest,
		   struct err *err);

/* Where a chunk lies. *@ret_pack is to be freed. -ENOENT if not here. */
int index_locate(struct index *ix, const struct chunk_id *chunk,
		 char **ret_pack, struct pack_entry *ret_entry,
		 struct err *err);

/* True if checkpoint @id names the chunk: what GET may hand out. */
bool index_names_chunk(struct index *ix, int64_t id,
		       const struct chunk_id *chunk);

/* Bytes in packs, chunks and committed checkpoints; @owner NULL: of all. */
struct index_totals {
	uint64_t pack_bytes; /* on disk (all owners) */
	uint64_t bytes; /* sum of checkpoints' sizes */
	uint64_t chunks; /* in the store (all owners) */
	uint64_t checkpoints;
};
int index_totals(struct index *ix, const char *owner,
		 struct index_totals *ret_totals, struct err *err);

/* -- changing ------------------------------------------------------------ */

int index_pin(struct index *ix, int64_t id, bool pinned, struct err *err);
/* Forgets a checkpoint whatever its state. */
int index_delete(struct index *ix, int64_t id, struct err *err);
/*
 * A chunk was found damaged: marks it bad, and every checkpoint that names
 * it damaged, with @why.
 */
int index_damaged(struct index *ix, const struct chunk_id *chunk,
		  const char *why, struct err *err);
/* Marks one checkpoint damaged (its image does not read, say). */
int index_refuse(struct index *ix, int64_t id, const char *why,
		 struct err *err);
/* Deletes unpinned generations of a job but the newest @keep sound ones. */
int index_prune(struct index *ix, int cluster, int proc, int keep,
		struct err *err);

/* -- for gc -------------------------------------------------------------- */

/* Deletes uploads whose time is over. */
int index_expire(struct index *ix, int64_t now, struct err *err);
/* Drops unused chunks; packs without any chunk become dead. */
int index_sweep(struct index *ix, struct err *err);
/* A dead pack's name, to be freed; -ENOENT if there is none. */
int index_dead_pack(struct index *ix, char **ret_pack, struct err *err);
/* The dead pack's file is gone. */
int index_pack_gone(struct index *ix, const char *pack, struct err *err);
/* True if the index knows this pack, dead or alive. */
bool index_knows_pack(struct index *ix, const char *pack);

#endif
