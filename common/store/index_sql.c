/* SPDX-License-Identifier: MIT */
#include "common/store/index_sql.h"

#include "common/base/err.h"

#include <errno.h>
#include <stdarg.h>

const char index_schema[] =
	"CREATE TABLE IF NOT EXISTS store_meta("
	" key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS store_pack("
	" id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
	" bytes INTEGER NOT NULL, dead INTEGER NOT NULL DEFAULT 0);"
	"CREATE TABLE IF NOT EXISTS store_chunk("
	" id BLOB PRIMARY KEY, pack INTEGER NOT NULL, offset INTEGER NOT NULL,"
	" stored INTEGER NOT NULL, raw INTEGER NOT NULL,"
	" refs INTEGER NOT NULL DEFAULT 0, bad INTEGER NOT NULL DEFAULT 0"
	") WITHOUT ROWID;"
	"CREATE INDEX IF NOT EXISTS store_chunk_pack ON store_chunk(pack);"
	"CREATE INDEX IF NOT EXISTS store_chunk_unused ON store_chunk(id)"
	" WHERE refs = 0;"
	"CREATE TABLE IF NOT EXISTS store_ckpt("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" cluster INTEGER NOT NULL, proc INTEGER NOT NULL,"
	" attempt INTEGER NOT NULL, owner TEXT NOT NULL,"
	" generation INTEGER NOT NULL DEFAULT 0, state INTEGER NOT NULL,"
	" outputs INTEGER NOT NULL, pinned INTEGER NOT NULL DEFAULT 0,"
	" created INTEGER NOT NULL, expires INTEGER NOT NULL,"
	" bytes INTEGER NOT NULL, new_bytes INTEGER NOT NULL DEFAULT 0,"
	" image TEXT NOT NULL, class TEXT NOT NULL, needs TEXT NOT NULL,"
	" stats TEXT NOT NULL, damage TEXT NOT NULL DEFAULT '');"
	"CREATE INDEX IF NOT EXISTS store_ckpt_job"
	" ON store_ckpt(cluster, proc, generation);"
	"CREATE INDEX IF NOT EXISTS store_ckpt_upload ON store_ckpt(expires)"
	" WHERE state = 0;"
	"CREATE TABLE IF NOT EXISTS store_file("
	" ckpt INTEGER NOT NULL, seq INTEGER NOT NULL, name TEXT NOT NULL,"
	" size INTEGER NOT NULL, mode INTEGER NOT NULL, chunks BLOB NOT NULL,"
	" PRIMARY KEY(ckpt, seq));"
	"CREATE TABLE IF NOT EXISTS store_pin("
	" ckpt INTEGER NOT NULL, chunk BLOB NOT NULL,"
	" PRIMARY KEY(ckpt, chunk)) WITHOUT ROWID;"
	"CREATE INDEX IF NOT EXISTS store_pin_chunk ON store_pin(chunk);";

/* In the order that index.c's ckpt_read takes them. */
#define CKPT_COLUMNS                                                        \
	"id, cluster, proc, attempt, owner, generation, state, outputs, "   \
	"pinned, created, expires, bytes, new_bytes, image, class, needs, " \
	"stats, damage"

