/* SPDX-License-Identifier: MIT */
/*
 * alloc: one allocator, two arenas. The program arena is captured; the
 * foreign arena belongs to libc and libraries that hcc did not build. A block
 * stays in its arena; free and realloc find it by its address.
 *
 * Each block keeps at least one spare byte, so that a pointer one past its
 * end never points at its neighbour.
 */
#ifndef CKPTLIB_ALLOC_H
#define CKPTLIB_ALLOC_H

#include <stddef.h>
#include <stdint.h>

#include "ckptlib/abi.h"
#include "ckptlib/span.h"

enum ckpti_arena_id { CKPTI_PROGRAM, CKPTI_FOREIGN, CKPTI_NARENAS };

/* All allocate as malloc does: 16-byte aligned, NULL with errno ENOMEM. */
void *ckpti_alloc(enum ckpti_arena_id id, size_t size,
		  const struct ckpt_type *type);
void *ckpti_alloc_zero(enum ckpti_arena_id id, size_t size,
		       const struct ckpt_type *type);
/* align: a power of two. */
void *ckpti_alloc_aligned(enum ckpti_arena_id id, size_t align, size_t size,
			  const struct ckpt_type *type);
/*
 * In the block's own arena; a NULL block is allocated in `id`. Without a type
 * the block keeps its own, where that still fits.
 */
void *ckpti_realloc(enum ckpti_arena_id id, void *block, size_t size,
		    const struct ckpt_type *type);
void ckpti_free(void *block);
size_t ckpti_usable(const void *block);

/* Whether `size` bytes are n of `type`, or its header and flexible tail. */
int ckpti_size_fits(const struct ckpt_type *type, size_t size);

/*
 * Type ids: 0 is "not known". A type's id is made when it is first asked for;
 * 0 when there are no more.
 */
#define CKPTI_TYPE_CONFLICT CKPTI_TYPE_MASK
uint32_t ckpti_type_id(const struct ckpt_type *type);
const struct ckpt_type *ckpti_type_of_id(uint32_t id);

/*
 * The type of blocks whose contents stay out of images; `type` is what they
 * hold, or NULL. NULL without memory.
 */
const struct ckpt_type *ckpti_left_out(const struct ckpt_type *type);
/* What they hold, or NULL; for a type with CKPT_T_LEFT_OUT. */
const struct ckpt_type *ckpti_left_out_of(const struct ckpt_type *type);

struct ckpti_space *ckpti_arena_space(enum ckpti_arena_id id);
/* Forgets every block of the program arena. */
void ckpti_arena_clear(void);
/*
 * Rebuilds a small span (slot > 0) or a large one (slot 0) of the program
 * arena at its address. NULL when this allocator has no such span.
 */
struct ckpti_span *ckpti_arena_place(void *base, size_t units, uint32_t slot);
/* Marks a slot live, or (after the last one) threads the free slots. */
void ckpti_arena_place_slot(struct ckpti_span *s, uint32_t i, uint32_t word);
void ckpti_arena_placed(struct ckpti_span *s);

#endif
