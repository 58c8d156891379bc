/* SPDX-License-Identifier: MIT */
/* Where a byte of one layout is in the other. */
#include "ckptlib/convert.h"

static uint64_t offset_in(struct ckpti_load *load, uint32_t from,
			  const struct ckpt_type *to, uint64_t offset);

static uint64_t offset_in_struct(struct ckpti_load *load,
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
		if (!to_f)
			continue;
		return to_f->offset + offset_in(load, ff->type, to_f->type,
						offset - ff->offset);
	}
	return offset;
}

/* Past the end the distance to the end is kept. */
static uint64_t offset_in(struct ckpti_load *load, uint32_t from,
			  const struct ckpt_type *to, uint64_t offset)
{
	const struct img_type *f = &load->img->types[from];
	uint64_t each;

	if (f->kind == CKPT_ARRAY && f->elem != IMG_NONE && to->elem &&
	    load->img->types[f->elem].size) {
		each = load->img->types[f->elem].size;
		return offset / each * to->elem->size +
		       offset_in(load, f->elem, to->elem, offset % each);
	}
	if (offset >= f->size)
		return to->size + (offset - f->size);
	if (f->kind == CKPT_STRUCT && to->kind == CKPT_STRUCT)
		return offset_in_struct(load, f, to, offset);
	if (f->kind == CKPT_UNION && to->kind == CKPT_UNION && f->nfields &&
	    f->size != to->size)
		return offset_in(load, f->fields[0].type, to->fields[0].type,
				 offset);
	return offset;
}

size_t ckpti_conv_offset(struct ckpti_load *load, uint32_t from,
			 const struct ckpt_type *to, uint64_t offset)
{
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
					offset_in(load, c->tail->from,
						  c->tail->to,
						  (offset - c->from_tail) %
							  each));
	}
	if (!f->size)
		return (size_t)offset;
	return (size_t)(offset / f->size * to->size +
			offset_in(load, from, to, offset % f->size));
}