/* States as numbers: 0 uploading, 1 committed, 2 damaged. */
static const char *const sql[Q_COUNT] = {
	[Q_SECRET_GET] = "SELECT value FROM store_meta WHERE key = 'secret'",
	[Q_SECRET_SET] = "INSERT INTO store_meta VALUES ('secret', ?1)",
	[Q_CKPT_ADD] =
		"INSERT INTO store_ckpt(cluster, proc, attempt, owner, state,"
		" outputs, created, expires, bytes, image, class, needs, stats)"
		" VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
	[Q_CKPT_GET] = "SELECT " CKPT_COLUMNS " FROM store_ckpt WHERE id = ?1",
	[Q_CKPT_LATEST] = "SELECT " CKPT_COLUMNS " FROM store_ckpt"
			  " WHERE cluster = ?1 AND proc = ?2 AND state = 1 AND"
			  " outputs = 0 AND (?3 = 0 OR generation <= ?3)"
			  " ORDER BY generation DESC, id DESC LIMIT 1",
	[Q_CKPT_LIST] =
		"SELECT " CKPT_COLUMNS " FROM store_ckpt"
		" WHERE (?1 < 0 OR cluster = ?1) AND (?2 < 0 OR proc = ?2) AND"
		" (?3 IS NULL OR owner = ?3) AND (?4 OR state > 0) AND"
		" outputs = 0 ORDER BY id",
	[Q_CKPT_COMMIT] =
		"UPDATE store_ckpt SET state = 1, generation = ?2, expires = 0"
		" WHERE id = ?1",
	[Q_CKPT_RENEW] = "UPDATE store_ckpt SET expires = ?2"
			 " WHERE id = ?1 AND state = 0",
	[Q_CKPT_PIN] = "UPDATE store_ckpt SET pinned = ?2"
		       " WHERE id = ?1 AND state > 0",
	[Q_CKPT_REFUSE] = "UPDATE store_ckpt SET state = 2, damage = ?2"
			  " WHERE id = ?1 AND state = 1",
	[Q_CKPT_DAMAGE] =
		"UPDATE store_ckpt SET state = 2, damage = ?2"
		" WHERE state = 1 AND id IN"
		" (SELECT ckpt FROM store_file WHERE instr(chunks, ?1) > 0)",
	[Q_CKPT_DELETE] = "DELETE FROM store_ckpt WHERE id = ?1",
	[Q_CKPT_GROWN] = "UPDATE store_ckpt SET new_bytes = new_bytes + ?2"
			 " WHERE id = ?1",
	[Q_CKPT_OLD] =
		"SELECT id FROM store_ckpt WHERE cluster = ?1 AND proc = ?2"
		" AND state > 0 AND outputs = 0 AND pinned = 0 AND id NOT IN"
		" (SELECT id FROM store_ckpt WHERE cluster = ?1 AND proc = ?2"
		"  AND state = 1 AND outputs = 0"
		"  ORDER BY generation DESC, id DESC LIMIT ?3)"
		" ORDER BY id LIMIT 1",
	[Q_CKPT_EXPIRED] = "SELECT id FROM store_ckpt"
			   " WHERE state = 0 AND expires <= ?1 LIMIT 1",
	[Q_GENERATION] =
		"SELECT coalesce(max(generation), 0) + 1 FROM store_ckpt"
		" WHERE cluster = ?1 AND proc = ?2",
	[Q_FILE_ADD] = "INSERT INTO store_file VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	[Q_FILE_LIST] = "SELECT name, size, mode, chunks FROM store_file"
			" WHERE ckpt = ?1 ORDER BY seq",
	[Q_FILE_DELETE] = "DELETE FROM store_file WHERE ckpt = ?1",
	[Q_FILE_NAMES] = "SELECT 1 FROM store_file"
			 " WHERE ckpt = ?1 AND instr(chunks, ?2) > 0",
	[Q_PIN_ADD] = "INSERT OR IGNORE INTO store_pin VALUES (?1, ?2)",
	[Q_PIN_DELETE] = "DELETE FROM store_pin WHERE ckpt = ?1",
	[Q_CHUNK_GET] = "SELECT p.name, c.offset, c.stored, c.raw, c.bad"
			" FROM store_chunk c JOIN store_pack p ON p.id = c.pack"
			" WHERE c.id = ?1",
	[Q_CHUNK_ADD] =
		"INSERT INTO store_chunk(id, pack, offset, stored, raw)"
		" VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT(id) DO UPDATE SET"
		" pack = ?2, offset = ?3, stored = ?4, raw = ?5, bad = 0"
		" WHERE bad = 1",
	[Q_CHUNK_REF] = "UPDATE store_chunk SET refs = refs + 1"
			" WHERE id = ?1",
	[Q_CHUNK_UNREF] = "UPDATE store_chunk SET refs = max(refs - 1, 0)"
			  " WHERE id = ?1",
	[Q_CHUNK_BAD] = "UPDATE store_chunk SET bad = 1 WHERE id = ?1",
	[Q_CHUNK_SWEEP] =
		"DELETE FROM store_chunk WHERE refs = 0 AND NOT EXISTS"
		" (SELECT 1 FROM store_pin WHERE chunk = store_chunk.id)",
	[Q_PACK_ADD] = "INSERT INTO store_pack(name, bytes) VALUES (?1, ?2)",
	[Q_PACK_KNOWN] = "SELECT 1 FROM store_pack WHERE name = ?1",
	[Q_PACK_BURY] =
		"UPDATE store_pack SET dead = 1 WHERE dead = 0 AND NOT EXISTS"
		" (SELECT 1 FROM store_chunk WHERE pack = store_pack.id)",
	[Q_PACK_DEAD] = "SELECT name FROM store_pack WHERE dead = 1 LIMIT 1",
	[Q_PACK_GONE] = "DELETE FROM store_pack WHERE name = ?1 AND dead = 1",
	[Q_TOTAL_PACKS] = "SELECT coalesce(sum(bytes), 0) FROM store_pack",
	[Q_TOTAL_CHUNKS] = "SELECT count(*) FROM store_chunk",
	[Q_TOTAL_CKPTS] =
		"SELECT count(*), coalesce(sum(bytes), 0) FROM store_ckpt"
		" WHERE state > 0 AND outputs = 0 AND"
		" (?1 IS NULL OR owner = ?1)",
};

