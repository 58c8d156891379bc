/* SPDX-License-Identifier: MIT */
#include "scheduler/db/meta.h"

#include "scheduler/db/db.h"

#include <stdio.h>

char *meta_get(struct db *db, const char *key)
{
	return db_query_text(db, "SELECT value FROM meta WHERE key = ?", "t",
			     key);
}

int64_t meta_get_int(struct db *db, const char *key, int64_t missing)
{
	return db_query_int(db, missing,
			    "SELECT CAST(value AS INTEGER) FROM meta"
			    " WHERE key = ?",
			    "t", key);
}

int meta_set(struct db *db, const char *key, const char *value, struct err *err)
{
	return db_run(db, err,
		      "INSERT INTO meta (key, value) VALUES (?, ?)"
		      " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
		      "tt", key, value);
}

int meta_set_int(struct db *db, const char *key, int64_t value, struct err *err)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)value);
	return meta_set(db, key, text, err);
}
