/* SPDX-License-Identifier: MIT */
#include "ckptlib/objects.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ckptlib/frames.h"
#include "ckptlib/os.h"
#include "ckptlib/units.h"
#include "ckptlib/wrap_sort.h"

static struct ckpti_object *add(struct ckpti_objects *all, uintptr_t addr,
				size_t size)
{
	struct ckpti_object *o;

	o = ckpti_grow(all->objects, &all->cap, all->nobjects + 1, sizeof(*o));
	if (!o)
		return NULL;
	all->objects = o;
	o += all->nobjects++;
	memset(o, 0, sizeof(*o));
	o->addr = addr;
	o->size = size;
	return o;
}

static int add_unit(struct ckpti_objects *all, uint32_t u)
{
	const struct ckpt_unit *unit = ckpti_unit(u);
	struct ckpti_object *o;
	struct ckpti_funcobj *f;
	uint32_t i;

	for (i = 0; i < unit->nglobals; i++) {
		o = add(all, (uintptr_t)unit->globals[i].addr,
			unit->globals[i].type->size);
		if (!o)
			return -ENOMEM;
		o->kind = CKPTI_GLOBAL;
		o->unit = u;
		o->index = i;
		o->type = unit->globals[i].type;
	}
	for (i = 0; i < unit->nstrings; i++) {
		o = add(all, (uintptr_t)unit->strings[i].addr,
			unit->strings[i].size);
		if (!o)
			return -ENOMEM;
		o->kind = CKPTI_STRING;
		o->unit = u;
		o->index = i;
	}
	for (i = 0; i < unit->nfuncaddrs; i++) {
		f = ckpti_grow(all->funcs, &all->cap_funcs, all->nfuncs + 1,
			       sizeof(*f));
		if (!f)
			return -ENOMEM;
		all->funcs = f;
		f += all->nfuncs++;
		f->addr = (uintptr_t)unit->funcaddrs[i].addr;
		f->unit = u;
		f->index = i;
		f->used = false;
	}
	return 0;
}

static int add_frames(struct ckpti_objects *all)
{
	const struct ckpt_type *type;
	struct ckpti_object *o;
	uintptr_t addr;
	size_t k, at;
	unsigned i;

	for (k = 0; k < ckpti_frames.n; k++) {
		const struct ckpt_point *p = ckpti_frames.frames[k].point;

		at = ckpti_frames.frames[k].values;
		for (i = 0; i < p->nvars; i++) {
			if (ckpti_var_in_memory(&p->vars[i])) {
				memcpy(&addr, ckpti_frames.values.data + at,
				       sizeof(addr));
				type = ckpti_var_type(&p->vars[i],
						      ckpti_frames.values.data +
							      at);
				o = add(all, addr, type->size);
				if (!o)
					return -ENOMEM;
				o->kind = CKPTI_VARIABLE;
				o->index = i;
				o->type = type;
			}
			at += ckpti_var_stored(&p->vars[i]);
		}
	}
	return 0;
}

/* By address; of those that start together the longest first. */
static int compare_objects(const void *pa, const void *pb)
{
	const struct ckpti_object *a = pa, *b = pb;

	if (a->addr != b->addr)
		return a->addr < b->addr ? -1 : 1;
	return a->size != b->size ? (a->size > b->size ? -1 : 1) : 0;
}

static int compare_funcs(const void *pa, const void *pb)
{
	const struct ckpti_funcobj *a = pa, *b = pb;

	return a->addr != b->addr ? (a->addr < b->addr ? -1 : 1) : 0;
}

/*
 * Drops what has no size and what lies within a longer object (literals that
 * the linker merged), so that at most one object holds any address. Of two
 * variables in one place nobody could say which a pointer means.
 */
static void drop_nested(struct ckpti_objects *all)
{
	struct ckpti_object *o = all->objects;
	size_t n = 0;
	size_t i;

	for (i = 0; i < all->nobjects; i++) {
		if (o[i].size == 0)
			continue;
		if (n && o[n - 1].kind == CKPTI_VARIABLE &&
		    o[i].kind == CKPTI_VARIABLE &&
		    o[i].addr < o[n - 1].addr + o[n - 1].size)
			all->shared = true;
		if (n && o[n - 1].addr + o[n - 1].size >= o[i].addr + o[i].size)
			continue;
		o[n++] = o[i];
	}
	all->nobjects = n;
	all->low = n ? o[0].addr : 0;
	all->high = n ? o[n - 1].addr + o[n - 1].size : 0;
}

int ckpti_objects_make(struct ckpti_objects *all)
{
	uint32_t u;

	memset(all, 0, sizeof(*all));
	for (u = 0; u < ckpti_nunits(); u++) {
		if (add_unit(all, u))
			goto fail;
	}
	if (add_frames(all))
		goto fail;
	ckpt_qsort(all->objects, all->nobjects, sizeof(*all->objects),
		   compare_objects);
	ckpt_qsort(all->funcs, all->nfuncs, sizeof(*all->funcs), compare_funcs);
	drop_nested(all);
	return 0;
fail:
	ckpti_objects_release(all);
	return -ENOMEM;
}

void ckpti_objects_release(struct ckpti_objects *all)
{
	free(all->objects);
	free(all->funcs);
	memset(all, 0, sizeof(*all));
}

struct ckpti_object *ckpti_object_at(struct ckpti_objects *all, uintptr_t addr)
{
	size_t low = 0, high = all->nobjects;
	struct ckpti_object *o;

	if (addr < all->low || addr > all->high)
		return NULL;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (all->objects[mid].addr <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == 0)
		return NULL;
	o = &all->objects[low - 1];
	/* Where one ends and the next starts both are meant, perhaps. */
	if (o->addr == addr && low > 1 && o[-1].addr + o[-1].size == addr)
		o[-1].used = true;
	return addr - o->addr <= o->size ? o : NULL;
}

struct ckpti_funcobj *ckpti_func_at(struct ckpti_objects *all, uintptr_t addr)
{
	size_t low = 0, high = all->nfuncs;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (all->funcs[mid].addr < addr)
			low = mid + 1;
		else
			high = mid;
	}
	return low < all->nfuncs && all->funcs[low].addr == addr
		       ? &all->funcs[low]
		       : NULL;
}
