/* SPDX-License-Identifier: MIT */
/* Unions and system types of an image against the program's. */
#include <stdlib.h>
#include <string.h>

#include "ckptlib/active.h"
#include "ckptlib/match.h"
#include "ckptlib/types.h"

/* ---- unions and system types ------------------------------------------------------------ */

int ckpti_match_bytes(struct ckpti_build *b, const struct img_type *f,
		      const struct ckpt_type *to, uint64_t at, uint64_t to_at)
{
	struct ckpti_cvop *op;

	if (f->size != to->size)
		return ckpti_mismatch(b, f, to, "it has another size");
	op = ckpti_match_op(b, CKPTI_CV_WORDS, at, to_at);
	if (!op)
		return -1;
	op->count = f->size;
	return 0;
}

/* Words of one width, some of them pointers. */
static int build_words(struct ckpti_build *b, const struct img_type *f,
		       const struct ckpt_type *to, uint64_t at, uint64_t to_at)
{
	struct ckpti_cvop *op = ckpti_match_op(b, CKPTI_CV_ANY, at, to_at);

	if (!op)
		return -1;
	op->from_size = b->load->img->layout.size[IMG_PTR];
	op->to_size = sizeof(void *);
	op->count = f->size / op->from_size;
	if (op->count != to->size / op->to_size || op->from_size != op->to_size)
		return ckpti_mismatch(b, f, to, "it has another size");
	return 0;
}

/* The scalar that a union of equally wide ones stands for. */
static const struct ckpt_type *first_scalar(const struct ckpt_type *t)
{
	while (t && (t->kind == CKPT_UNION || t->kind == CKPT_STRUCT ||
		     t->kind == CKPT_ARRAY || t->kind == CKPT_COMPLEX)) {
		if (t->kind == CKPT_ARRAY || t->kind == CKPT_COMPLEX)
			t = t->elem;
		else
			t = t->nfields ? t->fields[0].type : NULL;
	}
	return t;
}

/* Whether all parts have the same places and sizes on both sides. */
static bool same_shape(const struct ckpti_load *load, const struct img_type *f,
		       const struct ckpt_type *to)
{
	uint32_t i;

	if (f->size != to->size || f->nfields != to->nfields ||
	    f->count != to->count)
		return false;
	if (f->elem != IMG_NONE && to->elem && f->kind != CKPT_PTR)
		return same_shape(load, &load->img->types[f->elem], to->elem);
	for (i = 0; i < f->nfields; i++) {
		if (f->fields[i].width != to->fields[i].width)
			return false;
		if (f->fields[i].width)
			continue;
		if (f->fields[i].offset != to->fields[i].offset ||
		    !same_shape(load, &load->img->types[f->fields[i].type],
				to->fields[i].type))
			return false;
	}
	return true;
}

/* By the order of their members and their names both are the same union. */
static bool same_members(const struct img_type *f, const struct ckpt_type *to)
{
	uint32_t k;

	if (to->kind != CKPT_UNION || f->nfields != to->nfields)
		return false;
	for (k = 0; k < f->nfields; k++) {
		if (strcmp(f->fields[k].name, to->fields[k].name) != 0)
			return false;
	}
	return true;
}

/* Pointers only: as many here as there. */
static int build_pointers(struct ckpti_build *b, const struct img_type *f,
			  const struct ckpt_type *to, uint64_t at,
			  uint64_t to_at)
{
	unsigned size = b->load->img->layout.size[IMG_PTR];
	struct ckpti_cvop *op;
	uint64_t i;

	if (f->size / size != to->size / sizeof(void *))
		return ckpti_mismatch(b, f, to, "it has another size");
	for (i = 0; i < f->size / size; i++) {
		op = ckpti_match_op(b, CKPTI_CV_PTR, at + i * size,
				    to_at + i * sizeof(void *));
		if (!op)
			return -1;
		op->from_size = (uint8_t)size;
		op->to_size = sizeof(void *);
		if (to->fields[0].type->kind == CKPT_PTR)
			op->pointee =
				b->load->img->types[f->fields[0].type].elem;
	}
	return 0;
}

