/* SPDX-License-Identifier: MIT */
/*
 * Collection of what no checkpoint needs. Deciding happens in the caller's
 * transaction, deleting files after its commit; both are idempotent, so a
 * crash between them costs nothing.
 */
#ifndef HARRIER_STORE_GC_H
#define HARRIER_STORE_GC_H

#include "common/store/backend.h"
#include "common/store/index.h"

#include <stddef.h>
#include <stdint.h>

/* In a transaction: expired uploads and unused chunks go, packs die. */
int gc_decide(struct index *ix, int64_t now, struct err *err);

/*
 * After its commit: deletes the files of dead packs, at most @max at once,
 * and says how many went. Writes the index (a transaction of its own, if
 * the caller has none).
 */
int gc_act(struct index *ix, struct backend *b, size_t max, size_t *ret_deleted,
	   struct err *err);

/*
 * At start, before any upload: deletes files that the index does not know,
 * which a crash left behind.
 */
int gc_strays(struct index *ix, struct backend *b, size_t *ret_deleted,
	      struct err *err);

/*
 * Reads a checkpoint chunk by chunk. 0 if it is sound. Damage is written to
 * the index (index_damaged) and answered as -EBADMSG with the message
 * "checkpoint 'ID': file 'NAME', chunk N: chunk HASH is damaged: ...". It
 * runs in the transaction of the caller, if there is one.
 */
int gc_verify(struct index *ix, struct backend *b, struct chunker *c,
	      int64_t id, struct err *err);

#endif
