/* SPDX-License-Identifier: MIT */
#include "instrument/keymap.h"

#include <stdbool.h>
#include <stdlib.h>

#include "common/base/xalloc.h"

/* Open addressing; a NULL value marks a free slot; at most half full. */
struct slot {
	struct key key;
	void *value;
};

struct keymap {
	struct slot *slots;
	size_t mask, count;
};

struct keymap *keymap_new(void)
{
	struct keymap *map = xcalloc(1, sizeof(*map));

	map->mask = 1023;
	map->slots = xcalloc(map->mask + 1, sizeof(*map->slots));
	return map;
}

void keymap_free(struct keymap *map)
{
	if (!map)
		return;
	free(map->slots);
	free(map);
}

/* Mixes as splitmix64 does; keys are addresses of this process. */
static size_t hash(const struct key *k)
{
	uint64_t h = k->kind * 0x9e3779b97f4a7c15u;

	h = (h ^ k->a) * 0xbf58476d1ce4e5b9u;
	h = (h ^ h >> 29 ^ k->b) * 0x94d049bb133111ebu;
	h = (h ^ h >> 31 ^ k->c) * 0xbf58476d1ce4e5b9u;
	return (size_t)(h ^ h >> 32);
}

static bool equal(const struct key *x, const struct key *y)
{
	return x->kind == y->kind && x->a == y->a && x->b == y->b &&
	       x->c == y->c;
}

static struct slot *find(const struct keymap *map, const struct key *key)
{
	size_t i = hash(key) & map->mask;

	while (map->slots[i].value && !equal(&map->slots[i].key, key))
		i = (i + 1) & map->mask;
	return map->slots + i;
}

static void grow(struct keymap *map)
{
	struct slot *old = map->slots;
	size_t i, n = map->mask + 1;

	map->mask = n * 2 - 1;
	map->slots = xcalloc(n * 2, sizeof(*map->slots));
	for (i = 0; i < n; i++)
		if (old[i].value)
			*find(map, &old[i].key) = old[i];
	free(old);
}

void *keymap_get(const struct keymap *map, struct key key)
{
	return find(map, &key)->value;
}

void keymap_set(struct keymap *map, struct key key, void *value)
{
	struct slot *slot = find(map, &key);

	if (!slot->value && ++map->count > map->mask / 2) {
		grow(map);
		slot = find(map, &key);
	}
	slot->key = key;
	slot->value = value;
}
