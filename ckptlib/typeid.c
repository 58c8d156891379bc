/* SPDX-License-Identifier: MIT */
/* Ids of types, as they stand in the words of blocks. */
#include <stdlib.h>
#include <string.h>

#include "ckptlib/alloc.h"
#include "ckptlib/os.h"

#define FIRST_SLOTS 256

static const struct ckpt_type **types; /* by id; [0] is unused */
static uint32_t ntypes = 1;
static uint32_t *table; /* ids by hash, 0: empty; a power of two long */
static uint32_t table_size;

static uint32_t hash_of(const struct ckpt_type *type)
{
	return (uint32_t)(((uintptr_t)type >> 3) * 0x9e3779b1u) >> 8;
}

static void table_add(uint32_t id)
{
	uint32_t i = hash_of(types[id]) & (table_size - 1);

	while (table[i])
		i = (i + 1) & (table_size - 1);
	table[i] = id;
}

/* Both live in memory of their own: this is called inside the allocator. */
static int table_grow(void)
{
	uint32_t size = table_size ? table_size * 2 : FIRST_SLOTS;
	const struct ckpt_type **new_types;
	uint32_t *new_table;
	uint32_t id;

	new_types = ckpti_map(NULL, size * sizeof(*types));
	new_table = ckpti_map(NULL, size * sizeof(*table));
	if (!new_types || !new_table) {
		if (new_types)
			ckpti_unmap(new_types, size * sizeof(*types));
		return -1;
	}
	if (table_size) {
		memcpy(new_types, types, ntypes * sizeof(*types));
		ckpti_unmap(types, table_size * sizeof(*types));
		ckpti_unmap(table, table_size * sizeof(*table));
	}
	types = new_types;
	table = new_table;
	table_size = size;
	for (id = 1; id < ntypes; id++)
		table_add(id);
	return 0;
}

const struct ckpt_type ckpt_mixed = { "mixed", NULL, CKPT_OPAQUE, 0,	1,
				      0,       1,    0,		  NULL, NULL };

uint32_t ckpti_type_id(const struct ckpt_type *type)
{
	uint32_t i;

	if (type == &ckpt_mixed)
		return CKPTI_TYPE_CONFLICT;
	if (table_size) {
		i = hash_of(type) & (table_size - 1);
		for (; table[i]; i = (i + 1) & (table_size - 1)) {
			if (types[table[i]] == type)
				return table[i];
		}
	}
	if (ntypes == CKPTI_TYPE_CONFLICT)
		return 0;
	if (ntypes * 2 >= table_size && table_grow())
		return 0;
	types[ntypes] = type;
	table_add(ntypes);
	return ntypes++;
}

const struct ckpt_type *ckpti_type_of_id(uint32_t id)
{
	return id && id < ntypes ? types[id] : NULL;
}

/* ---- what is left out of images --------------------------------------------------- */

static const struct ckpt_type any_bytes = {
	.name = "char",
	.kind = CKPT_CHAR,
	.align = 1,
	.size = 1,
};

struct left_out {
	struct ckpt_type type; /* a copy of *of, with the flag */
	const struct ckpt_type *of;
	struct left_out *next;
};

const struct ckpt_type *ckpti_left_out(const struct ckpt_type *type)
{
	static struct left_out *all;
	struct left_out *l;

	for (l = all; l; l = l->next) {
		if (l->of == type)
			return &l->type;
	}
	l = calloc(1, sizeof(*l));
	if (!l)
		return NULL;
	l->type = type ? *type : any_bytes;
	l->type.flags |= CKPT_T_LEFT_OUT;
	l->of = type;
	l->next = all;
	all = l;
	return &l->type;
}

const struct ckpt_type *ckpti_left_out_of(const struct ckpt_type *type)
{
	return ((const struct left_out *)type)->of;
}
