/* SPDX-License-Identifier: MIT */
/*
 * types: where a type's pointers are, and how its parts are called.
 *
 * A map is a short program over one object: each op stands for `count`
 * pointers (or unions and the like) at `offset`, `stride` apart; a loop
 * repeats the `body` ops behind it.
 */
#ifndef CKPTLIB_TYPES_H
#define CKPTLIB_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ckptlib/abi.h"

enum ckpti_mapop_code {
	CKPTI_OP_PTR,
	CKPTI_OP_UNION,
	CKPTI_OP_OPAQUE,
	CKPTI_OP_LDOUBLE,
	CKPTI_OP_LOOP,
};

struct ckpti_mapop {
	uint8_t code;
	uint32_t body; /* of a loop: how many ops */
	size_t offset, count, stride;
	const struct ckpt_type *type; /* the pointer's own, not the pointee's */
	const struct ckpt_active *active; /* tells a union's member, or NULL */
	size_t back; /* what that looks at starts so far before the union */
};

struct ckpti_map {
	const struct ckpt_type *type;
	struct ckpti_mapop *ops;
	uint32_t nops;
	unsigned codes; /* 1 << code of all ops */
	bool plain; /* pointers at fixed offsets, and nothing else */
	/* a flexible tail: its elements start at tail_offset */
	const struct ckpti_map *tail;
	size_t tail_offset;
	bool bytes; /* there is an array of bytes in it that could hold others */
};

/* The map of a type, made once; NULL without memory. Never freed. */
const struct ckpti_map *ckpti_map_of(const struct ckpt_type *type);

typedef void ckpti_visit(void *ctx, const struct ckpti_mapop *op, char *at);

/*
 * Calls visit for each place in the object of `size` bytes at `at`; of a union
 * whose member is known for those in the member.
 */
void ckpti_map_walk(const struct ckpti_map *map, char *at, size_t size,
		    ckpti_visit *visit, void *ctx);

/*
 * Whether each pointer in n objects of a plain map's type is null or lies in
 * the `span` bytes from `low` on: then there is nothing to look at in them.
 */
static inline bool ckpti_map_within(const struct ckpti_map *map, const char *at,
				    size_t n, uintptr_t low, uintptr_t span)
{
	const struct ckpti_mapop *op, *end = map->ops + map->nops;
	bool outside = false;
	const char *p;
	uintptr_t v;
	size_t i;

	for (; n > 0; n--, at += map->type->size) {
		for (op = map->ops; op < end; op++) {
			p = at + op->offset;
			for (i = op->count; i > 0; i--, p += op->stride) {
				__builtin_memcpy(&v, p, sizeof(v));
				outside |= v && v - low >= span;
			}
		}
		if (outside)
			return false;
	}
	return true;
}

/*
 * What a union allows when it moves, by its members' shapes.
 */
enum ckpti_union_shape {
	CKPTI_U_SCALAR, /* all members scalars of one width, no pointer */
	CKPTI_U_BYTES, /* char and the like only: a copy will do */
	CKPTI_U_POINTERS, /* pointers only */
	CKPTI_U_WORDS, /* scalars of one width, some of them pointers */
	CKPTI_U_MIXED, /* widths differ, no pointer in it */
	CKPTI_U_MIXED_PTR, /* widths differ, with pointers */
};
enum ckpti_union_shape ckpti_union_shape(const struct ckpt_type *type);

/* Whether any type that a value of this type holds changes its width from
 * machine to machine: pointers, long, long double. */
bool ckpti_width_varies(const struct ckpt_type *type);

/* Whether both describe the same thing: names, fields, offsets. */
bool ckpti_type_same(const struct ckpt_type *a, const struct ckpt_type *b);
/* Whether an object of type a starts with one of type b. */
bool ckpti_type_starts(const struct ckpt_type *a, const struct ckpt_type *b);

/* Appends ".field[3]" for a byte offset in `type` to a text. */
void ckpti_path(char *text, size_t size, const struct ckpt_type *type,
		size_t offset);

/* Whether a pointer to this type says what it leads to. */
bool ckpti_tells(const struct ckpt_type *type);
/*
 * Whether `part` was carved out of an array of bytes: at the offset in an
 * object of type `whole` there is one, and nothing of the type `part`.
 */
bool ckpti_is_carved(const struct ckpt_type *whole, size_t offset,
		     const struct ckpt_type *part);

bool ckpti_is_ldouble(const struct ckpt_type *type);

#endif
