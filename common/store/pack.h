/* SPDX-License-Identifier: MIT */
/*
 * Packs: the framed, append-only form in which chunks travel and are kept.
 * One upload is one pack, one file, one fsync.
 *
 *   header   "HARRPACK" | u32 version (1) | u32 zero
 *   frame    'C' 0 0 0 | u32 stored | u32 raw | id[32] | stored bytes
 *            stored == raw: as is; stored < raw: one zstd frame
 *   index    'I' 0 0 0 | u32 count | count * (id[32] | u64 offset | u32
 *            stored | u32 raw)     offset: of the stored bytes in the file
 *   trailer  u64 offset of the index | u32 count | u32 zero |
 *            sha256[32] of the index | "HARRPEND"
 *
 * All numbers are little endian. A pack without its trailer was cut short
 * and is never accepted.
 */
#ifndef HARRIER_STORE_PACK_H
#define HARRIER_STORE_PACK_H

#include "common/store/chunk.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PACK_CHUNKS_MAX (1u << 20) /* 256 GiB of data */

/* Where a chunk lies in a pack. */
struct pack_entry {
	struct chunk_id id;
	uint64_t offset; /* of the stored bytes, from the pack's start */
	uint32_t stored; /* bytes in the pack */
	uint32_t raw; /* bytes of the chunk */
};

/* Takes the bytes of a pack as they are made. 0 or -errno. */
typedef int pack_sink(void *arg, const void *data, size_t len, struct err *err);

/* A sink that writes to the descriptor *(int *)@arg. */
int pack_sink_fd(void *arg, const void *data, size_t len, struct err *err);

/* -- writing ----------------------------------------------------------- */

struct pack_writer;

/* Begins a pack: writes its header into @sink. */
int pack_writer_new(pack_sink *sink, void *arg, struct pack_writer **ret_writer,
		    struct err *err);
/* Compresses one chunk and appends it. @id must be its id under @c's key. */
int pack_writer_add(struct pack_writer *w, struct chunker *c,
		    const struct chunk_id *id, const void *data, size_t len,
		    struct err *err);
/* Appends a chunk in the form it has in another pack. */
int pack_writer_add_stored(struct pack_writer *w, const struct chunk_id *id,
			   const void *stored, uint32_t stored_len,
			   uint32_t raw_len, struct err *err);
/* Writes index and trailer. Making it durable is the sink's owner's part. */
int pack_writer_finish(struct pack_writer *w, struct err *err);
/* Bytes given to the sink, and chunks appended, so far. */
uint64_t pack_writer_bytes(const struct pack_writer *w);
size_t pack_writer_count(const struct pack_writer *w);
void pack_writer_free(struct pack_writer *w);

/* -- reading a stream, in pieces of any size ---------------------------- */

struct pack_reader;

/*
 * Told of each chunk once it was verified: @data is valid during the call.
 * 0, or -errno to stop.
 */
typedef int pack_chunk_fn(void *arg, const struct pack_entry *e,
			  const void *data, struct err *err);

/* Borrows @c until pack_reader_free. @fn may be NULL. */
struct pack_reader *pack_reader_new(struct chunker *c, pack_chunk_fn *fn,
				    void *arg);
/*
 * Takes the next bytes of the pack. -EBADMSG with a message for anything
 * that is not a sound pack; after an error the reader accepts nothing more.
 */
int pack_reader_feed(struct pack_reader *r, const void *data, size_t len,
		     struct err *err);
/* To be called at the end of the stream: -EBADMSG if it was cut short. */
int pack_reader_finish(struct pack_reader *r, struct err *err);
/* The chunks read so far, in the order of the pack; owned by the reader. */
const struct pack_entry *pack_reader_entries(const struct pack_reader *r,
					     size_t *ret_count);
void pack_reader_free(struct pack_reader *r);

#endif
