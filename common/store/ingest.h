/* SPDX-License-Identifier: MIT */
/*
 * Packs into the backend and chunks out of it, without the database, so that
 * a worker thread can do it: hashing, zstd and fsync happen here.
 */
#ifndef HARRIER_STORE_INGEST_H
#define HARRIER_STORE_INGEST_H

#include "common/store/backend.h"
#include "common/store/pack.h"

#include <stddef.h>
#include <stdint.h>

struct ingest;

/*
 * Begins to take pack @name for the owner of @key. Borrows @b; copies the
 * rest.
 */
int ingest_new(struct backend *b, const char *name, const struct chunk_key *key,
	       struct ingest **ret_ingest, struct err *err);
/* The next bytes of the pack: verified, then written. */
int ingest_feed(struct ingest *in, const void *data, size_t len,
		struct err *err);
/* The stream has ended: the pack is whole and synced when this returns 0. */
int ingest_finish(struct ingest *in, struct err *err);
/* For index_upload_pack, after ingest_finish. */
const struct pack_entry *ingest_entries(const struct ingest *in,
					size_t *ret_count);
uint64_t ingest_bytes(const struct ingest *in);
/* Without a finish before, nothing of the pack stays. */
void ingest_free(struct ingest *in);

/*
 * Reads chunk @e of pack @name and verifies it. *@ret_data is valid until
 * the next call on @c. -EBADMSG (altered), -ENODATA (cut short) or -ENOENT
 * (pack gone), with a message that names chunk and pack.
 */
int ingest_read(struct backend *b, struct chunker *c, const char *name,
		const struct pack_entry *e, const void **ret_data,
		struct err *err);

/*
 * Reads the stored form, for pack_writer_add_stored; @buf holds e->stored
 * bytes.
 */
int ingest_read_stored(struct backend *b, const char *name,
		       const struct pack_entry *e, void *buf, struct err *err);

#endif
