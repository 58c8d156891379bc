/* SPDX-License-Identifier: MIT */
#include "ckptlib/translate.h"

#include <stdlib.h>
#include <string.h>

#include "ckptlib/convert.h"
#include "ckptlib/os.h"
#include "ckptlib/streams.h"
#include "ckptlib/units.h"
#include "ckptlib/wrap_heap.h"
#include "ckptlib/wrap_sort.h"

/* ---- targets ---------------------------------------------------------------------- */

static int add_to(struct ckpti_load *load, struct ckpti_target **list,
		  size_t *n, const struct ckpti_target *t)
{
	struct ckpti_target *p = *list;

	/* Doubled at each power of two. */
	if (!(*n & (*n - 1))) {
		p = realloc(p, (*n ? 2 * *n : 1) * sizeof(*p));
		if (!p)
			return ckpti_load_fail(load, "no memory");
		*list = p;
	}
	p[(*n)++] = *t;
	return 0;
}

int ckpti_target_add(struct ckpti_load *load, const struct ckpti_target *t)
{
	return t->size ? add_to(load, &load->targets, &load->ntargets, t) : 0;
}

static int compare_targets(const void *pa, const void *pb)
{
	const struct ckpti_target *a = pa, *b = pb;

	return a->addr != b->addr ? (a->addr < b->addr ? -1 : 1) : 0;
}

void ckpti_targets_sort(struct ckpti_load *load)
{
	ckpt_qsort(load->targets, load->ntargets, sizeof(*load->targets),
		   compare_targets);
	ckpt_qsort(load->funcs, load->nfuncs, sizeof(*load->funcs),
		   compare_targets);
}

static void (*find_func(const struct ckpt_unit *unit, const char *name))(void)
{
	unsigned u, i;

	for (i = 0; unit && i < unit->nfuncaddrs; i++) {
		if (strcmp(unit->funcaddrs[i].name, name) == 0)
			return unit->funcaddrs[i].addr;
	}
	for (u = 0; u < ckpti_nunits(); u++) {
		unit = ckpti_unit(u);
		for (i = 0; i < unit->nfuncaddrs; i++) {
			if (!unit->funcaddrs[i].is_static &&
			    strcmp(unit->funcaddrs[i].name, name) == 0)
				return unit->funcaddrs[i].addr;
		}
	}
	return NULL;
}

static int add_funcs(struct ckpti_load *load)
{
	const struct img *img = load->img;
	uint32_t i;

	for (i = 0; i < img->nfuncs; i++) {
		const struct img_func *f = &img->funcs[i];
		struct ckpti_target t = {
			.addr = f->addr,
			.size = 1,
			.type = IMG_NONE,
			.name = f->name,
			.to = (uintptr_t)find_func(load->units[f->unit],
						   f->name),
		};

		if (add_to(load, &load->funcs, &load->nfuncs, &t))
			return -1;
	}
	return 0;
}

static int add_globals(struct ckpti_load *load)
{
	const struct img *img = load->img;
	const struct ckpt_global *g;
	uint32_t i;

	for (i = 0; i < img->nglobals; i++) {
		const struct img_global *from = &img->globals[i];
		struct ckpti_target t = {
			.addr = from->addr,
			.size = img->types[from->type].size,
			.type = from->type,
			.name = from->name,
		};

		g = load->units[from->unit]
			    ? ckpti_global_named(load->units[from->unit],
						 from->name, from->copy)
			    : NULL;
		if (g) {
			t.to = (uintptr_t)g->addr;
			t.to_type = g->type;
		}
		if (ckpti_target_add(load, &t))
			return -1;
	}
	return 0;
}

/* ---- string literals ------------------------------------------------------------------ */

/* Whether our literal has the same characters as the image's. */
static bool same_text(const struct ckpti_load *load, const struct img_string *s,
		      const struct ckpt_string *t)
{
	const unsigned char *a = s->bytes, *b = t->addr;
	uint64_t i;
	uint32_t k;

	if (s->size != t->size || s->width != t->width)
		return false;
	if (s->width == 1 || load->img->layout.big_endian ==
				     (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__))
		return memcmp(a, b, s->size) == 0;
	for (i = 0; i + s->width <= s->size; i += s->width) {
		for (k = 0; k < s->width; k++) {
			if (a[i + k] != b[i + s->width - 1 - k])
				return false;
		}
	}
	return true;
}

