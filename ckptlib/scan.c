/* SPDX-License-Identifier: MIT */
#include "ckptlib/scan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ckptlib/alloc.h"
#include "ckptlib/dso.h"
#include "ckptlib/evidence.h"
#include "ckptlib/frames.h"
#include "ckptlib/hand.h"
#include "ckptlib/heap.h"
#include "ckptlib/park.h"
#include "ckptlib/streams.h"
#include "ckptlib/types.h"
#include "ckptlib/units.h"

/* Above this, a word that equals an address is one: addresses are sparse. */
#define SPARSE (sizeof(void *) > 4)

#define MAX_UNTYPED_REASONS 20

struct walk {
	struct ckpti_scan *scan;
	struct ckpti_objects *objects;
	uintptr_t heap_low, heap_high;
	bool firm; /* no part of it can be left from calls before */
	bool soft; /* the variable was perhaps never assigned */
	bool untyped; /* some blocks have no type */
	unsigned untyped_reasons;
	/* where the walk is */
	const char *name, *file;
	uint32_t line;
	const struct ckpt_type *type;
	const char *base;
};

/* ---- names for messages ---------------------------------------------------------- */

static const char *place(const struct walk *w, const char *at, char *text,
			 size_t size)
{
	size_t offset = (size_t)(at - w->base);

	if (w->name)
		snprintf(text, size, "%s", w->name);
	else
		snprintf(text, size, "(a block of %s)", w->type->name);
	if (w->type->size)
		ckpti_path(text, size, w->type, offset % w->type->size);
	return text;
}

