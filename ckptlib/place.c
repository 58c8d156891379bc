/* SPDX-License-Identifier: MIT */
#include "ckptlib/place.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ckptlib/alloc.h"
#include "ckptlib/convert.h"
#include "ckptlib/heap.h"
#include "ckptlib/image/ldouble.h"
#include "ckptlib/source.h"
#include "ckptlib/translate.h"
#include "ckptlib/types.h"
#include "ckptlib/units.h"
#include "ckptlib/wrap_sort.h"

/* ---- types of blocks ---------------------------------------------------------------- */

/*
 * How well pointers agree in what they lead to: `int *` and `double *` have one
 * name, but what they read tells how wide numbers are (scan.c).
 */
static bool same_pointee(const struct img *img, uint32_t from,
			 const struct ckpt_type *to)
{
	const struct img_type *f = &img->types[from];

	while (f->kind == to->kind && f->elem != IMG_NONE && to->elem &&
	       (f->kind == CKPT_PTR || f->kind == CKPT_ARRAY)) {
		f = &img->types[f->elem];
		to = to->elem;
	}
	return f->kind == to->kind && (f->elem != IMG_NONE) == !!to->elem &&
	       strcmp(f->name, to->name) == 0;
}

/* Of the unit's types those with the image's name. */
static struct ckpti_conv *try_unit(struct ckpti_load *load, uint32_t from,
				   const struct ckpt_unit *unit)
{
	const struct img_type *f = &load->img->types[from];
	struct ckpti_conv *c, *loose = NULL;
	unsigned i;

	for (i = 0; unit && i < unit->ntypes; i++) {
		if (unit->types[i]->kind != f->kind ||
		    strcmp(unit->types[i]->name, f->name) != 0)
			continue;
		c = ckpti_conv_get(load, from, unit->types[i]);
		if (c && same_pointee(load->img, from, unit->types[i]))
			return c;
		if (c && !loose)
			loose = c;
	}
	return loose;
}

static struct ckpti_conv *find_type(struct ckpti_load *load, uint32_t from)
{
	const struct img_type *f = &load->img->types[from];
	struct ckpti_conv *c = NULL, *loose;
	unsigned u, i;

	if (f->unit != IMG_NONE)
		c = try_unit(load, from, load->units[f->unit]);
	loose = c;
	for (u = 0; u < ckpti_nunits(); u++) {
		if (c && same_pointee(load->img, from, c->to))
			return c;
		c = try_unit(load, from, ckpti_unit(u));
		if (!loose)
			loose = c;
	}
	if (!c)
		c = loose;
	if (c || f->kind == CKPT_STRUCT || f->kind == CKPT_UNION)
		return c;
	/* A scalar under another name: typedefs differ between machines. */
	for (u = ckpti_nunits(); u-- > 0 && !c;) {
		for (i = 0; i < ckpti_unit(u)->ntypes && !c; i++) {
			if (ckpti_unit(u)->types[i]->kind == f->kind)
				c = ckpti_conv_get(load, from,
						   ckpti_unit(u)->types[i]);
		}
	}
	return c;
}

int ckpti_place_types(struct ckpti_load *load)
{
	const struct img *img = load->img;
	struct ckpti_conv *c;
	uint32_t i, k, type;

	for (i = 0; i < img->nspans; i++) {
		for (k = 0; k < img->spans[i].nruns; k++) {
			type = img->spans[i].runs[k].type;
			if (type == IMG_NONE || load->block_types[type])
				continue;
			c = find_type(load, type);
			if (!c)
				return ckpti_load_fail(
					load,
					"this program has no type '%s'%s%s%s",
					img->types[type].name,
					img->types[type].where[0] ? " (" : "",
					img->types[type].where,
					img->types[type].where[0] ? ")" : "");
			load->why[0] = '\0'; /* of candidates that failed */
			load->block_types[type] = c->to;
		}
	}
	return 0;
}

/* ---- in place -------------------------------------------------------------------------- */

