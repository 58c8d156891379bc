/* SPDX-License-Identifier: MIT */
/*
 * The scheduler's database: connections, transactions, migrations, and
 * prepared statements with typed binding. Only the files of this folder and
 * common/store/index know sqlite3.
 *
 * One thread uses a connection at a time. The writing one runs with WAL and
 * synchronous=FULL: what db_commit answered 0 for survives a power cut.
 */
#ifndef HARRIER_SCHEDULER_DB_DB_H
#define HARRIER_SCHEDULER_DB_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct db;
struct sqlite3;
struct sqlite3_stmt;

/* Opens (and creates, and migrates) for writing. */
int db_open(const char *path, struct db **ret_db, struct err *err);
/* Opens for reading; the file must have been migrated. */
int db_open_readonly(const char *path, struct db **ret_db, struct err *err);
void db_close(struct db *db);

/* For common/store/index, which keeps its tables beside ours. */
struct sqlite3 *db_handle(struct db *db);

/* -- transactions ---------------------------------------------------------- */

/* Does nothing when one is open already. */
int db_begin(struct db *db, struct err *err);
/* -ENOSPC for a full disk. On failure everything is rolled back. */
int db_commit(struct db *db, struct err *err);
void db_rollback(struct db *db);
/* False also after an error that made SQLite give up the transaction. */
bool db_in_transaction(struct db *db);

/* -- statements ------------------------------------------------------------ */

/*
 * @sql is a string literal: statements are kept by its address. @fmt has one
 * letter per ?: 'i' int64_t, 'd' double, 't' const char * (NULL: null),
 * 'n' null (no argument).
 *
 * db_run executes; -ENOSPC, -EEXIST (constraint), -EIO.
 */
int db_run(struct db *db, struct err *err, const char *sql, const char *fmt,
	   ...);
/* Rows the last db_run changed. */
int64_t db_changes(struct db *db);

/* A row being read. Text is borrowed until the next row; NULL for null. */
struct db_row;
int64_t db_col_int(const struct db_row *row, int i);
double db_col_real(const struct db_row *row, int i);
const char *db_col_text(const struct db_row *row, int i);
bool db_col_is_null(const struct db_row *row, int i);

/* Nonzero ends the query, which answers it. */
typedef int db_row_fn(void *arg, const struct db_row *row);

/*
 * Calls @fn for each row; answers 0, what @fn answered, or -EIO. The rows'
 * function may run other statements, not the same one.
 */
int db_query(struct db *db, struct err *err, db_row_fn *fn, void *arg,
	     const char *sql, const char *fmt, ...);

/* The first row's first column; @missing when there is none. */
int64_t db_query_int(struct db *db, int64_t missing, const char *sql,
		     const char *fmt, ...);
/* The same as text the caller frees, or NULL. */
char *db_query_text(struct db *db, const char *sql, const char *fmt, ...);

#endif
