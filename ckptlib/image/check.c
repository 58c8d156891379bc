/* SPDX-License-Identifier: MIT */
/* What an image's types must fulfil before anybody follows them. */
#include <errno.h>
#include <stdlib.h>

#include "ckptlib/abi.h"
#include "ckptlib/image/parse.h"

#define MAX_DEPTH 500

static int scalar_ok(const struct img_type *t)
{
	uint64_t n = t->size;

	switch (t->kind) {
	case CKPT_CHAR:
		return n == 1;
	case CKPT_INT:
	case CKPT_UINT:
		return n == 1 || n == 2 || n == 4 || n == 8 || n == 16;
	case CKPT_FLOAT:
		return n == 2 || n == 4 || n == 8 || n == 10 || n == 12 ||
		       n == 16;
	default:
		return 1;
	}
}

static int field_ok(const struct img *img, const struct img_type *t,
		    const struct img_field *f)
{
	if (f->width)
		return f->offset + f->width <= 8 * t->size;
	return f->offset <= t->size &&
	       img->types[f->type].size <= t->size - f->offset;
}

static int shape_ok(const struct img *img, const struct img_type *t)
{
	const struct img_type *elem =
		t->elem == IMG_NONE ? NULL : &img->types[t->elem];
	uint32_t i;

	if (t->kind == CKPT_PTR && t->size != img->layout.size[IMG_PTR])
		return 0;
	if (t->kind == CKPT_COMPLEX)
		return elem && /* integers too, in GNU C */
		       (elem->kind == CKPT_FLOAT || elem->kind == CKPT_CHAR ||
			elem->kind == CKPT_INT || elem->kind == CKPT_UINT) &&
		       t->size == 2 * elem->size;
	if (t->kind == CKPT_ARRAY) {
		if (!elem || (elem->size && t->count > t->size / elem->size))
			return 0;
		return t->count == 0 || t->size == t->count * elem->size;
	}
	if (t->kind != CKPT_STRUCT && t->kind != CKPT_UNION && t->nfields)
		return 0;
	for (i = 0; i < t->nfields; i++) {
		if (!field_ok(img, t, &t->fields[i]))
			return 0;
	}
	return scalar_ok(t);
}

/* 0 unseen, else 1 + the depth of what it holds; -1 while it is looked at. */
static int depth_of(const struct img *img, uint32_t index, short *depths,
		    int level)
{
	const struct img_type *t = &img->types[index];
	int deepest = 0;
	uint32_t i;
	int d;

	if (depths[index])
		return depths[index];
	if (level > MAX_DEPTH)
		return -1;
	depths[index] = -1;
	if ((t->kind == CKPT_ARRAY || t->kind == CKPT_COMPLEX) &&
	    t->elem != IMG_NONE) {
		deepest = depth_of(img, t->elem, depths, level + 1);
		if (deepest < 0)
			return -1;
	}
	for (i = 0; i < t->nfields; i++) {
		d = depth_of(img, t->fields[i].type, depths, level + 1);
		if (d < 0)
			return -1;
		if (d > deepest)
			deepest = d;
	}
	depths[index] = (short)(deepest + 1);
	return deepest >= MAX_DEPTH ? -1 : deepest + 1;
}

int ckpti_img_check_types(const struct img *img)
{
	short *depths = calloc((size_t)img->ntypes + 1, sizeof(*depths));
	uint32_t i;
	int r = 0;

	if (!depths)
		return -ENOMEM;
	for (i = 0; i < img->ntypes && !r; i++) {
		if (!shape_ok(img, &img->types[i]) ||
		    depth_of(img, i, depths, 0) < 0)
			r = -EBADMSG;
	}
	free(depths);
	return r;
}
