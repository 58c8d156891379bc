/* SPDX-License-Identifier: MIT */
/*
 * An array of entries in order of insertion and an open-addressed index of
 * positions in it. Invariants: the index has a power of two of slots,
 * at least twice as many as entries used (dead ones too); a slot holds 0 (free) or
 * position + 1; a deleted entry stays, with key NULL, until the next rebuild,
 * so probe sequences never break and iterators stay valid.
 */
#include "common/base/hash.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "common/base/xalloc.h"

struct hash_entry {
	char *key; /* NULL when deleted */
	size_t len;
	uint64_t code;
	void *value;
};

struct hash {
	struct hash_entry *entries;
	size_t used; /* entries ever filled since the last rebuild */
	size_t live;
	size_t room;
	uint32_t *index;
	size_t slots;
	hash_free_fn *free_value;
	bool nocase;
};

static uint8_t hash_key[16];
static pthread_once_t hash_key_once = PTHREAD_ONCE_INIT;

static void hash_make_key(void)
{
	/* Up to 256 bytes come whole, once the kernel's pool is ready. */
	if (getrandom(hash_key, sizeof(hash_key), 0) != sizeof(hash_key))
		abort();
}

static uint64_t rotl(uint64_t x, int bits)
{
	return x << bits | x >> (64 - bits);
}

static uint64_t load_le64(const uint8_t *p, size_t len)
{
	uint64_t x = 0;

	for (size_t i = 0; i < len; i++)
		x |= (uint64_t)p[i] << (8 * i);
	return x;
}

static void sip_rounds(uint64_t v[4], int rounds)
{
	while (rounds--) {
		v[0] += v[1];
		v[2] += v[3];
		v[1] = rotl(v[1], 13) ^ v[0];
		v[3] = rotl(v[3], 16) ^ v[2];
		v[0] = rotl(v[0], 32);
		v[2] += v[1];
		v[0] += v[3];
		v[1] = rotl(v[1], 17) ^ v[2];
		v[3] = rotl(v[3], 21) ^ v[0];
		v[2] = rotl(v[2], 32);
	}
}