/* This program has no such literal (another #ifdef): one of our own. */
static void *copy_text(const struct ckpti_load *load,
		       const struct img_string *s)
{
	unsigned char *p = ckpt_malloc(s->size ? s->size : 1);
	bool swap = load->img->layout.big_endian !=
		    (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
	uint64_t i;

	if (!p)
		return NULL;
	for (i = 0; i < s->size; i++)
		p[i] = s->bytes[swap ? i / s->width * s->width + s->width - 1 -
						i % s->width
				     : i];
	return p;
}

static const void *find_text(const struct ckpti_load *load,
			     const struct img_string *s)
{
	unsigned u, i;

	for (u = 0; u < ckpti_nunits(); u++) {
		const struct ckpt_unit *unit = ckpti_unit(u);

		for (i = 0; i < unit->nstrings; i++) {
			if (same_text(load, s, &unit->strings[i]))
				return unit->strings[i].addr;
		}
	}
	return copy_text(load, s);
}

static int add_strings(struct ckpti_load *load)
{
	const struct img *img = load->img;
	uint32_t i;

	for (i = 0; i < img->nstrings; i++) {
		const struct img_string *s = &img->strings[i];
		struct ckpti_target t = {
			.addr = s->addr,
			.size = s->size,
			.type = IMG_NONE,
			.width = s->width,
			.name = "a string literal",
			.to = (uintptr_t)find_text(load, s),
		};

		if (!t.to)
			return ckpti_load_fail(load, "no memory");
		if (ckpti_target_add(load, &t))
			return -1;
	}
	return 0;
}

int ckpti_targets_make(struct ckpti_load *load)
{
	return add_funcs(load) || add_globals(load) || add_strings(load) ? -1
									 : 0;
}

/* ---- pointers ---------------------------------------------------------------------------- */

/*
 * addr is the end of `before` and the start of `t`: one past the end of the
 * one only if its type says that and the other's does not.
 */
static bool means_end(const struct img *img, const struct ckpti_target *before,
		      const struct ckpti_target *t, uint32_t pointee)
{
	if (pointee == IMG_NONE || img->types[pointee].kind == CKPT_VOID)
		return false;
	if (t->type == IMG_NONE)
		return before->type != IMG_NONE &&
		       img->types[pointee].kind != CKPT_CHAR &&
		       ckpti_img_starts(img, before->type, pointee);
	if (ckpti_img_starts(img, t->type, pointee) || before->type == IMG_NONE)
		return false;
	return ckpti_img_starts(img, before->type, pointee);
}

static struct ckpti_target *target_at(struct ckpti_load *load, uint64_t addr,
				      uint32_t pointee)
{
	size_t low = 0, high = load->ntargets;
	struct ckpti_target *t;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (load->targets[mid].addr <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == 0)
		return NULL;
	t = &load->targets[low - 1];
	if (t->addr == addr && low > 1 && t[-1].addr + t[-1].size == addr &&
	    means_end(load->img, &t[-1], t, pointee))
		return &t[-1];
	return addr - t->addr <= t->size ? t : NULL;
}

static struct ckpti_target *func_at(struct ckpti_load *load, uint64_t addr)
{
	size_t low = 0, high = load->nfuncs;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (load->funcs[mid].addr < addr)
			low = mid + 1;
		else
			high = mid;
	}
	return low < load->nfuncs && load->funcs[low].addr == addr
		       ? &load->funcs[low]
		       : NULL;
}

static struct ckpti_moved *span_at(struct ckpti_load *load, uint64_t addr)
{
	size_t low = 0, high = load->nspans;
	const struct img_span *s;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (load->spans[mid].span->base <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == 0)
		return NULL;
	s = load->spans[low - 1].span;
	return addr - s->base < s->units << 16 ? &load->spans[low - 1] : NULL;
}

static const struct img_run *run_of(const struct img_span *s, uint64_t slot)
{
	uint32_t low = 0, high = s->nruns;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (s->runs[mid].first <= slot)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == 0 || slot - s->runs[low - 1].first >= s->runs[low - 1].count)
		return NULL;
	return &s->runs[low - 1];
}

static enum ckpti_found in_heap(struct ckpti_load *load, uint64_t addr,
				uint32_t pointee, uintptr_t *ret_value)
{
	struct ckpti_moved *m;
	const struct img_run *run;
	uint64_t slot, offset;
	uintptr_t to;

	if (load->in_place) {
		*ret_value = (uintptr_t)addr;
		return CKPTI_FOUND;
	}
	m = span_at(load, addr);
	if (!m)
		return CKPTI_DANGLING;
	offset = addr - m->span->base;
	slot = m->span->slot ? offset / m->span->slot : 0;
	run = run_of(m->span, slot);
	if (!run)
		return CKPTI_DANGLING;
	to = m->slots[slot];
	offset -= slot * m->span->slot;
	if (offset && run->type != IMG_NONE && load->block_types[run->type])
		offset = ckpti_conv_offset(load, run->type,
					   load->block_types[run->type], offset,
					   pointee);
	*ret_value = to + (uintptr_t)offset;
	return CKPTI_FOUND;
}

