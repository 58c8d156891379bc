/* SPDX-License-Identifier: MIT */
/*
 * Chunks: the pieces, at most CHUNK_SIZE bytes each, that checkpoints are
 * stored as, and their ids.
 *
 * The id of a chunk is HMAC-SHA-256 of its bytes under a key of the owner.
 * Equal data of one owner is therefore stored once, while the name of
 * another owner's chunk can neither be computed nor used: whoever names an
 * id under his own key can only have computed it from data he has.
 */
#ifndef HARRIER_STORE_CHUNK_H
#define HARRIER_STORE_CHUNK_H

#include <stddef.h>
#include <stdint.h>

struct err;

#define CHUNK_SIZE     (256u * 1024)
#define CHUNK_HEX_SIZE 65 /* text of an id, with the final NUL */

struct chunk_id {
	uint8_t b[32];
};

/* A secret: the store's own one, or what was derived from it for an owner. */
struct chunk_key {
	uint8_t b[32];
};

/* Fills @ret_key with random bytes: a new store's secret. */
int chunk_key_random(struct chunk_key *ret_key, struct err *err);

/*
 * The key of @owner in the store with this @secret. The scheduler derives it
 * and sends it with a start (as hex); hosts never see the secret itself.
 */
int chunk_key_derive(const struct chunk_key *secret, const char *owner,
		     struct chunk_key *ret_key, struct err *err);

/* Hex, lower case, NUL-terminated; and back: -EINVAL if it is not 64 digits. */
void chunk_key_hex(const struct chunk_key *key, char ret_hex[CHUNK_HEX_SIZE]);
int chunk_key_parse(const char *hex, struct chunk_key *ret_key);
void chunk_id_hex(const struct chunk_id *id, char ret_hex[CHUNK_HEX_SIZE]);
int chunk_id_parse(const char *hex, struct chunk_id *ret_id);
int chunk_id_cmp(const struct chunk_id *a, const struct chunk_id *b);

/*
 * A chunker hashes and compresses under one key. It holds scratch memory and
 * is used by one thread at a time.
 */
struct chunker;

int chunker_new(const struct chunk_key *key, struct chunker **ret_chunker,
		struct err *err);
void chunker_free(struct chunker *c);

/* The id of @len bytes at @data. */
int chunker_id(struct chunker *c, const void *data, size_t len,
	       struct chunk_id *ret_id, struct err *err);

/*
 * Compresses a chunk. *@ret_data stays valid until the next call on @c. What
 * does not shrink is handed back as it is: then *@ret_len == @len and
 * *@ret_data == @data.
 */
int chunker_pack(struct chunker *c, const void *data, size_t len,
		 const void **ret_data, size_t *ret_len, struct err *err);

/* Room for the stored form of one chunk (CHUNK_SIZE bytes), owned by @c. */
void *chunker_buffer(struct chunker *c);

/*
 * The reverse, verified: gives the @raw_len bytes of chunk @id from the
 * @stored_len bytes that were stored. -EBADMSG, with a message that names
 * the chunk, when the bytes are not those the id was made from. *@ret_data
 * is valid until the next call on @c.
 */
int chunker_unpack(struct chunker *c, const struct chunk_id *id,
		   const void *stored, size_t stored_len, size_t raw_len,
		   const void **ret_data, struct err *err);

#endif
