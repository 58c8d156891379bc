/* SPDX-License-Identifier: MIT */
#include "instrument/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/xalloc.h"

#define BLOCK_SIZE ((size_t)256 << 10)

/* The blocks form a list; the first one is being filled. */
struct block {
	struct block *next;
	size_t used, size;
	_Alignas(max_align_t) char data[];
};

struct arena {
	struct block *blocks;
};

struct arena *arena_new(void)
{
	return xcalloc(1, sizeof(struct arena));
}

void arena_free(struct arena *arena)
{
	struct block *b, *next;

	if (!arena)
		return;
	for (b = arena->blocks; b; b = next) {
		next = b->next;
		free(b);
	}
	free(arena);
}

static struct block *block_add(struct arena *arena, size_t size)
{
	struct block *b = xcalloc(1, sizeof(*b) + size);

	b->size = size;
	b->next = arena->blocks;
	arena->blocks = b;
	return b;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	const size_t align = _Alignof(max_align_t);
	struct block *b = arena->blocks;
	void *p;

	size = (size + align - 1) / align * align;
	if (!b || b->size - b->used < size)
		b = block_add(arena, size > BLOCK_SIZE ? size : BLOCK_SIZE);
	p = b->data + b->used;
	b->used += size;
	return p;
}

char *arena_strndup(struct arena *arena, const char *s, size_t len)
{
	char *p = arena_alloc(arena, len + 1);

	memcpy(p, s, len);
	return p;
}

char *arena_strdup(struct arena *arena, const char *s)
{
	return arena_strndup(arena, s, strlen(s));
}
