/* SPDX-License-Identifier: MIT */
/* Where a byte of one layout is in the other. */
#include <string.h>

#include "ckptlib/convert.h"

bool ckpti_img_starts(const struct img *img, uint32_t whole, uint32_t part)
{
	const struct img_type *p = &img->types[part];
	int depth;

	for (depth = 0; whole != IMG_NONE && depth < 100; depth++) {
		const struct img_type *w = &img->types[whole];

		if (whole == part ||
		    (w->kind == p->kind && w->size == p->size &&
		     strcmp(w->name, p->name) == 0))
			return true;
		if (w->kind == CKPT_ARRAY)
			whole = w->elem;
		else if (w->kind == CKPT_STRUCT && w->nfields &&
			 !w->fields[0].width)
			whole = w->fields[0].type;
		else
			return false;
	}
	return false;
}

struct place {
	struct ckpti_load *load;
	uint32_t pointee;
};

static uint64_t offset_in(const struct place *p, uint32_t from,
			  const struct ckpt_type *to, uint64_t offset);

static bool has_pointee(const struct place *p)
{
	return p->pointee != IMG_NONE &&
	       p->load->img->types[p->pointee].kind != CKPT_VOID;
}

/*
 * The offset is where the field i starts. It may be the end of the array
 * before: only if the pointer's type says that and the field's does not.
 */
static bool means_end_before(const struct place *p, const struct img_type *f,
			     uint32_t i, uint64_t offset)
{
	const struct img *img = p->load->img;
	const struct img_field *before;
	const struct img_type *t;

	if (i == 0 || f->fields[i].offset != offset || !has_pointee(p))
		return false;
	before = &f->fields[i - 1];
	t = &img->types[before->type];
	return !before->width && t->kind == CKPT_ARRAY &&
	       before->offset + t->size == offset &&
	       ckpti_img_starts(img, before->type, p->pointee) &&
	       !ckpti_img_starts(img, f->fields[i].type, p->pointee);
}

static uint64_t offset_in_struct(const struct place *p,
				 const struct img_type *f,
				 const struct ckpt_type *to, uint64_t offset)
{
	const struct ckpt_field *to_f;
	uint32_t i;

	for (i = f->nfields; i-- > 0;) {
		const struct img_field *ff = &f->fields[i];

		if (ff->width || offset < ff->offset)
			continue;
		to_f = ckpti_field_for(f, i, to);
		if (!to_f || means_end_before(p, f, i, offset))
			continue;
		return to_f->offset +
		       offset_in(p, ff->type, to_f->type, offset - ff->offset);
	}
	return offset;
}

/* Whether an object of the pointee's type starts at that byte. */
static bool holds(const struct place *p, uint32_t from, uint64_t offset)
{
	const struct img *img = p->load->img;
	const struct img_type *f = &img->types[from];
	uint32_t i;

	if (offset == 0 && ckpti_img_starts(img, from, p->pointee))
		return true;
	if (f->kind == CKPT_ARRAY && f->elem != IMG_NONE &&
	    img->types[f->elem].size)
		return holds(p, f->elem, offset % img->types[f->elem].size);
	if (f->kind != CKPT_STRUCT && f->kind != CKPT_UNION)
		return false;
	for (i = 0; i < f->nfields; i++) {
		const struct img_field *ff = &f->fields[i];

		if (!ff->width && offset >= ff->offset &&
		    offset - ff->offset <= img->types[ff->type].size &&
		    holds(p, ff->type, offset - ff->offset))
			return true;
	}
	return false;
}

/*
 * The same byte of each member that may be meant; they should agree. Where
 * the pointer's type does not tell, all count.
 */
static uint64_t offset_in_union(const struct place *p, const struct img_type *f,
				const struct ckpt_type *to, uint64_t offset)
{
	bool told = false, any = false;
	uint64_t result = offset, at;
	uint32_t i;

	for (i = 0; i < f->nfields && has_pointee(p); i++)
		told |= holds(p, f->fields[i].type, offset);
	for (i = 0; i < f->nfields && i < to->nfields; i++) {
		const struct img_field *ff = &f->fields[i];

		if (ff->width || offset >= p->load->img->types[ff->type].size ||
		    (told && !holds(p, ff->type, offset)))
			continue;
		at = offset_in(p, ff->type, to->fields[i].type, offset);
		if (any && at != result)
			p->load->unclear = f->name;
		any = true;
		result = at;
	}
	return result;
}

/* Past the end the distance to the end is kept. */
static uint64_t offset_in(const struct place *p, uint32_t from,
			  const struct ckpt_type *to, uint64_t offset)
{
	const struct img *img = p->load->img;
	const struct img_type *f = &img->types[from];
	uint64_t each;

	if (f->kind == CKPT_ARRAY && f->elem != IMG_NONE && to->elem &&
	    img->types[f->elem].size) {
		each = img->types[f->elem].size;
		return offset / each * to->elem->size +
		       offset_in(p, f->elem, to->elem, offset % each);
	}
	if (offset >= f->size)
		return to->size + (offset - f->size);
	if (f->kind == CKPT_STRUCT && to->kind == CKPT_STRUCT)
		return offset_in_struct(p, f, to, offset);
	if (f->kind == CKPT_UNION && to->kind == CKPT_UNION && offset)
		return offset_in_union(p, f, to, offset);
	return offset;
}

size_t ckpti_conv_offset(struct ckpti_load *load, uint32_t from,
			 const struct ckpt_type *to, uint64_t offset,
			 uint32_t pointee)
{
	const struct place p = { load, pointee };
	const struct img_type *f = &load->img->types[from];
	struct ckpti_conv *c = load->convs[from];
	uint64_t each;

	if (load->same_order && c && c->to == to && c->identical)
		return (size_t)offset;
	while (c && c->to != to)
		c = c->next;
	if (c && c->tail && offset >= c->from_tail) {
		each = load->img->types[c->tail->from].size;
		if (each)
			return (size_t)(c->to_tail +
					(offset - c->from_tail) / each *
						c->tail->to->size +
					offset_in(&p, c->tail->from,
						  c->tail->to,
						  (offset - c->from_tail) %
							  each));
	}
	if (!f->size)
		return (size_t)offset;
	return (size_t)(offset / f->size * to->size +
			offset_in(&p, from, to, offset % f->size));
}
