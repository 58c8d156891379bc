/* SPDX-License-Identifier: MIT */
#include "ckptlib/evidence.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "ckptlib/alloc.h"
#include "ckptlib/frames.h"
#include "ckptlib/hand.h"
#include "ckptlib/heap.h"
#include "ckptlib/os.h"
#include "ckptlib/park.h"
#include "ckptlib/types.h"
#include "ckptlib/units.h"

struct found {
	struct ckpti_span *span;
	uint32_t slot;
};

/* Blocks that got a type and are still to be walked. */
struct worklist {
	struct found *v;
	size_t n, cap;
	bool failed;
	bool firm; /* what is walked holds no pointers left over from before:
		    * roots, and single structures of the heap */
};

static uint32_t type_bits(uint32_t id)
{
	return CKPTI_INFERRED | id << CKPTI_TYPE_SHIFT;
}

#define ALL_TYPE_BITS (CKPTI_INFERRED | CKPTI_TYPE_MASK << CKPTI_TYPE_SHIFT)

/* From this size on bytes may be a pool that other types are carved from. */
#define POOL_MIN 16

/* A block whose allocation said that there are bytes in a row in it. */
static bool may_be_pool(uint32_t word)
{
	uint32_t id = CKPTI_TYPE_OF(word);
	const struct ckpti_map *map;

	if (!id || id == CKPTI_TYPE_CONFLICT || (word & CKPTI_INFERRED))
		return false;
	map = ckpti_map_of(ckpti_type_of_id(id));
	return map && map->bytes;
}

/*
 * Forgets what earlier captures inferred. Whether pointers must be followed:
 * a block has no type, or might be a pool.
 */
static bool forget(void)
{
	struct ckpti_heap_iter iter = { 0 };
	struct ckpti_span *s;
	bool any = false;
	uint32_t i;

	while ((s = ckpti_heap_next(&iter))) {
		for (i = 0; i < s->nslots; i++) {
			if (!(s->words[i] & CKPTI_LIVE))
				continue;
			if (s->words[i] & CKPTI_INFERRED)
				s->words[i] &= ~ALL_TYPE_BITS;
			if (!CKPTI_TYPE_OF(s->words[i]) ||
			    (ckpti_slot_size(s, i) >= POOL_MIN &&
			     may_be_pool(s->words[i])))
				any = true;
		}
	}
	return any;
}

static void give(struct worklist *list, struct ckpti_span *s, uint32_t i,
		 const struct ckpt_type *t)
{
	uint32_t id = ckpti_type_id(t);
	struct found *f;

	s->words[i] = (s->words[i] & ~ALL_TYPE_BITS) | type_bits(id);
	f = ckpti_grow(list->v, &list->cap, list->n + 1, sizeof(*f));
	if (!f) {
		list->failed = true;
		return;
	}
	list->v = f;
	f[list->n].span = s;
	f[list->n++].slot = i;
}

/*
 * A pointer to `t` leads into bytes: what they hold has no type that we know,
 * in this capture and in all that follow.
 */
static void look_at_pool(struct ckpti_span *s, uint32_t i, uintptr_t v,
			 const struct ckpt_type *t)
{
	size_t offset = v - (uintptr_t)ckpti_slot_addr(s, i);
	const struct ckpt_type *whole;

	if (!may_be_pool(s->words[i]) || offset >= ckpti_slot_size(s, i))
		return;
	whole = ckpti_type_of_id(CKPTI_TYPE_OF(s->words[i]));
	if (whole != t && ckpti_is_carved(whole, offset, t))
		s->words[i] = (s->words[i] & ~ALL_TYPE_BITS) |
			      (uint32_t)CKPTI_TYPE_CONFLICT << CKPTI_TYPE_SHIFT;
}

