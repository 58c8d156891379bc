/* SPDX-License-Identifier: MIT */
#include "scheduler/db/db.h"

#include "common/base/err.h"
#include "common/base/fault.h"
#include "common/base/hash.h"
#include "common/base/xalloc.h"
#include "scheduler/db/migrate.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* A checkpoint of the WAL must not wait for a reader for long. */
#define BUSY_TIMEOUT_MS 5000

struct db {
	sqlite3 *handle;
	struct hash *statements; /* by the literal's address */
};

struct db_row {
	sqlite3_stmt *st;
};

static int code_of(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_CONSTRAINT:
		return -EEXIST;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_NOMEM:
		return -ENOMEM;
	default:
		return -EIO;
	}
}

static int fail(struct db *db, int rc, struct err *err)
{
	return err_set(err, code_of(rc), "database: %s",
		       sqlite3_errmsg(db->handle));
}

static int plain(struct db *db, const char *sql, struct err *err)
{
	int rc = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? 0 : fail(db, rc, err);
}

static void free_statement(void *st)
{
	sqlite3_finalize(st);
}

static int open_handle(const char *path, int flags, struct db **ret_db,
		       struct err *err)
{
	struct db *db = xcalloc(1, sizeof(*db));
	int rc;

	db->statements = hash_new(free_statement);
	rc = sqlite3_open_v2(path, &db->handle, flags | SQLITE_OPEN_NOMUTEX,
			     NULL);
	if (rc != SQLITE_OK) {
		rc = err_set(err, code_of(rc), "cannot open '%s': %s", path,
			     db->handle ? sqlite3_errmsg(db->handle)
					: sqlite3_errstr(rc));
		db_close(db);
		return rc;
	}
	sqlite3_extended_result_codes(db->handle, 1);
	sqlite3_busy_timeout(db->handle, BUSY_TIMEOUT_MS);
	*ret_db = db;
	return 0;
}

/*
 * The cache (32 MiB) holds the upper levels of a million jobs' tables. Short
 * jobs dirty the same pages again and again: 4000 of them (16 MiB) gather in
 * the log before they are copied to the database.
 */
int db_open(const char *path, struct db **ret_db, struct err *err)
{
	struct db *db;
	int rc = open_handle(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
			     &db, err);

	if (rc)
		return rc;
	rc = plain(db,
		   "PRAGMA journal_mode=WAL;"
		   "PRAGMA synchronous=FULL;"
		   "PRAGMA foreign_keys=ON;"
		   "PRAGMA temp_store=MEMORY;"
		   "PRAGMA cache_size=-32768;"
		   "PRAGMA wal_autocheckpoint=4000;",
		   err);
	if (!rc)
		rc = migrate(db, err);
	if (rc) {
		err_prefix(err, "cannot use '%s': ", path);
		db_close(db);
		return rc;
	}
	*ret_db = db;
	return 0;
}

int db_open_readonly(const char *path, struct db **ret_db, struct err *err)
{
	return open_handle(path, SQLITE_OPEN_READONLY, ret_db, err);
}

void db_close(struct db *db)
{
	if (!db)
		return;
	hash_free(db->statements);
	sqlite3_close(db->handle);
	free(db);
}

struct sqlite3 *db_handle(struct db *db)
{
	return db->handle;
}

/* -- transactions ---------------------------------------------------------- */

bool db_in_transaction(struct db *db)
{
	return !sqlite3_get_autocommit(db->handle);
}

int db_begin(struct db *db, struct err *err)
{
	if (db_in_transaction(db))
		return 0;
	return plain(db, "BEGIN IMMEDIATE", err);
}

int db_commit(struct db *db, struct err *err)
{
	int rc = fault_hit("db.commit");

	if (rc)
		err_sys(err, rc, "database");
	else
		rc = plain(db, "COMMIT", err);
	if (rc)
		db_rollback(db);
	return rc ? rc : fault_hit("db.committed");
}

void db_rollback(struct db *db)
{
	if (db_in_transaction(db))
		plain(db, "ROLLBACK", NULL);
}

/* -- statements ------------------------------------------------------------ */

static int prepare(struct db *db, const char *sql, sqlite3_stmt **ret,
		   struct err *err)
{
	sqlite3_stmt *st = hash_get_mem(db->statements, &sql, sizeof(sql));
	int rc;