/* Whether every block looks here as it does in the image. */
static bool blocks_identical(struct ckpti_load *load)
{
	uint32_t i;

	if (!load->same_order || sizeof(void *) < 8 ||
	    load->img->layout.size[IMG_PTR] != sizeof(void *))
		return false;
	for (i = 0; i < load->img->ntypes; i++) {
		if (load->block_types[i] &&
		    !ckpti_conv_get(load, i, load->block_types[i])->identical)
			return false;
	}
	return true;
}

/* The type that a run's blocks get in this process. */
static const struct ckpt_type *type_here(struct ckpti_load *load,
					 const struct img_run *r)
{
	const struct ckpt_type *type =
		r->type == IMG_NONE ? NULL : load->block_types[r->type];

	return r->data == IMG_NO_DATA ? ckpti_left_out(type) : type;
}

static uint32_t word_of(struct ckpti_load *load, const struct img_span *s,
			const struct img_run *r)
{
	const struct ckpt_type *type = type_here(load, r);
	/* what had no type there gets none here by what points to it */
	uint32_t id = ckpti_type_id(type ? type : &ckpt_mixed);

	return CKPTI_LIVE | id << CKPTI_TYPE_SHIFT |
	       (s->slot ? s->slot - (uint32_t)r->size : 0);
}

/* Makes a span of the image at its address. */
static struct ckpti_span *place_span(struct ckpti_load *load,
				     const struct img_span *from)
{
	struct ckpti_span *s;
	uint32_t k, i, word;

	s = ckpti_arena_place((void *)(uintptr_t)from->base,
			      (size_t)from->units, from->slot);
	if (!s)
		return NULL;
	s->zero = false;
	for (k = 0; k < from->nruns; k++) {
		const struct img_run *r = &from->runs[k];

		if (!from->slot)
			s->size = (size_t)r->size;
		if (r->first + (uint64_t)r->count > s->nslots)
			return NULL;
		word = word_of(load, from, r);
		for (i = 0; i < r->count; i++)
			ckpti_arena_place_slot(s, r->first + i, word);
	}
	ckpti_arena_placed(s);
	return s;
}

static int place_chunks(struct ckpti_load *load)
{
	struct ckpti_space *space = ckpti_arena_space(CKPTI_PROGRAM);
	const struct img *img = load->img;
	uint32_t i = 0, c;

	for (c = 0; c < img->nchunks; c++) {
		const struct img_chunk *chunk = &img->chunks[c];

		if (ckpti_space_place(space, (void *)(uintptr_t)chunk->base,
				      (size_t)chunk->size))
			return -1;
		while (i < img->nspans && img->spans[i].base >= chunk->base &&
		       img->spans[i].base - chunk->base < chunk->size) {
			if (!place_span(load, &img->spans[i]))
				return -1;
			i++;
		}
	}
	return i == img->nspans ? 0 : -1;
}

/* The data lie in the image in the order of spans and slots. */
static int read_in_place(struct ckpti_load *load)
{
	const struct img *img = load->img;
	struct ckpti_source src;
	uint32_t i, k;
	int r;

	r = ckpti_source_open(&src, img);
	for (i = 0; i < img->nspans && !r; i++) {
		const struct img_span *s = &img->spans[i];

		for (k = 0; k < s->nruns && !r; k++) {
			char *at = (char *)(uintptr_t)s->base +
				   (size_t)s->runs[k].first * s->slot;

			if (s->runs[k].data == IMG_NO_DATA)
				continue; /* fresh from the kernel: zeros */
			r = ckpti_source_scatter(&src, at, s->runs[k].count,
						 s->runs[k].size, s->slot);
		}
	}
	return ckpti_source_close(&src, load, r);
}

/* ---- elsewhere ---------------------------------------------------------------------------- */

static int compare_spans(const void *pa, const void *pb)
{
	const struct ckpti_moved *a = pa, *b = pb;

	return a->span->base != b->span->base
		       ? (a->span->base < b->span->base ? -1 : 1)
		       : 0;
}