uint64_t hash_siphash(const uint8_t key[16], const void *data, size_t len)
{
	uint64_t k0 = load_le64(key, 8), k1 = load_le64(key + 8, 8), m;
	uint64_t v[4] = {
		k0 ^ 0x736f6d6570736575,
		k1 ^ 0x646f72616e646f6d,
		k0 ^ 0x6c7967656e657261,
		k1 ^ 0x7465646279746573,
	};
	const uint8_t *p = data;
	size_t left = len;

	for (; left >= 8; p += 8, left -= 8) {
		m = load_le64(p, 8);
		v[3] ^= m;
		sip_rounds(v, 2);
		v[0] ^= m;
	}
	m = (uint64_t)len << 56 | load_le64(p, left);
	v[3] ^= m;
	sip_rounds(v, 2);
	v[0] ^= m;
	v[2] ^= 0xff;
	sip_rounds(v, 4);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static char fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static uint64_t hash_code(const struct hash *hash, const char *key, size_t len)
{
	char small[64] = "", *folded = small;
	uint64_t code;

	pthread_once(&hash_key_once, hash_make_key);
	if (!hash->nocase)
		return hash_siphash(hash_key, key, len);
	if (len > sizeof(small))
		folded = xmalloc(len);
	for (size_t i = 0; i < len; i++)
		folded[i] = fold(key[i]);
	code = hash_siphash(hash_key, folded, len);
	if (folded != small)
		free(folded);
	return code;
}

static bool same_key(const struct hash *hash, const struct hash_entry *e,
		     const char *key, size_t len)
{
	if (!e->key || e->len != len)
		return false;
	if (!hash->nocase)
		return !memcmp(e->key, key, len);
	for (size_t i = 0; i < len; i++)
		if (fold(e->key[i]) != fold(key[i]))
			return false;
	return true;
}

static struct hash_entry *find(const struct hash *hash, const char *key,
			       size_t len, uint64_t code)
{
	struct hash_entry *e;

	if (!hash->slots)
		return NULL;
	for (size_t i = code & (hash->slots - 1); hash->index[i];
	     i = (i + 1) & (hash->slots - 1)) {
		e = &hash->entries[hash->index[i] - 1];
		if (e->code == code && same_key(hash, e, key, len))
			return e;
	}
	return NULL;
}

static void index_add(struct hash *hash, size_t pos)
{
	size_t i = hash->entries[pos].code & (hash->slots - 1);

	while (hash->index[i])
		i = (i + 1) & (hash->slots - 1);
	hash->index[i] = (uint32_t)pos + 1;
}

/* Drops dead entries and makes room for at least one more. */
static void rebuild(struct hash *hash)
{
	size_t live = 0, room = 8;

	for (size_t i = 0; i < hash->used; i++)
		if (hash->entries[i].key)
			hash->entries[live++] = hash->entries[i];
	while (room < live * 2)
		room *= 2;
	assert(room < UINT32_MAX / 2);
	hash->used = live;
	hash->room = room;
	hash->entries =
		xreallocarray(hash->entries, room, sizeof(*hash->entries));
	hash->slots = room * 2;
	free(hash->index);
	hash->index = xcalloc(hash->slots, sizeof(*hash->index));
	for (size_t i = 0; i < live; i++)
		index_add(hash, i);
}

struct hash *hash_new(hash_free_fn *free_value)
{
	struct hash *hash = xcalloc(1, sizeof(*hash));

	hash->free_value = free_value;
	return hash;
}

struct hash *hash_new_nocase(hash_free_fn *free_value)
{
	struct hash *hash = hash_new(free_value);

	hash->nocase = true;
	return hash;
}

void hash_clear(struct hash *hash)
{
	for (size_t i = 0; i < hash->used; i++) {
		if (!hash->entries[i].key)
			continue;
		free(hash->entries[i].key);
		if (hash->free_value)
			hash->free_value(hash->entries[i].value);
	}
	free(hash->entries);
	free(hash->index);
	hash->entries = NULL;
	hash->index = NULL;
	hash->used = hash->live = hash->room = hash->slots = 0;
}

void hash_free(struct hash *hash)
{
	if (!hash)
		return;
	hash_clear(hash);
	free(hash);
}

size_t hash_count(const struct hash *hash)
{
	return hash->live;
}

void hash_set_mem(struct hash *hash, const void *key, size_t len, void *value)
{
	uint64_t code = hash_code(hash, key, len);
	struct hash_entry *e = find(hash, key, len, code);

	if (e) {
		void *old = e->value;

		e->value = value;
		if (hash->free_value && old != value)
			hash->free_value(old);
		return;
	}
	if (hash->used == hash->room)
		rebuild(hash);
	e = &hash->entries[hash->used];
	e->key = xmalloc(len + 1);
	memcpy(e->key, key, len);
	e->key[len] = '\0';
	e->len = len;
	e->code = code;
	e->value = value;
	index_add(hash, hash->used++);
	hash->live++;
}

void *hash_get_mem(const struct hash *hash, const void *key, size_t len)
{
	const struct hash_entry *e =
		find(hash, key, len, hash_code(hash, key, len));

	return e ? e->value : NULL;
}

/* Takes the entry out; false where the key is absent. */
static bool take(struct hash *hash, const void *key, size_t len,
		 void **ret_value)
{
	struct hash_entry *e = find(hash, key, len, hash_code(hash, key, len));

	if (!e)
		return false;
	*ret_value = e->value;
	free(e->key);
	e->key = NULL;
	e->value = NULL;
	hash->live--;
	return true;
}

bool hash_del_mem(struct hash *hash, const void *key, size_t len)
{
	void *value;

	if (!take(hash, key, len, &value))
		return false;
	if (hash->free_value)
		hash->free_value(value);
	return true;
}

void hash_set(struct hash *hash, const char *key, void *value)
{
	hash_set_mem(hash, key, strlen(key), value);
}

void *hash_get(const struct hash *hash, const char *key)
{
	return hash_get_mem(hash, key, strlen(key));
}

bool hash_has(const struct hash *hash, const char *key)
{
	size_t len = strlen(key);

	return find(hash, key, len, hash_code(hash, key, len)) != NULL;
}

bool hash_del(struct hash *hash, const char *key)
{
	return hash_del_mem(hash, key, strlen(key));
}

void *hash_steal(struct hash *hash, const char *key)
{
	void *value;

	return take(hash, key, strlen(key), &value) ? value : NULL;
}

bool hash_next(const struct hash *hash, struct hash_iter *it)
{
	while (it->next < hash->used) {
		const struct hash_entry *e = &hash->entries[it->next++];

		if (!e->key)
			continue;
		it->key = e->key;
		it->key_len = e->len;
		it->value = e->value;
		return true;
	}
	return false;
}
