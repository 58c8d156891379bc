/* SPDX-License-Identifier: MIT */
/* migrate: brings a database to the schema of this version. */
#ifndef HARRIER_SCHEDULER_DB_MIGRATE_H
#define HARRIER_SCHEDULER_DB_MIGRATE_H

struct db;
struct err;

/* How many steps there are: PRAGMA user_version afterwards. */
extern const int migrate_version;

/*
 * Each step in a transaction of its own. -EPROTO for a database that a newer
 * version made.
 */
int migrate(struct db *db, struct err *err);

#endif
