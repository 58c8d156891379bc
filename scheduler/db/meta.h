/* SPDX-License-Identifier: MIT */
/* meta: the pool's identity and counters, by key. */
#ifndef HARRIER_SCHEDULER_DB_META_H
#define HARRIER_SCHEDULER_DB_META_H

#include <stdint.h>

struct db;
struct err;

#define META_POOL	  "pool"
#define META_EPOCH	  "epoch"
#define META_SEQ	  "seq"
#define META_NEXT_CLUSTER "next_cluster"

/* Text the caller frees; NULL when it was never set. */
char *meta_get(struct db *db, const char *key);
int64_t meta_get_int(struct db *db, const char *key, int64_t missing);
int meta_set(struct db *db, const char *key, const char *value,
	     struct err *err);
int meta_set_int(struct db *db, const char *key, int64_t value,
		 struct err *err);

#endif
