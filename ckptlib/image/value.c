/* SPDX-License-Identifier: MIT */
#include "ckptlib/image/value.h"

#include <stdlib.h>
#include <string.h>

#include "ckptlib/image/ldouble.h"

uint64_t ckpti_img_int(const struct img *img, const unsigned char *bytes,
		       unsigned size, int is_signed)
{
	uint64_t v = 0;
	unsigned i;

	for (i = 0; i < size; i++)
		v = v << 8 | bytes[img->layout.big_endian ? i : size - 1 - i];
	if (is_signed && size < 8 && v >> (8 * size - 1) & 1)
		v |= ~(uint64_t)0 << 8 * size;
	return v;
}

long double ckpti_img_float(const struct img *img, const struct img_type *type,
			    const unsigned char *bytes)
{
	uint64_t bits;
	uint32_t bits4;
	long double v;
	double d;
	float f;

	if (type->size == 4) {
		bits4 = (uint32_t)ckpti_img_int(img, bytes, 4, 0);
		memcpy(&f, &bits4, sizeof(f));
		return f;
	}
	if (type->size == 8) {
		bits = ckpti_img_int(img, bytes, 8, 0);
		memcpy(&d, &bits, sizeof(d));
		return d;
	}
	ckpti_ldouble_convert(bytes, (enum img_ldouble)img->layout.ldouble,
			      img->layout.big_endian, &v);
	return v;
}

uint64_t ckpti_img_bits(const struct img *img, const struct img_field *field,
			const unsigned char *bytes)
{
	uint64_t v = 0, bit;
	uint32_t k;

	for (k = 0; k < field->width; k++) {
		bit = field->offset + k;
		if (img->layout.big_endian)
			v = v << 1 | (bytes[bit / 8] >> (7 - bit % 8) & 1);
		else
			v |= (uint64_t)(bytes[bit / 8] >> bit % 8 & 1) << k;
	}
	if (img->types[field->type].kind == CKPT_INT && field->width < 64 &&
	    v >> (field->width - 1))
		v |= ~(uint64_t)0 << field->width;
	return v;
}

/* ---- where pointers lead -------------------------------------------------------- */

struct object {
	uint64_t addr, size;
	enum img_place_kind kind;
	uint32_t index, sub;
};

struct img_finder {
	const struct img *img;
	struct object *objects;
	size_t n, cap;
	int failed;
};

static void add(struct img_finder *f, enum img_place_kind kind, uint64_t addr,
		uint64_t size, uint32_t index, uint32_t sub)
{
	struct object *p;
	size_t cap = f->cap ? 2 * f->cap : 256;

	if (f->n == f->cap) {
		p = realloc(f->objects, cap * sizeof(*p));
		if (!p) {
			f->failed = 1;
			return;
		}
		f->objects = p;
		f->cap = cap;
	}
	p = &f->objects[f->n++];
	p->addr = addr;
	p->size = size;
	p->kind = kind;
	p->index = index;
	p->sub = sub;
}

static void add_frames(struct img_finder *f)
{
	const struct img *img = f->img;
	uint32_t i, k, n;

	for (i = 0; i < img->nframes; i++) {
		const struct img_point *p = &img->points[img->frames[i].point];

		for (k = 0, n = 0; k < p->nvars; k++) {
			if (p->vars[k].in_memory)
				add(f, IMG_AT_VARIABLE,
				    img->frames[i].addrs[n++],
				    img->types[p->vars[k].type].size, i, k);
		}
	}
}

static int compare(const void *pa, const void *pb)
{
	const struct object *a = pa, *b = pb;

	if (a->addr != b->addr)
		return a->addr < b->addr ? -1 : 1;
	return a->size != b->size ? (a->size < b->size ? -1 : 1) : 0;
}

struct img_finder *ckpti_img_finder_new(const struct img *img)
{
	struct img_finder *f = calloc(1, sizeof(*f));
	uint32_t i;

	if (!f)
		return NULL;
	f->img = img;
	for (i = 0; i < img->nglobals; i++)
		add(f, IMG_AT_GLOBAL, img->globals[i].addr,
		    img->types[img->globals[i].type].size, i, 0);
	for (i = 0; i < img->nstrings; i++)
		add(f, IMG_AT_STRING, img->strings[i].addr,
		    img->strings[i].size, i, 0);
	for (i = 0; i < img->nfuncs; i++)
		add(f, IMG_AT_FUNCTION, img->funcs[i].addr, 0, i, 0);
	for (i = 0; i < img->nstreams; i++)
		add(f, IMG_AT_STREAM, img->streams[i].addr, 0, i, 0);
	for (i = 0; i < img->nspans; i++)
		add(f, IMG_AT_BLOCK, img->spans[i].base,
		    img->spans[i].units << 16, i, 0);
	add_frames(f);
	if (f->failed) {
		ckpti_img_finder_free(f);
		return NULL;
	}
	if (f->n)
		qsort(f->objects, f->n, sizeof(*f->objects), compare);
	return f;
}

void ckpti_img_finder_free(struct img_finder *finder)
{
	if (finder)
		free(finder->objects);
	free(finder);
}

/* Narrows a span down to the block; false if none lives there. */
static int find_block(const struct img *img, uint64_t addr, struct img_place *p)
{
	const struct img_span *s = &img->spans[p->index];
	uint32_t k;

	p->slot = s->slot ? (addr - s->base) / s->slot : 0;
	p->offset = addr - s->base - p->slot * s->slot;
	for (k = 0; k < s->nruns; k++) {
		if (p->slot >= s->runs[k].first &&
		    p->slot - s->runs[k].first < s->runs[k].count) {
			p->sub = k;
			p->size = s->runs[k].size;
			return 1;
		}
	}
	return 0;
}

struct img_place ckpti_img_find(const struct img_finder *finder, uint64_t addr)
{
	const struct img_place nothing = { .kind = IMG_AT_NOTHING };
	struct img_place p = nothing;
	size_t low = 0, high = finder->n;
	const struct object *o;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (finder->objects[mid].addr <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == 0)
		return nothing;
	o = &finder->objects[low - 1];
	if (addr - o->addr > o->size)
		return nothing;
	p.kind = o->kind;
	p.index = o->index;
	p.sub = o->sub;
	p.offset = addr - o->addr;
	p.size = o->size;
	if (p.kind == IMG_AT_BLOCK && !find_block(finder->img, addr, &p))
		return nothing;
	return p;
}
