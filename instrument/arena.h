/* SPDX-License-Identifier: MIT */
/* arena: memory that is freed all at once. */
#ifndef INSTRUMENT_ARENA_H
#define INSTRUMENT_ARENA_H

#include <stddef.h>

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *arena);

/* Zeroed, aligned for any object; never NULL; lives as long as the arena. */
void *arena_alloc(struct arena *arena, size_t size);

/* Copies of `len` bytes with a NUL behind them. */
char *arena_strndup(struct arena *arena, const char *s, size_t len);
char *arena_strdup(struct arena *arena, const char *s);

#endif
