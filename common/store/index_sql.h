/* SPDX-License-Identifier: MIT */
/* The statements of the index, prepared once; private to index*.c. */
#ifndef HARRIER_STORE_INDEX_SQL_H
#define HARRIER_STORE_INDEX_SQL_H

#include "common/store/chunk.h"

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

enum query {
	Q_SECRET_GET,
	Q_SECRET_SET,
	Q_CKPT_ADD,
	Q_CKPT_GET,
	Q_CKPT_LATEST,
	Q_CKPT_LIST,
	Q_CKPT_COMMIT,
	Q_CKPT_RENEW,
	Q_CKPT_PIN,
	Q_CKPT_REFUSE,
	Q_CKPT_DAMAGE,
	Q_CKPT_DELETE,
	Q_CKPT_GROWN,
	Q_CKPT_OLD,
	Q_CKPT_EXPIRED,
	Q_GENERATION,
	Q_FILE_ADD,
	Q_FILE_LIST,
	Q_FILE_DELETE,
	Q_FILE_NAMES,
	Q_PIN_ADD,
	Q_PIN_DELETE,
	Q_CHUNK_GET,
	Q_CHUNK_ADD,
	Q_CHUNK_REF,
	Q_CHUNK_UNREF,
	Q_CHUNK_BAD,
	Q_CHUNK_SWEEP,
	Q_PACK_ADD,
	Q_PACK_KNOWN,
	Q_PACK_BURY,
	Q_PACK_DEAD,
	Q_PACK_GONE,
	Q_TOTAL_PACKS,
	Q_TOTAL_CHUNKS,
	Q_TOTAL_CKPTS,
	Q_COUNT,
};

struct index {
	sqlite3 *db; /* borrowed */
	sqlite3_stmt *stmts[Q_COUNT];
};

extern const char index_schema[];

/* Records what SQLite says; answers -ENOSPC, -EBUSY or -EIO. */
int index_sql_err(sqlite3 *db, const char *doing, struct err *err);

/*
 * Prepares @q, reset, with the arguments that @types names: 'i' int64_t,
 * 't' const char *, 'k' const struct chunk_id *, 'b' const void * and size_t.
 * Texts and bytes are borrowed until index_done. NULL after an error.
 */
sqlite3_stmt *index_bind(struct index *ix, enum query q, struct err *err,
			 const char *types, ...);
/* 1: a row is there; 0: no more; -errno. */
int index_step(struct index *ix, sqlite3_stmt *st, struct err *err);
/* Resets the statement, so that it holds no lock and no pointer. */
void index_done(sqlite3_stmt *st);
/* Binds, runs to the end, resets: for statements without rows. */
int index_run(struct index *ix, enum query q, struct err *err,
	      const char *types, ...);
/*
 * Changes that belong together: a savepoint, released when @r is 0, else
 * rolled back. index_end answers the first failure.
 */
int index_begin(struct index *ix, struct err *err);
int index_end(struct index *ix, int r, struct err *err);
/* Column as text that is never NULL, valid until the next step. */
const char *index_text(sqlite3_stmt *st, int col);

#endif