#define REASON(w, at, limit, fmt, ...)                                   \
	do {                                                             \
		char text_[120];                                         \
		ckpti_reasons_add(&(w)->scan->reasons, limit, (w)->file, \
				  (w)->line, fmt,                        \
				  place(w, at, text_, sizeof(text_)),    \
				  ##__VA_ARGS__);                        \
	} while (0)

/* ---- pointers --------------------------------------------------------------------- */

/*
 * Marks what a value leads to outside the heap; false: nothing known. pointee:
 * of the pointer's declaration, or NULL.
 */
static bool mark_outside(struct walk *w, uintptr_t v,
			 const struct ckpt_type *pointee)
{
	struct ckpti_object *o = ckpti_object_at(w->objects, v);
	struct ckpti_funcobj *f;

	if (o) {
		o->used = true;
		if (!o->carved && o->type && o->type != pointee && !w->soft &&
		    ckpti_tells(pointee) && v - o->addr < o->size)
			o->carved =
				ckpti_is_carved(o->type, v - o->addr, pointee);
		return true;
	}
	f = ckpti_func_at(w->objects, v);
	if (f) {
		f->used = true;
		return true;
	}
	return ckpti_stream_known(v);
}

static void tell_untyped(struct walk *w, uintptr_t v, const char *at)
{
	struct ckpti_span *s;
	uint32_t i, id;

	if (w->untyped_reasons >= MAX_UNTYPED_REASONS)
		return;
	s = ckpti_heap_block(v, &i);
	if (!s)
		return;
	id = CKPTI_TYPE_OF(s->words[i]);
	if (id && id != CKPTI_TYPE_CONFLICT)
		return;
	w->untyped_reasons++;
	REASON(w, at, IMG_SAME_LAYOUT,
	       id ? "the block that '%s' points to (%lu bytes) holds no "
		    "single known type"
		  : "the block that '%s' points to (%lu bytes) is no whole "
		    "number of one known type",
	       (unsigned long)ckpti_slot_size(s, i));
}

/* The number that arrays of it are made of, or NULL. */
static const struct ckpt_type *number_of(const struct ckpt_type *t)
{
	while (t && t->kind == CKPT_ARRAY)
		t = t->elem;
	if (!t || t->kind < CKPT_CHAR || t->kind > CKPT_FLOAT)
		return NULL;
	return t;
}

/*
 * A block of numbers that a pointer reads as wider or narrower ones: what they
 * are then depends on the order of bytes. bzip2 sorts 32 bits at a time what
 * it filled byte by byte.
 */
static void tell_other_width(struct walk *w, uintptr_t v, const char *at,
			     const struct ckpt_type *pointee)
{
	const struct ckpt_type *t, *as = number_of(pointee);
	struct ckpti_span *s;
	uint32_t i, id;

	if (!as || w->soft)
		return;
	s = ckpti_heap_block(v, &i);
	id = s ? CKPTI_TYPE_OF(s->words[i]) : 0;
	t = id && id != CKPTI_TYPE_CONFLICT ? number_of(ckpti_type_of_id(id))
					    : NULL;
	if (!t || t->size == as->size ||
	    v - (uintptr_t)ckpti_slot_addr(s, i) >= ckpti_slot_size(s, i))
		return;
	REASON(w, at,
	       ckpti_width_varies(t) || ckpti_width_varies(as)
		       ? IMG_SAME_ORDER | IMG_SAME_WORD
		       : IMG_SAME_ORDER,
	       "'%s' reads a block of %s as %s", t->name, as->name);
}

static void visit_pointer(struct walk *w, const char *at,
			  const struct ckpt_type *pointee)
{
	uintptr_t v;

	memcpy(&v, at, sizeof(v));
	if (!v)
		return;
	if (v >= w->heap_low && v < w->heap_high) {
		if (w->untyped && !w->soft)
			tell_untyped(w, v, at);
		tell_other_width(w, v, at, pointee);
		return;
	}
	if (mark_outside(w, v, pointee) || w->soft)
		return;
	if (ckpti_heap_foreign(v))
		REASON(w, at, IMG_NOWHERE,
		       "'%s' points to memory of the C library or of a "
		       "library that hcc did not build");
	else if (w->firm && ckpti_in_library(v))
		REASON(w, at, IMG_NOWHERE,
		       "'%s' points into data of the C library or of a "
		       "library that hcc did not build");
}

/* Words of bytes that no type describes: each may be a pointer. */
static unsigned scan_words(struct walk *w, const char *at, size_t size)
{
	unsigned found = 0;
	uintptr_t v;
	size_t i;

	for (i = 0; i + sizeof(v) <= size; i += sizeof(v)) {
		memcpy(&v, at + i, sizeof(v));
		if (!v)
			continue;
		if (v >= w->heap_low && v < w->heap_high)
			found++;
		else if (mark_outside(w, v, NULL))
			found++;
		else if (ckpti_heap_foreign(v) && SPARSE && !w->soft)
			REASON(w, at + i, IMG_NOWHERE,
			       "'%s' may point to memory of the C library");
	}
	return found;
}

/* What bytes without a type that hold `found` addresses allow. */
static uint32_t words_limit(unsigned found)
{
	if (!found)
		return IMG_SAME_LAYOUT;
	return SPARSE ? IMG_SAME_ADDRESSES : IMG_NOWHERE;
}

static void visit_union(struct walk *w, const struct ckpt_type *t,
			const char *at)
{
	unsigned found = 0;
	uint32_t limit = 0;
	size_t i;

	switch (ckpti_union_shape(t)) {
	case CKPTI_U_BYTES:
		return;
	case CKPTI_U_POINTERS:
		for (i = 0; i + sizeof(void *) <= t->size; i += sizeof(void *))
			visit_pointer(w, at + i, NULL);
		return;
	case CKPTI_U_SCALAR:
		/* `long` may be meant, or int64_t: a reader compares sizes. */
		return;
	case CKPTI_U_MIXED:
		limit = ckpti_width_varies(t) ? IMG_SAME_LAYOUT
					      : IMG_SAME_ORDER;
		break;
	case CKPTI_U_WORDS:
		found = scan_words(w, at, t->size);
		limit = SPARSE || !found ? IMG_SAME_WORD : IMG_NOWHERE;
		break;
	case CKPTI_U_MIXED_PTR:
		found = scan_words(w, at, t->size);
		limit = SPARSE || !found ? IMG_SAME_LAYOUT : IMG_NOWHERE;
		break;
	}
	if (limit && !w->soft)
		REASON(w, at, limit,
		       found ? "'%s' is a union that holds pointers or other "
			       "values"
			     : "'%s' is a union whose members differ in size");
}

static void visit(void *ctx, const struct ckpti_mapop *op, char *at)
{
	struct walk *w = ctx;

	switch (op->code) {
	case CKPTI_OP_PTR:
		visit_pointer(w, at, op->type->elem);
		break;
	case CKPTI_OP_UNION:
		visit_union(w, op->type, at);
		break;
	case CKPTI_OP_OPAQUE:
		if (!w->soft)
			REASON(w, at,
			       words_limit(scan_words(w, at, op->type->size)),
			       "'%s' has the system's own type '%s'",
			       op->type->name);
		break;
	default:
		break;
	}
}

/* Below this a number that equals an address is hardly one. */
#define NUMBERS ((uintptr_t)UINT32_MAX)

/*
 * A local number that is an address: hcc follows what reaches objects, this
 * is for what a function keeps to itself. Outside of the heap addresses are
 * others in each process.
 */
static void visit_number(struct walk *w, const char *at)
{
	uintptr_t v;

	memcpy(&v, at, sizeof(v));
	if (v <= NUMBERS)
		return;
	if (v >= w->heap_low && v < w->heap_high)
		REASON(w, at, IMG_SAME_ADDRESSES,
		       "'%s' keeps an address as a number");
	else if (ckpti_object_at(w->objects, v))
		REASON(w, at, IMG_NOWHERE,
		       "'%s' keeps the address of a variable as a number");
}

static bool may_be_address(const struct ckpt_type *t)
{
	return SPARSE && (t->kind == CKPT_INT || t->kind == CKPT_UINT) &&
	       t->size == sizeof(uintptr_t);
}

/* ---- what is live ----------------------------------------------------------------- */

static int walk_object(struct walk *w, const struct ckpt_type *type,
		       const void *at, size_t size)
{
	const struct ckpti_map *map = ckpti_map_of(type);

	if (!map)
		return -ENOMEM;
	w->type = type;
	w->base = at;
	if (map->codes)
		ckpti_map_walk(map, (char *)(uintptr_t)at, size, visit, w);
	return 0;
}

static int walk_globals(struct walk *w)
{
	unsigned u, i;
	int r = 0;

	for (u = 0; u < ckpti_nunits() && !r; u++) {
		const struct ckpt_unit *unit = ckpti_unit(u);

		w->file = unit->name;
		for (i = 0; i < unit->nglobals && !r; i++) {
			const struct ckpt_global *g = &unit->globals[i];

			if ((g->flags & CKPT_G_CONST) ||
			    ckpti_global_left_out(g->addr))
				continue;
			w->name = g->name;
			w->line = g->line;
			r = walk_object(w, g->type, g->addr, g->type->size);
		}
	}
	return r;
}

static int walk_frames(struct walk *w)
{
	const struct ckpt_type *type;
	const struct ckpt_var *var;
	const void *at;
	size_t k, pos;
	unsigned i;
	int r = 0;

	for (k = 0; k < ckpti_frames.n && !r; k++) {
		const struct ckpt_point *p = ckpti_frames.frames[k].point;

		pos = ckpti_frames.frames[k].values;
		for (i = 0; i < p->nvars && !r; i++) {
			var = &p->vars[i];
			at = ckpti_frames.values.data + pos;
			pos += ckpti_var_stored(var);
			type = ckpti_var_type(var, at);
			if (ckpti_var_in_memory(var)) {
				memcpy(&at, at, sizeof(at));
				at = ckpti_parked(at);
			}
			w->name = var->name;
			w->file = p->file;
			w->line = var->line;
			w->soft = var->flags & CKPT_V_MAYBE;
			w->firm = var->type->kind == CKPT_PTR;
			r = walk_object(w, type, at, type->size);
			if (!w->soft && may_be_address(type))
				visit_number(w, at);
		}
	}
	w->soft = false;
	w->firm = true;
	return r;
}

/* Whether its pointers say of what width the numbers are that they read. */
static bool reads_numbers(const struct ckpti_map *map)
{
	uint32_t i;

	for (i = 0; i < map->nops; i++)
		if (map->ops[i].code == CKPTI_OP_PTR &&
		    number_of(map->ops[i].type->elem))
			return true;
	return false;
}

static int walk_run(struct walk *w, struct ckpti_span *s, uint32_t first,
		    uint32_t n)
{
	uint32_t id = CKPTI_TYPE_OF(s->words[first]);
	size_t size = ckpti_slot_size(s, first), count;
	const struct ckpti_map *map;
	uint32_t i;
	char *at;

	w->scan->nblocks += n;
	if (ckpti_word_left_out(s->words[first]))
		return 0;
	w->scan->heap_bytes += (uint64_t)n * size;
	if (!id || id == CKPTI_TYPE_CONFLICT) {
		w->untyped = true;
		return 0;
	}
	map = ckpti_map_of(ckpti_type_of_id(id));
	if (!map)
		return -ENOMEM;
	if (!map->codes)
		return 0;
	w->type = map->type;
	count = map->plain && !reads_numbers(map) ? size / map->type->size : 0;
	for (i = first; i < first + n; i++) {
		at = ckpti_slot_addr(s, i);
		if (count && !w->untyped &&
		    ckpti_map_within(map, at, count, w->heap_low,
				     w->heap_high - w->heap_low))
			continue;
		w->base = at;
		ckpti_map_walk(map, at, size, visit, w);
	}
	return 0;
}

static int walk_heap(struct walk *w)
{
	struct ckpti_heap_iter iter = { 0 };
	struct ckpti_span *s;
	uint32_t first, n, from;
	int r = 0;

	w->name = NULL;
	w->file = NULL;
	w->line = 0;
	while (!r && (s = ckpti_heap_next(&iter))) {
		for (from = 0; (n = ckpti_heap_run(s, from, &first)) && !r;
		     from = first + n)
			r = walk_run(w, s, first, n);
	}
	return r;
}

static void walk_untyped_block(struct walk *w, struct ckpti_span *s, uint32_t i)
{
	static const struct ckpt_type bytes = { .name = "no known type",
						.kind = CKPT_OPAQUE };
	size_t size = ckpti_slot_size(s, i);
	unsigned found;

	w->type = &bytes;
	w->base = ckpti_slot_addr(s, i);
	found = scan_words(w, w->base, size);
	if (words_limit(found) != IMG_SAME_LAYOUT)
		ckpti_reasons_add(&w->scan->reasons, words_limit(found), NULL,
				  0, "blocks of no known type hold addresses");
	else if (!w->untyped_reasons)
		ckpti_reasons_add(&w->scan->reasons, IMG_SAME_LAYOUT, NULL, 0,
				  "blocks of no known type are live");
}

/* Bytes without a type may hold long doubles, if the program has any. */
static bool program_has_ldouble(void)
{
	unsigned u, i;

	for (u = 0; u + 1 < ckpti_nunits(); u++) {
		for (i = 0; i < ckpti_unit(u)->ntypes; i++) {
			if (ckpti_is_ldouble(ckpti_unit(u)->types[i]))
				return true;
		}
	}
	return false;
}

static void walk_untyped(struct walk *w)
{
	struct ckpti_heap_iter iter = { 0 };
	struct ckpti_span *s;
	uint32_t first, n, from, i, id;

	while ((s = ckpti_heap_next(&iter))) {
		for (from = 0; (n = ckpti_heap_run(s, from, &first));
		     from = first + n) {
			id = CKPTI_TYPE_OF(s->words[first]);
			if (id && id != CKPTI_TYPE_CONFLICT)
				continue;
			for (i = first; i < first + n; i++)
				walk_untyped_block(w, s, i);
		}
	}
	if (program_has_ldouble())
		ckpti_reasons_add(&w->scan->reasons, IMG_SAME_LDOUBLE, NULL, 0,
				  "blocks of no known type may hold long "
				  "doubles");
}

/*
 * An image takes it for so many bytes, of which words may be pointers. Types
 * have ids for ever, so these stay.
 */
static const struct ckpt_type *bytes_type(size_t size)
{
	static struct bytes {
		struct ckpt_type type;
		struct bytes *next;
	} * all;
	struct bytes *b;

	for (b = all; b; b = b->next) {
		if (b->type.size == size)
			return &b->type;
	}
	b = calloc(1, sizeof(*b));
	if (!b)
		return NULL;
	b->type.name = "bytes";
	b->type.kind = CKPT_OPAQUE;
	b->type.align = 1;
	b->type.size = size;
	b->next = all;
	all = b;
	return &b->type;
}

/* Variables in whose arrays of bytes the program keeps structures. */
static int walk_carved(struct walk *w)
{
	struct ckpti_object *o;
	unsigned found;
	size_t i;

	for (i = 0; i < w->objects->nobjects; i++) {
		o = &w->objects->objects[i];
		if (!o->carved || ckpti_global_left_out((void *)o->addr))
			continue;
		w->type = o->type;
		w->base = ckpti_parked((void *)o->addr);
		w->name = "a local variable";
		w->file = NULL;
		w->line = 0;
		if (o->kind == CKPTI_GLOBAL) {
			w->name = ckpti_unit(o->unit)->globals[o->index].name;
			w->line = ckpti_unit(o->unit)->globals[o->index].line;
			w->file = ckpti_unit(o->unit)->name;
		}
		found = scan_words(w, w->base, o->size);
		ckpti_reasons_add(&w->scan->reasons,
				  found && o->kind != CKPTI_GLOBAL
					  ? IMG_NOWHERE
					  : words_limit(found),
				  w->file, w->line,
				  "structures are kept in the bytes of '%s'%s",
				  w->name,
				  found ? ", which hold addresses" : "");
		if (found && o->kind == CKPTI_GLOBAL) {
			o->as = bytes_type(o->size);
			if (!o->as)
				return -ENOMEM;
		}
	}
	return 0;
}

void ckpti_scan_begin(struct ckpti_scan *scan)
{
	memset(scan, 0, sizeof(*scan));
	ckpti_reasons_begin(&scan->reasons);
}

int ckpti_scan_run(struct ckpti_scan *scan)
{
	struct ckpti_space *space = ckpti_arena_space(CKPTI_PROGRAM);
	struct walk w = { .firm = true,
			  .scan = scan,
			  .objects = &scan->objects,
			  .heap_low = space->low,
			  .heap_high = space->high };

	ckpti_libraries_look();
	if (ckpti_objects_make(&scan->objects))
		return -ENOMEM;
	if (scan->objects.shared)
		ckpti_reasons_add(&scan->reasons, IMG_NOWHERE, NULL, 0,
				  "two variables share a place on the stack at "
				  "this poll");
	if (ckpti_evidence_run())
		return -ENOMEM;
	/* The heap first: it tells whether blocks are left without a type. */
	if (walk_heap(&w) || walk_globals(&w) || walk_frames(&w))
		return -ENOMEM;
	if (w.untyped)
		walk_untyped(&w);
	if (walk_carved(&w))
		return -ENOMEM;
	return scan->reasons.failed ? -ENOMEM : 0;
}

void ckpti_scan_release(struct ckpti_scan *scan)
{
	ckpti_objects_release(&scan->objects);
	ckpti_reasons_release(&scan->reasons);
}