static int build_scalars(struct ckpti_build *b, const struct img_type *f,
			 const struct ckpt_type *to, uint64_t at,
			 uint64_t to_at)
{
	const struct ckpt_type *scalar = first_scalar(to);
	uint64_t i;

	if (f->size != to->size || !scalar || scalar->size == 0)
		return ckpti_mismatch(b, f, to, "it has another size");
	for (i = 0; i + scalar->size <= f->size; i += scalar->size) {
		if (ckpti_match_scalar(b, (unsigned)scalar->size, at + i,
				       to_at + i))
			return -1;
	}
	return 0;
}

/* ---- what the program tells of it -------------------------------------------------------- */

static int match_member(struct ckpti_build *b, const struct img_type *f,
			const struct ckpt_type *to, uint32_t k,
			struct ckpti_member *m)
{
	const struct img_field *from = &f->fields[k];
	const struct ckpt_field *field = &to->fields[k];

	m->field = field;
	m->from = from;
	if ((from->width || field->width) && from->width != field->width)
		return ckpti_mismatch(b, f, to,
				      "a bit-field has another width");
	if (from->width) {
		b->conv->identical &= b->load->same_order;
		return 0;
	}
	m->conv = ckpti_conv_get(b->load, from->type, field->type);
	if (!m->conv)
		return -1;
	if (!m->conv->identical)
		b->conv->identical = false;
	return 0;
}

static int build_active(struct ckpti_build *b, const struct img_type *f,
			const struct ckpt_type *to, uint64_t at, uint64_t to_at,
			const struct ckpt_active *active, uint64_t owner_at)
{
	struct ckpti_told *told;
	struct ckpti_cvop *op;
	uint32_t k;

	told = calloc(1, sizeof(*told) + f->nfields * sizeof(told->members[0]));
	if (!told)
		return ckpti_load_fail(b->load, "no memory");
	told->next = b->conv->told;
	b->conv->told = told;
	told->active = active;
	told->back = (size_t)(to_at - owner_at);
	told->type = to;
	for (k = 0; k < f->nfields; k++) {
		if (match_member(b, f, to, k, &told->members[k]))
			return -1;
	}
	op = ckpti_match_op(b, CKPTI_CV_ACTIVE, at, to_at);
	if (!op)
		return -1;
	op->told = told;
	op->count = f->size;
	return 0;
}

int ckpti_match_union(struct ckpti_build *b, const struct img_type *f,
		      const struct ckpt_type *to, uint64_t at, uint64_t to_at,
		      const struct ckpt_active *active, uint64_t owner_at)
{
	enum ckpti_union_shape shape;

	if (!same_members(f, to))
		return ckpti_mismatch(b, f, to, "it has other members");
	if (active)
		return build_active(b, f, to, at, to_at, active, owner_at);
	shape = ckpti_union_shape(to);
	if (shape == CKPTI_U_POINTERS)
		return build_pointers(b, f, to, at, to_at);
	if (shape == CKPTI_U_WORDS)
		return build_words(b, f, to, at, to_at);
	if (!same_shape(b->load, f, to))
		return ckpti_mismatch(b, f, to, "its members have other sizes");
	switch (shape) {
	case CKPTI_U_SCALAR:
		return build_scalars(b, f, to, at, to_at);
	case CKPTI_U_MIXED_PTR:
		return ckpti_match_bytes(b, f, to, at, to_at);
	case CKPTI_U_MIXED:
		if (!b->load->same_order)
			return ckpti_mismatch(b, f, to,
					      "which member it holds is not "
					      "known");
		/* fall through */
	default:
		return ckpti_match_copy(b, f->size, at, to_at);
	}
}
