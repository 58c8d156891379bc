/* SPDX-License-Identifier: MIT */
#include "ckptlib/heap.h"

#include "ckptlib/alloc.h"

struct ckpti_span *ckpti_heap_next(struct ckpti_heap_iter *iter)
{
	struct ckpti_space *space = ckpti_arena_space(CKPTI_PROGRAM);
	struct ckpti_span *s;

	for (; iter->chunk < space->nchunks; iter->chunk++, iter->at = NULL) {
		const struct ckpti_chunk *c = &space->chunks[iter->chunk];

		if (!iter->at)
			iter->at = c->base;
		while (iter->at < c->fresh) {
			s = ckpti_span_at(iter->at);
			if (!s) {
				iter->at += CKPTI_UNIT;
				continue;
			}
			iter->at = s->base +
				   ((size_t)s->units << CKPTI_UNIT_SHIFT);
			if (s->state != CKPTI_RUN_FREE && s->live)
				return s;
		}
	}
	return NULL;
}

uint32_t ckpti_heap_run(const struct ckpti_span *s, uint32_t from,
			uint32_t *ret_first)
{
	uint32_t end = s->state == CKPTI_LARGE ? 1 : s->bump;
	uint32_t i = from;
	uint32_t word;

	while (i < end && !(s->words[i] & CKPTI_LIVE))
		i++;
	if (i >= end)
		return 0;
	*ret_first = i;
	word = s->words[i];
	while (i < end && s->words[i] == word)
		i++;
	return i - *ret_first;
}

static struct ckpti_span *live_block(uintptr_t addr, unsigned arena,
				     uint32_t *ret_slot)
{
	struct ckpti_span *s = ckpti_span_at((void *)addr);
	uint32_t i;

	if (!s || s->state == CKPTI_RUN_FREE || s->arena != arena)
		return NULL;
	i = ckpti_slot_of(s, (void *)addr);
	if (i >= s->nslots || !(s->words[i] & CKPTI_LIVE))
		return NULL;
	*ret_slot = i;
	return s;
}

struct ckpti_span *ckpti_heap_block(uintptr_t addr, uint32_t *ret_slot)
{
	return live_block(addr, CKPTI_PROGRAM, ret_slot);
}

int ckpti_heap_foreign(uintptr_t addr)
{
	uint32_t slot;

	return live_block(addr, CKPTI_FOREIGN, &slot) != NULL;
}

int ckpti_word_left_out(uint32_t word)
{
	const struct ckpt_type *type = ckpti_type_of_id(CKPTI_TYPE_OF(word));

	return type && (type->flags & CKPT_T_LEFT_OUT);
}

void ckpti_heap_doubt(void *block)
{
	struct ckpti_span *s;
	uint32_t i;

	s = ckpti_heap_block((uintptr_t)block, &i);
	if (s)
		s->words[i] |= (uint32_t)CKPTI_TYPE_CONFLICT
			       << CKPTI_TYPE_SHIFT;
}
