/* SPDX-License-Identifier: MIT */
/* hash: map from strings or bytes to pointers, in order of insertion. */
#ifndef HARRIER_BASE_HASH_H
#define HARRIER_BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Keys are copied. They may come from anybody: the hash is SipHash-2-4 under
 * a random key of the process, so nobody can choose colliding names.
 * Iteration follows the order of insertion, equal in every run.
 */
struct hash;

/* Frees a value when it is replaced, deleted, or the map is freed. */
typedef void hash_free_fn(void *value);

/* `free_value` may be NULL: the values are borrowed then. */
struct hash *hash_new(hash_free_fn *free_value);
/* Keys compare without regard to the case of ASCII letters. */
struct hash *hash_new_nocase(hash_free_fn *free_value);
void hash_free(struct hash *hash);
void hash_clear(struct hash *hash);

size_t hash_count(const struct hash *hash);

/* Takes `value`; an earlier one of that key is freed, its place is kept. */
void hash_set(struct hash *hash, const char *key, void *value);
/* NULL where the key is absent. */
void *hash_get(const struct hash *hash, const char *key);
bool hash_has(const struct hash *hash, const char *key);
/* Frees the value; false where the key is absent. */
bool hash_del(struct hash *hash, const char *key);
/* Removes the key and gives the value to the caller; NULL where absent. */
void *hash_steal(struct hash *hash, const char *key);

/* The same for keys of any bytes. */
void hash_set_mem(struct hash *hash, const void *key, size_t len, void *value);
void *hash_get_mem(const struct hash *hash, const void *key, size_t len);
bool hash_del_mem(struct hash *hash, const void *key, size_t len);

/*
 * Iteration: start with `struct hash_iter it = { 0 };`. Keys end in a NUL.
 * Inside the loop, deleting any key is fine; inserting a new one is not.
 */
struct hash_iter {
	size_t next;
	const char *key;
	size_t key_len;
	void *value;
};

bool hash_next(const struct hash *hash, struct hash_iter *it);

/*
 * SipHash-2-4 (Aumasson and Bernstein, 2012) of `len` bytes under a key of
 * 16 bytes.
 */
uint64_t hash_siphash(const uint8_t key[16], const void *data, size_t len);

#endif