	if (!st) {
		rc = sqlite3_prepare_v3(db->handle, sql, -1,
					SQLITE_PREPARE_PERSISTENT, &st, NULL);
		if (rc != SQLITE_OK)
			return fail(db, rc, err);
		hash_set_mem(db->statements, &sql, sizeof(sql), st);
	}
	*ret = st;
	return 0;
}

static int bind(struct db *db, sqlite3_stmt *st, const char *fmt, va_list ap,
		struct err *err)
{
	int rc = SQLITE_OK;

	for (int i = 1; fmt[i - 1] && rc == SQLITE_OK; i++) {
		switch (fmt[i - 1]) {
		case 'i':
			rc = sqlite3_bind_int64(st, i, va_arg(ap, int64_t));
			break;
		case 'd':
			rc = sqlite3_bind_double(st, i, va_arg(ap, double));
			break;
		case 't':
			rc = sqlite3_bind_text(st, i, va_arg(ap, const char *),
					       -1, SQLITE_TRANSIENT);
			break;
		default:
			rc = sqlite3_bind_null(st, i);
			break;
		}
	}
	return rc == SQLITE_OK ? 0 : fail(db, rc, err);
}

static void done(sqlite3_stmt *st)
{
	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
}

int db_run(struct db *db, struct err *err, const char *sql, const char *fmt,
	   ...)
{
	sqlite3_stmt *st;
	va_list ap;
	int rc = fault_hit("db.write");

	if (rc)
		return err_sys(err, rc, "database");
	rc = prepare(db, sql, &st, err);
	if (rc)
		return rc;
	va_start(ap, fmt);
	rc = bind(db, st, fmt, ap, err);
	va_end(ap);
	if (!rc) {
		int step = sqlite3_step(st);

		if (step != SQLITE_DONE && step != SQLITE_ROW)
			rc = fail(db, step, err);
	}
	done(st);
	return rc;
}

int64_t db_changes(struct db *db)
{
	return sqlite3_changes(db->handle);
}

int64_t db_col_int(const struct db_row *row, int i)
{
	return sqlite3_column_int64(row->st, i);
}

double db_col_real(const struct db_row *row, int i)
{
	return sqlite3_column_double(row->st, i);
}

const char *db_col_text(const struct db_row *row, int i)
{
	return (const char *)sqlite3_column_text(row->st, i);
}

bool db_col_is_null(const struct db_row *row, int i)
{
	return sqlite3_column_type(row->st, i) == SQLITE_NULL;
}

static int vquery(struct db *db, struct err *err, db_row_fn *fn, void *arg,
		  const char *sql, const char *fmt, va_list ap)
{
	struct db_row row;
	int step, rc = prepare(db, sql, &row.st, err);

	if (rc)
		return rc;
	rc = bind(db, row.st, fmt, ap, err);
	while (!rc) {
		step = sqlite3_step(row.st);
		if (step == SQLITE_DONE)
			break;
		rc = step == SQLITE_ROW ? fn(arg, &row) : fail(db, step, err);
	}
	done(row.st);
	return rc;
}

int db_query(struct db *db, struct err *err, db_row_fn *fn, void *arg,
	     const char *sql, const char *fmt, ...)
{
	va_list ap;
	int rc;

	va_start(ap, fmt);
	rc = vquery(db, err, fn, arg, sql, fmt, ap);
	va_end(ap);
	return rc;
}

static int take_int(void *arg, const struct db_row *row)
{
	*(int64_t *)arg = db_col_int(row, 0);
	return 1;
}

int64_t db_query_int(struct db *db, int64_t missing, const char *sql,
		     const char *fmt, ...)
{
	int64_t v = missing;
	va_list ap;

	va_start(ap, fmt);
	vquery(db, NULL, take_int, &v, sql, fmt, ap);
	va_end(ap);
	return v;
}

static int take_text(void *arg, const struct db_row *row)
{
	*(char **)arg = xstrdup(db_col_text(row, 0));
	return 1;
}

char *db_query_text(struct db *db, const char *sql, const char *fmt, ...)
{
	char *v = NULL;
	va_list ap;

	va_start(ap, fmt);
	vquery(db, NULL, take_text, &v, sql, fmt, ap);
	va_end(ap);
	return v;
}