int index_sql_err(sqlite3 *db, const char *doing, struct err *err)
{
	int code = sqlite3_errcode(db) & 0xff;
	int r = -EIO;

	if (code == SQLITE_FULL)
		r = -ENOSPC;
	else if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
		r = -EBUSY;
	return err_set(err, r, "cannot %s the store's index: %s", doing,
		       sqlite3_errmsg(db));
}

static void bind_all(sqlite3_stmt *st, const char *types, va_list ap)
{
	for (int i = 1; *types; types++, i++) {
		if (*types == 'i') {
			sqlite3_bind_int64(st, i, va_arg(ap, int64_t));
		} else if (*types == 't') {
			sqlite3_bind_text(st, i, va_arg(ap, const char *), -1,
					  SQLITE_STATIC);
		} else if (*types == 'k') {
			sqlite3_bind_blob(st, i,
					  va_arg(ap, const struct chunk_id *),
					  sizeof(struct chunk_id),
					  SQLITE_STATIC);
		} else {
			const void *p = va_arg(ap, const void *);
			size_t n = va_arg(ap, size_t);

			/* A NULL pointer would bind NULL, not empty. */
			sqlite3_bind_blob64(st, i, p ? p : "", n,
					    SQLITE_STATIC);
		}
	}
}

static sqlite3_stmt *vbind(struct index *ix, enum query q, struct err *err,
			   const char *types, va_list ap)
{
	sqlite3_stmt **st = &ix->stmts[q];

	if (!*st &&
	    sqlite3_prepare_v3(ix->db, sql[q], -1, SQLITE_PREPARE_PERSISTENT,
			       st, NULL) != SQLITE_OK) {
		index_sql_err(ix->db, "read", err);
		return NULL;
	}
	index_done(*st);
	bind_all(*st, types, ap);
	return *st;
}

sqlite3_stmt *index_bind(struct index *ix, enum query q, struct err *err,
			 const char *types, ...)
{
	sqlite3_stmt *st;
	va_list ap;

	va_start(ap, types);
	st = vbind(ix, q, err, types, ap);
	va_end(ap);
	return st;
}

int index_step(struct index *ix, sqlite3_stmt *st, struct err *err)
{
	int r = sqlite3_step(st);

	if (r == SQLITE_ROW)
		return 1;
	if (r == SQLITE_DONE)
		return 0;
	return index_sql_err(ix->db, "use", err);
}

void index_done(sqlite3_stmt *st)
{
	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
}

int index_run(struct index *ix, enum query q, struct err *err,
	      const char *types, ...)
{
	sqlite3_stmt *st;
	va_list ap;
	int r;

	va_start(ap, types);
	st = vbind(ix, q, err, types, ap);
	va_end(ap);
	if (!st)
		return -EIO;
	do
		r = index_step(ix, st, err);
	while (r > 0);
	index_done(st);
	return r;
}

const char *index_text(sqlite3_stmt *st, int col)
{
	const char *text = (const char *)sqlite3_column_text(st, col);

	return text ? text : "";
}

static int exec(struct index *ix, const char *text, struct err *err)
{
	if (sqlite3_exec(ix->db, text, NULL, NULL, NULL) != SQLITE_OK)
		return index_sql_err(ix->db, "change", err);
	return 0;
}

int index_begin(struct index *ix, struct err *err)
{
	return exec(ix, "SAVEPOINT store_index", err);
}

int index_end(struct index *ix, int r, struct err *err)
{
	if (r < 0) {
		exec(ix, "ROLLBACK TO store_index", NULL);
		exec(ix, "RELEASE store_index", NULL);
		return r;
	}
	r = exec(ix, "RELEASE store_index", err);
	if (r < 0) {
		exec(ix, "ROLLBACK TO store_index", NULL);
		exec(ix, "RELEASE store_index", NULL);
	}
	return r;
}
