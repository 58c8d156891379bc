/* SPDX-License-Identifier: MIT */
#include "ckptlib/varray.h"

#include <stdint.h>
#include <stdlib.h>

#include "ckptlib/os.h"

#define BUCKETS 256

struct varray {
	struct ckpt_type type;
	struct varray *next;
};

static struct varray *table[BUCKETS];

static struct varray **bucket(const struct ckpt_type *elem, size_t count)
{
	uint32_t h = (uint32_t)((uintptr_t)elem >> 4) ^ (uint32_t)count;

	return &table[h * 0x9e3779b1u >> 24];
}

static const struct ckpt_type *make(struct varray **head,
				    const struct ckpt_type *elem, size_t count)
{
	struct varray *v;

	if (elem->size && count > SIZE_MAX / elem->size)
		return NULL;
	v = calloc(1, sizeof(*v));
	if (!v)
		return NULL;
	v->type.name = "array";
	v->type.kind = CKPT_ARRAY;
	v->type.align = elem->align;
	v->type.size = elem->size * count;
	v->type.count = count;
	v->type.elem = elem;
	v->next = *head;
	*head = v;
	return &v->type;
}

const struct ckpt_type *ckpti_varray(const struct ckpt_type *elem, size_t count)
{
	struct varray **head = bucket(elem, count);

	for (const struct varray *v = *head; v; v = v->next)
		if (v->type.elem == elem && v->type.count == count)
			return &v->type;
	return make(head, elem, count);
}
