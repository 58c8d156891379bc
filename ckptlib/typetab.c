/* SPDX-License-Identifier: MIT */
#include "ckptlib/typetab.h"

#include <stdlib.h>
#include <string.h>

#include "ckptlib/alloc.h"
#include "ckptlib/image/img.h"
#include "ckptlib/sink.h"
#include "ckptlib/units.h"

static uint32_t *slot_of(struct ckpti_typetab *tab,
			 const struct ckpt_type *type)
{
	uint32_t id = ckpti_type_id(type);
	size_t old = tab->cap_ids;
	uint32_t *p;

	if (!id) {
		tab->failed = 1;
		return NULL;
	}
	p = ckpti_grow(tab->by_id, &tab->cap_ids, (size_t)id + 1, sizeof(*p));
	if (!p) {
		tab->failed = 1;
		return NULL;
	}
	if (tab->cap_ids > old)
		memset(p + old, 0, (tab->cap_ids - old) * sizeof(*p));
	tab->by_id = p;
	return &p[id];
}

uint32_t ckpti_typetab_add(struct ckpti_typetab *tab,
			   const struct ckpt_type *type)
{
	uint32_t *slot = slot_of(tab, type);
	const struct ckpt_type **p;
	uint32_t index;
	unsigned i;

	if (!slot)
		return IMG_NONE;
	if (*slot)
		return *slot - 1;
	p = ckpti_grow(tab->types, &tab->cap, tab->n + 1, sizeof(*p));
	if (!p) {
		tab->failed = 1;
		return IMG_NONE;
	}
	tab->types = p;
	p[tab->n] = type;
	index = (uint32_t)tab->n++;
	*slot = index + 1;
	if (type->elem)
		ckpti_typetab_add(tab, type->elem);
	for (i = 0; i < type->nfields; i++)
		ckpti_typetab_add(tab, type->fields[i].type);
	return index;
}

/* ---- units of types ---------------------------------------------------------------- */

static uint32_t unit_of(const struct ckpt_type *type)
{
	unsigned u, i;

	if (type->kind != CKPT_STRUCT && type->kind != CKPT_UNION)
		return IMG_NONE;
	for (u = 0; u < ckpti_nunits(); u++) {
		for (i = 0; i < ckpti_unit(u)->ntypes; i++) {
			if (ckpti_unit(u)->types[i] == type)
				return u;
		}
	}
	return IMG_NONE;
}

/* ---- bit-fields ---------------------------------------------------------------------- */

#define BIG (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)

/*
 * The bits before a bit-field in its object: found by storing all ones in an
 * object of zeros. The order of bits follows the order of bytes.
 */
static uint64_t first_bit(const struct ckpt_type *type,
			  const struct ckpt_field *f)
{
	unsigned char *object;
	uint64_t bit = 0;
	size_t i;

	if (!f->set)
		return 0;
	object = ckpti_map(NULL, type->size + 64);
	if (!object)
		return 0;
	f->set(object, -1);
	for (i = 0; i < type->size && !object[i]; i++)
		;
	if (i < type->size)
		bit = 8 * (uint64_t)i +
		      (uint64_t)(BIG ? __builtin_clz((unsigned)object[i] << 24)
				     : __builtin_ctz(object[i]));
	ckpti_unmap(object, type->size + 64);
	return bit;
}

/* ---- the section ---------------------------------------------------------------------- */

static void put_type(struct ckpti_typetab *tab, struct ckpti_buf *buf,
		     const struct ckpt_type *t)
{
	const struct ckpt_field *f;
	uint32_t unit = unit_of(t);
	unsigned i;

	ckpti_put_text(buf, t->name);
	ckpti_put_text(buf, t->where);
	ckpti_put_uint(buf, unit == IMG_NONE ? 0 : unit + 1);
	ckpti_put_uint(buf, t->kind);
	ckpti_put_uint(buf, t->flags);
	ckpti_put_uint(buf, t->align);
	ckpti_put_uint(buf, t->size);
	ckpti_put_uint(buf, t->count);
	ckpti_put_uint(buf, t->elem ? ckpti_typetab_add(tab, t->elem) + 1 : 0);
	ckpti_put_uint(buf, t->nfields);
	for (i = 0; i < t->nfields; i++) {
		f = &t->fields[i];
		ckpti_put_text(buf, f->name);
		ckpti_put_uint(buf, ckpti_typetab_add(tab, f->type));
		ckpti_put_uint(buf, f->width);
		ckpti_put_uint(buf, f->width ? first_bit(t, f) : f->offset);
	}
}

void ckpti_typetab_put(struct ckpti_typetab *tab, struct ckpti_buf *buf)
{
	size_t i;

	ckpti_put_uint(buf, tab->n);
	for (i = 0; i < tab->n; i++)
		put_type(tab, buf, tab->types[i]);
	if (tab->failed)
		buf->failed = 1;
}

void ckpti_typetab_release(struct ckpti_typetab *tab)
{
	free(tab->types);
	free(tab->by_id);
	memset(tab, 0, sizeof(*tab));
}
