/* SPDX-License-Identifier: MIT */
/* heap: walking the program arena, span by span. */
#ifndef CKPTLIB_HEAP_H
#define CKPTLIB_HEAP_H

#include <stddef.h>
#include <stdint.h>

#include "ckptlib/span.h"

struct ckpti_heap_iter {
	size_t chunk;
	char *at;
};

/* The next small or large span with live blocks; NULL at the end. */
struct ckpti_span *ckpti_heap_next(struct ckpti_heap_iter *iter);

/*
 * A run of live slots with the same word, from slot `from` on. Returns its
 * length and stores its first slot; 0 at the end of the span.
 */
uint32_t ckpti_heap_run(const struct ckpti_span *s, uint32_t from,
			uint32_t *ret_first);

/* The live block of the program arena that holds addr: its span and slot. */
struct ckpti_span *ckpti_heap_block(uintptr_t addr, uint32_t *ret_slot);

/* Whether the contents of a slot with this word stay out of images. */
int ckpti_word_left_out(uint32_t word);

/* From now on nobody may say what this block holds. */
void ckpti_heap_doubt(void *block);

/* Whether addr lies in a live block of the foreign arena. */
int ckpti_heap_foreign(uintptr_t addr);

#endif
