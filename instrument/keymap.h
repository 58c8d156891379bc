/* SPDX-License-Identifier: MIT */
/* keymap: a map from a few words to a pointer. */
#ifndef INSTRUMENT_KEYMAP_H
#define INSTRUMENT_KEYMAP_H

#include <stdint.h>

struct keymap;

/* What a value is found by; unused words are 0. */
struct key {
	uintptr_t kind;
	uintptr_t a, b, c;
};

struct keymap *keymap_new(void);
void keymap_free(struct keymap *map);

/* NULL where the key is absent. Values are borrowed. */
void *keymap_get(const struct keymap *map, struct key key);
void keymap_set(struct keymap *map, struct key key, void *value);

#endif
