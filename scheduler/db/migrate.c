/* SPDX-License-Identifier: MIT */
/*
 * The schema is described in docs/schema.md. A step is never changed once it
 * was released: a change is a new step at the end.
 */
#include "scheduler/db/migrate.h"

#include "common/base/err.h"
#include "scheduler/db/db.h"

#include <errno.h>
#include <sqlite3.h>

static const char step_1[] =
	"CREATE TABLE meta ("
	" key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE clusters ("
	" id INTEGER PRIMARY KEY, owner TEXT NOT NULL, uid INTEGER NOT NULL,"
	" qdate INTEGER NOT NULL, ad TEXT NOT NULL,"
	" columns TEXT NOT NULL);"
	"CREATE TABLE submissions ("
	" uuid TEXT PRIMARY KEY, uid INTEGER NOT NULL,"
	" cluster INTEGER NOT NULL,"
	" count INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE procs ("
	" cluster INTEGER NOT NULL, proc INTEGER NOT NULL,"
	" state INTEGER NOT NULL, prio INTEGER NOT NULL,"
	" entered INTEGER NOT NULL, attempts INTEGER NOT NULL,"
	" row TEXT, attrs TEXT,"
	" PRIMARY KEY (cluster, proc)) WITHOUT ROWID;"
	"CREATE TABLE history ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" cluster INTEGER NOT NULL, proc INTEGER NOT NULL,"
	" owner TEXT NOT NULL, ended INTEGER NOT NULL, ad TEXT NOT NULL,"
	" UNIQUE (cluster, proc));"
	"CREATE TABLE attempts ("
	" nonce TEXT PRIMARY KEY, cluster INTEGER NOT NULL,"
	" proc INTEGER NOT NULL, attempt INTEGER NOT NULL,"
	" live INTEGER NOT NULL, state TEXT NOT NULL,"
	" reported INTEGER NOT NULL, host TEXT NOT NULL,"
	" slot TEXT NOT NULL, arch TEXT NOT NULL, want TEXT NOT NULL,"
	" ckpt_asked INTEGER NOT NULL, resumed_from INTEGER,"
	" matched INTEGER NOT NULL, started INTEGER, ended INTEGER,"
	" how TEXT, code INTEGER, message TEXT, outputs INTEGER,"
	" figures TEXT, start TEXT,"
	" UNIQUE (cluster, proc, attempt)) WITHOUT ROWID;"
	"CREATE INDEX attempts_live ON attempts (live) WHERE live = 1;"
	"CREATE TABLE exclusions ("
	" cluster INTEGER NOT NULL, proc INTEGER NOT NULL,"
	" ckpt INTEGER NOT NULL, arch TEXT NOT NULL,"
	" PRIMARY KEY (cluster, proc, ckpt, arch)) WITHOUT ROWID;"
	"CREATE TABLE events ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" cluster INTEGER NOT NULL, proc INTEGER NOT NULL,"
	" time INTEGER NOT NULL, number INTEGER NOT NULL,"
	" text TEXT NOT NULL, uid INTEGER NOT NULL, path TEXT,"
	" offset INTEGER, pending INTEGER NOT NULL);"
	"CREATE INDEX events_job ON events (cluster, proc);"
	"CREATE INDEX events_pending ON events (id) WHERE pending = 1;"
	"CREATE TABLE users ("
	" name TEXT PRIMARY KEY, priority REAL NOT NULL,"
	" factor REAL NOT NULL, usage_s REAL NOT NULL,"
	" updated INTEGER NOT NULL) WITHOUT ROWID;";

/* Floors, ceilings and the Up-Down index of users. */
static const char step_users[] =
	"ALTER TABLE users ADD COLUMN up_down REAL NOT NULL DEFAULT 0;"
	"ALTER TABLE users ADD COLUMN floor REAL NOT NULL DEFAULT 0;"
	"ALTER TABLE users ADD COLUMN ceiling REAL NOT NULL DEFAULT -1;"
	"ALTER TABLE users ADD COLUMN first_used INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE users ADD COLUMN last_used INTEGER NOT NULL DEFAULT 0;";

/* What a dynamic slot was given. */
static const char step_provision[] =
	"ALTER TABLE attempts ADD COLUMN cpus INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE attempts ADD COLUMN memory_mb INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE attempts ADD COLUMN disk_kb INTEGER NOT NULL DEFAULT 0;";

/* Clusters whose jobs are made bit by bit. */
static const char step_factory[] =
	"ALTER TABLE clusters ADD COLUMN count INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE clusters ADD COLUMN next_proc INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE clusters ADD COLUMN hold INTEGER NOT NULL DEFAULT 0;"
	"CREATE TABLE later_rows ("
	" cluster INTEGER NOT NULL, proc INTEGER NOT NULL,"
	" row TEXT NOT NULL, PRIMARY KEY (cluster, proc)) WITHOUT ROWID;";

static const char *const steps[] = { step_1, step_users, step_provision,
				     step_factory };

const int migrate_version = sizeof(steps) / sizeof(steps[0]);

static int run_script(struct db *db, const char *sql, struct err *err)
{
	sqlite3 *h = db_handle(db);

	if (sqlite3_exec(h, sql, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	return err_set(err, -EIO, "migration: %s", sqlite3_errmsg(h));
}

static int apply(struct db *db, int i, struct err *err)
{
	char pragma[64];
	int rc = db_begin(db, err);

	if (!rc)
		rc = run_script(db, steps[i], err);
	sqlite3_snprintf(sizeof(pragma), pragma, "PRAGMA user_version=%d",
			 i + 1);
	if (!rc)
		rc = run_script(db, pragma, err);
	if (rc)
		db_rollback(db);
	return rc ? rc : db_commit(db, err);
}

int migrate(struct db *db, struct err *err)
{
	int64_t at = db_query_int(db, -1, "PRAGMA user_version", "");
	int rc = 0;

	if (at < 0)
		return err_set(err, -EIO, "not a database");
	if (at > migrate_version)
		return err_set(err, -EPROTO,
			       "made by a newer version (schema %d, this one "
			       "knows %d): install that version",
			       (int)at, migrate_version);
	for (int i = (int)at; !rc && i < migrate_version; i++)
		rc = apply(db, i, err);
	return rc;
}