/* A pointer to `t` leads to v. */
static void propose(struct worklist *list, uintptr_t v,
		    const struct ckpt_type *t)
{
	const struct ckpt_type *old;
	struct ckpti_span *s;
	uint32_t i, id;

	s = ckpti_heap_block(v, &i);
	if (!s || ckpti_type_of_id(CKPTI_TYPE_OF(s->words[i])) == t)
		return; /* nearly always */
	if (list->firm)
		look_at_pool(s, i, v, t);
	if ((uintptr_t)ckpti_slot_addr(s, i) != v)
		return;
	id = CKPTI_TYPE_OF(s->words[i]);
	if ((id && !(s->words[i] & CKPTI_INFERRED)) ||
	    id == CKPTI_TYPE_CONFLICT ||
	    !ckpti_size_fits(t, ckpti_slot_size(s, i)))
		return;
	if (!id) {
		give(list, s, i, t);
		return;
	}
	old = ckpti_type_of_id(id);
	if (ckpti_type_starts(old, t))
		return;
	if (ckpti_type_starts(t, old))
		give(list, s, i, t);
	else
		s->words[i] = (s->words[i] & ~ALL_TYPE_BITS) |
			      type_bits(CKPTI_TYPE_CONFLICT);
}

static void visit(void *ctx, const struct ckpti_mapop *op, char *at)
{
	uintptr_t v;

	if (op->code != CKPTI_OP_PTR || !ckpti_tells(op->type->elem))
		return;
	memcpy(&v, at, sizeof(v));
	if (v)
		propose(ctx, v, op->type->elem);
}

static void walk(struct worklist *list, const struct ckpt_type *type,
		 const void *at, size_t size)
{
	const struct ckpti_map *map = ckpti_map_of(type);

	if (!map)
		list->failed = true;
	else if (map->codes & (1u << CKPTI_OP_PTR | 1u << CKPTI_OP_UNION))
		ckpti_map_walk(map, (char *)(uintptr_t)at, size, visit, list);
}

static void walk_globals(struct worklist *list)
{
	unsigned u, i;

	for (u = 0; u < ckpti_nunits(); u++) {
		const struct ckpt_unit *unit = ckpti_unit(u);

		for (i = 0; i < unit->nglobals; i++)
			if (!ckpti_global_left_out(unit->globals[i].addr))
				walk(list, unit->globals[i].type,
				     unit->globals[i].addr,
				     unit->globals[i].type->size);
	}
}

static void walk_frames(struct worklist *list)
{
	const struct ckpt_type *type;
	const struct ckpt_var *var;
	const void *at;
	size_t k, pos;
	unsigned i;

	for (k = 0; k < ckpti_frames.n; k++) {
		const struct ckpt_point *p = ckpti_frames.frames[k].point;

		pos = ckpti_frames.frames[k].values;
		for (i = 0; i < p->nvars; i++) {
			var = &p->vars[i];
			at = ckpti_frames.values.data + pos;
			pos += ckpti_var_stored(var);
			if (var->flags & CKPT_V_MAYBE)
				continue;
			type = ckpti_var_type(var, at);
			if (ckpti_var_in_memory(var)) {
				memcpy(&at, at, sizeof(at));
				at = ckpti_parked(at);
			}
			walk(list, type, at, type->size);
		}
	}
}

static void walk_block(struct worklist *list, struct ckpti_span *s, uint32_t i)
{
	uint32_t id = CKPTI_TYPE_OF(s->words[i]);

	if (!id || id == CKPTI_TYPE_CONFLICT)
		return;
	list->firm = ckpti_type_of_id(id)->kind == CKPT_STRUCT &&
		     ckpti_type_of_id(id)->size == ckpti_slot_size(s, i);
	walk(list, ckpti_type_of_id(id), ckpti_slot_addr(s, i),
	     ckpti_slot_size(s, i));
}

/* Blocks whose allocation told their type. */
static void walk_heap(struct worklist *list)
{
	struct ckpti_heap_iter iter = { 0 };
	struct ckpti_span *s;
	uint32_t i;

	while ((s = ckpti_heap_next(&iter))) {
		for (i = 0; i < s->nslots; i++) {
			if ((s->words[i] & CKPTI_LIVE) &&
			    !(s->words[i] & CKPTI_INFERRED))
				walk_block(list, s, i);
		}
	}
}

int ckpti_evidence_run(void)
{
	struct worklist list = { 0 };
	struct found f;

	if (!forget())
		return 0;
	list.firm = true;
	walk_globals(&list);
	walk_frames(&list);
	walk_heap(&list);
	while (list.n && !list.failed) {
		f = list.v[--list.n];
		walk_block(&list, f.span, f.slot);
	}
	free(list.v);
	return list.failed ? -ENOMEM : 0;
}
