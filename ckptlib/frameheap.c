/* SPDX-License-Identifier: MIT */
/*
 * Blocks of the captured heap that a frame owns. The frame's variable leads
 * to a chain of pairs: the next pair, the block. A frame that longjmp leaves
 * keeps its blocks.
 */
#include "ckptlib/frameheap.h"

#include "ckptlib/alloc.h"
#include "ckptlib/own.h"
#include "ckptlib/wrap_heap.h"

struct pair {
	struct pair *next;
	void *block;
};

void *ckpt_alloca(void *frame, unsigned long size)
{
	struct pair **chain = frame, *p;
	void *block = ckpt_malloc(size); /* the hint is for this one */

	p = ckpti_alloc(CKPTI_PROGRAM, sizeof(*p), ckpti_voidp_type);
	if (!block || !p) {
		ckpti_free(block);
		ckpti_free(p);
		return NULL;
	}
	p->next = *chain;
	p->block = block;
	*chain = p;
	return block;
}

void ckpt_alloca_end(void *frame)
{
	struct pair **chain = frame, *p;

	/* the frame only steps aside: it is being captured */
	if (ckpt_unwinding)
		return;
	while ((p = *chain)) {
		*chain = p->next;
		ckpti_free(p->block);
		ckpti_free(p);
	}
}