static uint32_t field_at(const struct img_type *t, uint64_t offset)
{
	uint32_t i = t->nfields;

	while (i-- > 0) {
		if (!t->fields[i].width && t->fields[i].offset <= offset)
			return i;
	}
	return IMG_NONE;
}

/* Whether the object has such a thing at that offset, or ends there in one. */
static bool holds(const struct img *img, uint32_t type, uint64_t offset,
		  uint32_t pointee)
{
	const struct img_type *t;
	uint32_t i;

	while (type != IMG_NONE) {
		if (offset == 0 && ckpti_img_starts(img, type, pointee))
			return true;
		t = &img->types[type];
		if (t->kind == CKPT_ARRAY && t->elem != IMG_NONE &&
		    img->types[t->elem].size) {
			offset %= img->types[t->elem].size;
			type = t->elem;
		} else if (t->kind == CKPT_STRUCT &&
			   (i = field_at(t, offset)) != IMG_NONE) {
			offset -= t->fields[i].offset;
			type = t->fields[i].type;
		} else {
			return false;
		}
	}
	return true; /* nobody knows */
}

/*
 * One element before an array's first, as in `sp = stack - 1`: no object is
 * there, or another one, but the program counts from it. Only where the
 * array's elements are what the pointer is declared to lead to, and what is
 * there is not.
 */
static bool before_start(struct ckpti_load *load, uint64_t addr,
			 uint32_t pointee, uintptr_t *ret_value)
{
	const struct img *img = load->img;
	const struct ckpt_type *to;
	struct ckpti_target *t;
	uint64_t start;
	uint32_t from;

	if (pointee == IMG_NONE || img->types[pointee].kind == CKPT_VOID ||
	    !img->types[pointee].size)
		return false;
	t = target_at(load, addr, pointee);
	if (t && holds(img, t->type, addr - t->addr, pointee))
		return false;
	start = addr + img->types[pointee].size;
	t = target_at(load, start, pointee);
	if (!t || t->addr != start || !t->to || !t->to_type)
		return false;
	from = t->type;
	to = t->to_type;
	while (from != IMG_NONE && from != pointee &&
	       img->types[from].kind == CKPT_ARRAY && to->kind == CKPT_ARRAY) {
		from = img->types[from].elem;
		to = to->elem;
	}
	if (from != pointee)
		return false;
	*ret_value = t->to - to->size;
	return true;
}

/* Whether it may have led somewhere before: to a frame that has returned. */
static bool was_memory(const struct img *img, uint64_t addr)
{
	uint32_t i;

	for (i = 0; i < img->nranges; i++) {
		if (addr - img->ranges[i].base < img->ranges[i].size)
			return true;
	}
	return false;
}

enum ckpti_found ckpti_translate(struct ckpti_load *load, uint64_t addr,
				 uint32_t pointee, uintptr_t *ret_value,
				 const char **ret_name)
{
	struct ckpti_target *t;
	uint64_t offset;
	FILE *stream;

	if (addr >= load->heap_low && addr < load->heap_high)
		return in_heap(load, addr, pointee, ret_value);
	t = func_at(load, addr);
	if (!t && before_start(load, addr, pointee, ret_value))
		return CKPTI_FOUND;
	if (!t)
		t = target_at(load, addr, pointee);
	if (t && !t->to) {
		*ret_name = t->name;
		return CKPTI_MISSING;
	}
	if (t) {
		offset = addr - t->addr;
		if (offset && t->type != IMG_NONE && t->to_type)
			offset = ckpti_conv_offset(load, t->type, t->to_type,
						   offset, pointee);
		*ret_value = t->to + (uintptr_t)offset;
		return CKPTI_FOUND;
	}
	stream = ckpti_stream_restored(load->img, addr);
	if (!stream)
		return was_memory(load->img, addr) ? CKPTI_DANGLING
						   : CKPTI_UNKNOWN;
	*ret_value = (uintptr_t)stream;
	return CKPTI_FOUND;
}

/* Small negative numbers, such as MAP_FAILED, stay what they are. */
#define NEGATIVES 4096

bool ckpti_carry(struct ckpti_load *load, uint64_t addr, uintptr_t *ret_value)
{
	unsigned from = load->img->layout.size[IMG_PTR];

	if (from < sizeof(uintptr_t) && addr >= (uint32_t)-NEGATIVES)
		*ret_value = (uintptr_t)(intptr_t)(int32_t)addr;
	else
		*ret_value = (uintptr_t)addr;
	return *ret_value == addr || from < sizeof(uintptr_t) ||
	       addr >= (uint64_t)-NEGATIVES;
}
