/* SPDX-License-Identifier: MIT */
/*
 * span: runs of 64 KiB units, each holding slots of one size or one block.
 *
 * Invariants:
 * - The page map leads from the address of every unit of a small or large
 *   span to its span, and from the first and last unit of a free run; all
 *   other units lead to NULL.
 * - Neighbouring free runs of one chunk are always joined.
 * - Descriptors lie apart from what they describe, so that no overrun of the
 *   program's can damage them unseen.
 */
#ifndef CKPTLIB_SPAN_H
#define CKPTLIB_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CKPTI_UNIT_SHIFT 16
#define CKPTI_UNIT	 ((size_t)1 << CKPTI_UNIT_SHIFT)

/*
 * What a slot holds: 0 for free (the low bits then chain the free slots), or
 * the live bit, the id of its type, and the bytes of the slot beyond what was
 * asked for.
 */
#define CKPTI_LIVE	    0x80000000u
#define CKPTI_INFERRED	    0x40000000u /* the type was found by reachability */
#define CKPTI_TYPE_SHIFT    14
#define CKPTI_TYPE_MASK	    0xffffu
#define CKPTI_SLACK_MASK    0x3fffu
#define CKPTI_TYPE_OF(word) (((word) >> CKPTI_TYPE_SHIFT) & CKPTI_TYPE_MASK)

#define CKPTI_SLOT_MAX 16384

enum ckpti_span_state { CKPTI_RUN_FREE, CKPTI_SMALL, CKPTI_LARGE };

struct ckpti_span {
	char *base;
	uint32_t slot; /* bytes; 0 unless small */
	uint32_t inverse; /* 2^32 / slot, rounded up */
	uint32_t nslots; /* 1 for a large span */
	uint32_t bump; /* slots from here on were never used */
	uint32_t live;
	uint32_t free; /* 1 + index of the first freed slot, or 0 */
	uint32_t *words; /* one per slot; a large span's is `word` */
	uint32_t word;
	uint32_t units;
	uint8_t state;
	uint8_t arena;
	uint8_t cls;
	bool zero; /* units: never written since the kernel gave them */
	bool listed; /* small: in its class's list of partial spans */
	size_t size; /* large: bytes asked for */
	struct ckpti_span *next, *prev;
};

/* A range of addresses that the kernel gave for one arena. */
struct ckpti_chunk {
	char *base;
	size_t size;
	char *fresh; /* units from here on were never handed out */
};

#define CKPTI_RUN_BINS 26

struct ckpti_space {
	uint8_t id;
	uintptr_t base; /* where the first chunk should lie; 0: anywhere */
	size_t step;
	struct ckpti_chunk *chunks; /* the last one is grown from */
	size_t nchunks, cap_chunks;
	struct ckpti_span *runs[CKPTI_RUN_BINS]; /* free, by log2(units) */
	uintptr_t low, high; /* all chunks lie within [low, high) */
};

#if UINTPTR_MAX > 0xffffffffu
extern struct ckpti_span **ckpti_map_root[1 << 16];
#else
extern struct ckpti_span *ckpti_map_leaf[1 << 16];
#endif

/* The span whose unit `addr` lies in, or NULL. */
static inline struct ckpti_span *ckpti_span_at(const void *addr)
{
	uintptr_t unit = (uintptr_t)addr >> CKPTI_UNIT_SHIFT;
#if UINTPTR_MAX > 0xffffffffu
	struct ckpti_span **leaf;

	if (__builtin_expect(unit >> 32, 0))
		return NULL;
	leaf = ckpti_map_root[unit >> 16];
	return leaf ? leaf[unit & 0xffff] : NULL;
#else
	return ckpti_map_leaf[unit];
#endif
}

/* The slot of a small or large span that `addr` lies in. */
static inline uint32_t ckpti_slot_of(const struct ckpti_span *s,
				     const void *addr)
{
	uint32_t offset;

	if (s->state == CKPTI_LARGE)
		return 0;
	offset = (uint32_t)((const char *)addr - s->base);
	return (uint32_t)((uint64_t)offset * s->inverse >> 32);
}

static inline char *ckpti_slot_addr(const struct ckpti_span *s, uint32_t i)
{
	return s->base + (size_t)i * s->slot;
}

/* Bytes that the program asked for. */
static inline size_t ckpti_slot_size(const struct ckpti_span *s, uint32_t i)
{
	return s->state == CKPTI_LARGE
		       ? s->size
		       : s->slot - (s->words[i] & CKPTI_SLACK_MASK);
}

/*
 * A span of `units`, its base a multiple of `align` (a power of two, at least
 * CKPTI_UNIT), or NULL. The caller sets state and slots.
 */
struct ckpti_span *ckpti_span_take(struct ckpti_space *space, size_t units,
				   size_t align);
/* Makes a small span's words. 0 or -ENOMEM. */
int ckpti_span_make_small(struct ckpti_span *s, uint32_t slot, uint32_t nslots,
			  uint8_t cls);
/* Gives the units back and joins them with their neighbours. */
void ckpti_span_drop(struct ckpti_space *space, struct ckpti_span *s);
/* Grows a large span in place to `units`; false if what follows is in use. */
bool ckpti_span_extend(struct ckpti_space *space, struct ckpti_span *s,
		       size_t units);

/* Forgets all spans of the space and unmaps it. */
void ckpti_space_clear(struct ckpti_space *space);
/* Maps a chunk exactly there, all of it still free. 0 or -EEXIST, -ENOMEM. */
int ckpti_space_place(struct ckpti_space *space, void *base, size_t size);
/* A span at exactly this place of the last placed chunk; ascending bases. */
struct ckpti_span *ckpti_span_place(struct ckpti_space *space, void *base,
				    size_t units);

#endif