/* Allocates the blocks of a run, noting where. */
static int move_run(struct ckpti_load *load, const struct img_run *r,
		    uintptr_t *slots)
{
	const struct ckpt_type *type = type_here(load, r);
	size_t size = (size_t)r->size;
	uint32_t i;

	if (r->type != IMG_NONE)
		size = ckpti_conv_size(
			load,
			ckpti_conv_get(load, r->type,
				       load->block_types[r->type]),
			r->size);
	for (i = 0; i < r->count; i++) {
		slots[r->first + i] =
			(uintptr_t)ckpti_alloc_zero(CKPTI_PROGRAM, size, type);
		if (!slots[r->first + i])
			return ckpti_load_fail(load, "no memory for the heap");
		if (!type)
			ckpti_heap_doubt((void *)slots[r->first + i]);
	}
	return 0;
}

static int move_blocks(struct ckpti_load *load)
{
	const struct img *img = load->img;
	const struct img_run *last;
	uint32_t i, k;

	load->spans = calloc((size_t)img->nspans + 1, sizeof(*load->spans));
	if (!load->spans)
		return ckpti_load_fail(load, "no memory");
	load->nspans = img->nspans;
	for (i = 0; i < img->nspans; i++) {
		struct ckpti_moved *m = &load->spans[i];

		m->span = &img->spans[i];
		if (!m->span->nruns)
			continue;
		last = &m->span->runs[m->span->nruns - 1];
		m->slots = calloc((size_t)last->first + last->count,
				  sizeof(*m->slots));
		if (!m->slots)
			return ckpti_load_fail(load, "no memory");
		for (k = 0; k < m->span->nruns; k++) {
			if (move_run(load, &m->span->runs[k], m->slots))
				return -1;
		}
	}
	/* The order of the image is that of its data: keep it in img. */
	ckpt_qsort(load->spans, load->nspans, sizeof(*load->spans),
		   compare_spans);
	return 0;
}

int ckpti_place_blocks(struct ckpti_load *load)
{
	ckpti_arena_clear();
	if (blocks_identical(load)) {
		if (!place_chunks(load)) {
			load->in_place = true;
			return read_in_place(load);
		}
		ckpti_arena_clear();
	}
	if (load->img->limits & IMG_SAME_ADDRESSES)
		return ckpti_load_fail(
			load, "the image needs its heap at the addresses that "
			      "it had, which are in use here or whose types "
			      "differ");
	return move_blocks(load);
}

/* ---- values ---------------------------------------------------------------------------------- */

struct fixing {
	struct ckpti_load *load;
	struct ckpti_what what;
	int failed;
};

static void fix_pointer(struct fixing *f, char *at)
{
	struct ckpti_load *load = f->load;
	const char *name = "";
	uintptr_t v, p;

	memcpy(&v, at, sizeof(v));
	if (!v || (v >= load->heap_low && v < load->heap_high))
		return;
	switch (ckpti_translate(load, v, IMG_NONE, &p, &name)) {
	case CKPTI_FOUND:
		memcpy(at, &p, sizeof(p));
		break;
	case CKPTI_MISSING:
		ckpti_load_fail(load,
				"a pointer in a block of '%s' leads to "
				"'%s', which this program does not have",
				f->what.name, name);
		f->failed = 1;
		break;
	default:
		break; /* carried as it is */
	}
}

/* Words of which each may be a pointer: only where it leads outside. */
static void fix_words(struct fixing *f, char *at, size_t size)
{
	size_t i;
	uintptr_t v, old;

	for (i = 0; i + sizeof(v) <= size; i += sizeof(v)) {
		memcpy(&old, at + i, sizeof(old));
		fix_pointer(f, at + i);
		memcpy(&v, at + i, sizeof(v));
		if (v != old && (uint64_t)old >> 32 == 0) {
			ckpti_load_fail(f->load,
					"a word in a block of '%s' "
					"may be an address or a "
					"number: the writer was not "
					"built as PIE (-static-pie)",
					f->what.name);
			f->failed = 1;
		}
	}
}

static void fix_ldouble(struct fixing *f, char *at)
{
	const struct img_layout *l = &f->load->img->layout;
	long double v;

	if (f->load->same_ldouble)
		return;
	ckpti_ldouble_convert((unsigned char *)at, (enum img_ldouble)l->ldouble,
			      l->big_endian, &v);
	memset(at, 0, sizeof(v));
	memcpy(at, &v, sizeof(v));
}

static void fix(void *ctx, const struct ckpti_mapop *op, char *at)
{
	struct fixing *f = ctx;

	switch (op->code) {
	case CKPTI_OP_PTR:
		fix_pointer(f, at);
		break;
	case CKPTI_OP_UNION:
		switch (ckpti_union_shape(op->type)) {
		case CKPTI_U_POINTERS:
		case CKPTI_U_WORDS:
		case CKPTI_U_MIXED_PTR:
			fix_words(f, at, op->type->size);
			break;
		default:
			break;
		}
		break;
	case CKPTI_OP_OPAQUE:
		fix_words(f, at, op->type->size);
		break;
	case CKPTI_OP_LDOUBLE:
		fix_ldouble(f, at);
		break;
	default:
		break;
	}
}

static void fix_block(struct fixing *f, const struct ckpti_map *map, char *at,
		      size_t size)
{
	const struct ckpti_load *load = f->load;

	if (!map)
		fix_words(f, at, size);
	else if (!map->plain ||
		 !ckpti_map_within(map, at, size / map->type->size,
				   load->heap_low,
				   load->heap_high - load->heap_low))
		ckpti_map_walk(map, at, size, fix, f);
}

/* The blocks are where they were: only what leads outside changes. */
static int fix_in_place(struct ckpti_load *load)
{
	struct fixing f = { .load = load, .what = { .kind = "block of" } };
	struct ckpti_heap_iter iter = { 0 };
	const struct ckpti_map *map;
	const struct ckpt_type *type;
	struct ckpti_span *s;
	uint32_t first, n, from, i;
	size_t size;

	while ((s = ckpti_heap_next(&iter)) && !f.failed) {
		for (from = 0; (n = ckpti_heap_run(s, from, &first));
		     from = first + n) {
			type = ckpti_type_of_id(CKPTI_TYPE_OF(s->words[first]));
			map = type ? ckpti_map_of(type) : NULL;
			size = ckpti_slot_size(s, first);
			f.what.name = type ? type->name : "unknown type";
			if (type && !map)
				return ckpti_load_fail(load, "no memory");
			if (map && !map->codes)
				continue;
			for (i = first; i < first + n; i++)
				fix_block(&f, map, ckpti_slot_addr(s, i), size);
		}
	}
	return f.failed ? -1 : 0;
}

static int convert_run(struct ckpti_load *load, struct ckpti_source *src,
		       const struct img_run *r, const uintptr_t *slots)
{
	struct ckpti_what what = { .kind = "block of", .name = "bytes" };
	const struct ckpti_conv *conv = NULL;
	const void *bytes;
	uint32_t i;

	if (r->type != IMG_NONE) {
		conv = ckpti_conv_get(load, r->type,
				      load->block_types[r->type]);
		what.name = conv->to->name;
	}
	if (r->data == IMG_NO_DATA)
		return 0;
	for (i = 0; i < r->count; i++) {
		bytes = ckpti_source_next(src, r->size);
		if (!bytes)
			return -EIO;
		if (!conv)
			memcpy((void *)slots[r->first + i], bytes, r->size);
		else if (ckpti_conv_run(load, conv, bytes, r->size,
					(void *)slots[r->first + i], &what))
			return -EINVAL;
	}
	return 0;
}

static struct ckpti_moved *moved_of(struct ckpti_load *load,
				    const struct img_span *span)
{
	size_t low = 0, high = load->nspans;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (load->spans[mid].span->base < span->base)
			low = mid + 1;
		else
			high = mid;
	}
	return &load->spans[low];
}

static int convert_blocks(struct ckpti_load *load)
{
	const struct img *img = load->img;
	struct ckpti_source src;
	uint32_t i, k;
	int r;

	r = ckpti_source_open(&src, img);
	for (i = 0; i < img->nspans && !r; i++) {
		for (k = 0; k < img->spans[i].nruns && !r; k++)
			r = convert_run(load, &src, &img->spans[i].runs[k],
					moved_of(load, &img->spans[i])->slots);
	}
	return ckpti_source_close(&src, load, r);
}

int ckpti_place_values(struct ckpti_load *load)
{
	return load->in_place ? fix_in_place(load) : convert_blocks(load);
}
