/* SPDX-License-Identifier: MIT */
#include "ckptlib/types.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ckptlib/active.h"
#include "ckptlib/alloc.h"
#include "ckptlib/os.h"

#define MAX_DEPTH 200 /* of types within types; a guard, not a limit */

bool ckpti_is_ldouble(const struct ckpt_type *type)
{
	return type->kind == CKPT_FLOAT &&
	       (type->size > 8 || strcmp(type->name, "long double") == 0);
}

/* ---- maps ---------------------------------------------------------------------- */

struct builder {
	struct ckpti_mapop *ops;
	size_t nops, cap;
	bool failed;
};

static struct ckpti_mapop *add_op(struct builder *b, unsigned code,
				  size_t offset, const struct ckpt_type *type)
{
	struct ckpti_mapop *op;

	op = ckpti_grow(b->ops, &b->cap, b->nops + 1, sizeof(*op));
	if (!op) {
		b->failed = true;
		return NULL;
	}
	b->ops = op;
	op += b->nops++;
	memset(op, 0, sizeof(*op));
	op->code = (uint8_t)code;
	op->offset = offset;
	op->count = 1;
	op->stride = type->size;
	op->type = type;
	return op;
}

static void build(struct builder *b, const struct ckpt_type *t, size_t offset,
		  int depth);

static void build_array(struct builder *b, const struct ckpt_type *t,
			size_t offset, int depth)
{
	struct ckpti_mapop *op;
	size_t loop = b->nops;
	size_t body;

	if (!t->elem || t->count == 0)
		return;
	if (!add_op(b, CKPTI_OP_LOOP, offset, t))
		return;
	build(b, t->elem, 0, depth + 1);
	if (b->failed)
		return;
	body = b->nops - loop - 1;
	op = &b->ops[loop];
	if (body == 0) {
		b->nops = loop;
		return;
	}
	op->count = t->count;
	op->stride = t->elem->size;
	op->body = (uint32_t)body;
	if (body == 1 && op[1].count == 1 && op[1].code != CKPTI_OP_LOOP) {
		op[1].offset += offset;
		op[1].count = t->count;
		op[1].stride = t->elem->size;
		op[0] = op[1];
		b->nops = loop + 1;
	}
}

static void build_field(struct builder *b, const struct ckpt_type *owner,
			const struct ckpt_field *f, size_t offset, int depth)
{
	const struct ckpt_active *active =
		f->type->kind == CKPT_UNION ? ckpti_active_of(owner, f) : NULL;
	struct ckpti_mapop *op;

	if (!active) {
		build(b, f->type, offset + f->offset, depth);
		return;
	}
	op = add_op(b, CKPTI_OP_UNION, offset + f->offset, f->type);
	if (op) {
		op->active = active;
		op->back = f->offset;
	}
}

static void build(struct builder *b, const struct ckpt_type *t, size_t offset,
		  int depth)
{
	struct ckpti_mapop *op;
	unsigned i;

	if (depth > MAX_DEPTH)
		return;
	switch (t->kind) {
	case CKPT_PTR:
		add_op(b, CKPTI_OP_PTR, offset, t);
		break;
	case CKPT_UNION:
		op = add_op(b, CKPTI_OP_UNION, offset, t);
		if (op)
			op->active = ckpti_active_of(t, NULL);
		break;
	case CKPT_OPAQUE:
		add_op(b, CKPTI_OP_OPAQUE, offset, t);
		break;
	case CKPT_FLOAT:
		if (ckpti_is_ldouble(t))
			add_op(b, CKPTI_OP_LDOUBLE, offset, t);
		break;
	case CKPT_COMPLEX:
		if (t->elem && ckpti_is_ldouble(t->elem)) {
			add_op(b, CKPTI_OP_LDOUBLE, offset, t->elem);
			add_op(b, CKPTI_OP_LDOUBLE, offset + t->elem->size,
			       t->elem);
		}
		break;
	case CKPT_ARRAY:
		build_array(b, t, offset, depth);
		break;
	case CKPT_STRUCT:
		for (i = 0; i < t->nfields; i++) {
			if (!t->fields[i].width && t->fields[i].type)
				build_field(b, t, &t->fields[i], offset,
					    depth + 1);
		}
		break;
	default:
		break;
	}
}

static void find_tail(struct ckpti_map *map, const struct ckpt_type *t)
{
	const struct ckpt_field *last;

	if (t->kind != CKPT_STRUCT || t->nfields == 0)
		return;
	last = &t->fields[t->nfields - 1];
	if (last->type->kind != CKPT_ARRAY || last->type->count != 0 ||
	    !last->type->elem || last->type->elem->size == 0)
		return;
	map->tail = ckpti_map_of(last->type->elem);
	map->tail_offset = last->offset;
}

static bool is_byte(const struct ckpt_type *t)
{
	return t->size == 1 && t->kind >= CKPT_CHAR && t->kind <= CKPT_UINT;
}

/* Fewer bytes in a row hold no structure with a pointer. */
#define MIN_CARVED 8

static bool has_bytes(const struct ckpt_type *t, int depth)
{
	unsigned i;

	if (depth > MAX_DEPTH || (t->flags & CKPT_T_LEFT_OUT))
		return false;
	if (depth == 0 && is_byte(t))
		return true;
	if (t->kind == CKPT_ARRAY && t->elem)
		return is_byte(t->elem)
			       ? t->count == 0 || t->count >= MIN_CARVED
			       : has_bytes(t->elem, depth + 1);
	for (i = 0; t->kind == CKPT_STRUCT && i < t->nfields; i++) {
		if (!t->fields[i].width &&
		    has_bytes(t->fields[i].type, depth + 1))
			return true;
	}
	return false;
}

bool ckpti_tells(const struct ckpt_type *t)
{
	if (!t || t->kind == CKPT_VOID || t->kind == CKPT_CHAR ||
	    t->kind == CKPT_FUNC || (t->flags & CKPT_T_INCOMPLETE))
		return false;
	return t->size > 1 || (t->kind != CKPT_INT && t->kind != CKPT_UINT);
}

bool ckpti_is_carved(const struct ckpt_type *t, size_t offset,
		     const struct ckpt_type *part)
{
	const struct ckpt_field *last;
	bool array = false;
	unsigned i;
	int depth;

	last = t->kind == CKPT_STRUCT && t->nfields ? &t->fields[t->nfields - 1]
						    : NULL;
	if (last && offset >= last->offset && last->type->kind == CKPT_ARRAY &&
	    last->type->count == 0 && last->type->elem &&
	    last->type->elem->size) {
		t = last->type->elem;
		offset = (offset - last->offset) % t->size;
	}
	for (depth = 0; t && t->size && depth < MAX_DEPTH; depth++) {
		if (is_byte(t))
			return array || depth == 0;
		if (offset % t->size == 0 && ckpti_type_starts(t, part))
			return false;
		offset %= t->size;
		if (t->kind == CKPT_ARRAY) {
			array = t->elem && is_byte(t->elem);
			t = t->elem;
			continue;
		}
		if (t->kind != CKPT_STRUCT)
			return false;
		for (i = t->nfields; i-- > 0;) {
			if (!t->fields[i].width &&
			    offset >= t->fields[i].offset)
				break;
		}
		if (i >= t->nfields ||
		    offset - t->fields[i].offset >= t->fields[i].type->size)
			return false;
		offset -= t->fields[i].offset;
		t = t->fields[i].type;
	}
	return false;
}

static struct ckpti_map *map_build(const struct ckpt_type *type)
{
	struct builder b = { 0 };
	struct ckpti_map *map = calloc(1, sizeof(*map));
	uint32_t i;

	if (!map)
		return NULL;
	if (!(type->flags & CKPT_T_LEFT_OUT))
		build(&b, type, 0, 0);
	if (b.failed) {
		free(b.ops);
		free(map);
		return NULL;
	}
	map->type = type;
	map->ops = b.ops;
	map->nops = (uint32_t)b.nops;
	map->plain = true;
	for (i = 0; i < map->nops; i++) {
		map->codes |= 1u << map->ops[i].code;
		map->plain &= map->ops[i].code == CKPTI_OP_PTR &&
			      !map->ops[i].active;
	}
	if (!(type->flags & CKPT_T_LEFT_OUT))
		find_tail(map, type);
	map->bytes = has_bytes(type, 0);
	if (map->tail)
		map->codes |= map->tail->codes;
	map->plain &= !map->tail && type->size;
	return map;
}

const struct ckpti_map *ckpti_map_of(const struct ckpt_type *type)
{
	static struct ckpti_map **maps;
	static size_t cap;
	uint32_t id = ckpti_type_id(type);
	size_t old = cap;
	struct ckpti_map **p;

	if (id == 0)
		return map_build(type);
	if (id >= cap) {
		p = ckpti_grow(maps, &cap, (size_t)id + 1, sizeof(*maps));
		if (!p)
			return NULL;
		memset(p + old, 0, (cap - old) * sizeof(*p));
		maps = p;
	}
	if (!maps[id]) {
		struct ckpti_map *map = map_build(type);

		maps[id] = map; /* `maps` may have moved meanwhile */
	}
	return maps[id];
}

static void walk(const struct ckpti_mapop *op, const struct ckpti_mapop *end,
		 char *at, ckpti_visit *visit, void *ctx);

/* A union whose member the program tells; false if it does not know either. */
static bool walk_active(const struct ckpti_mapop *op, char *at,
			ckpti_visit *visit, void *ctx)
{
	const struct ckpt_field *member;
	const struct ckpti_map *map;

	member = ckpti_active_member(op->active, at - op->back, op->type);
	map = member ? ckpti_map_of(member->type) : NULL;
	if (!map)
		return false;
	if (!member->width)
		walk(map->ops, map->ops + map->nops, at, visit, ctx);
	return true;
}

static void walk(const struct ckpti_mapop *op, const struct ckpti_mapop *end,
		 char *at, ckpti_visit *visit, void *ctx)
{
	size_t i;

	while (op < end) {
		if (op->code == CKPTI_OP_LOOP) {
			for (i = 0; i < op->count; i++)
				walk(op + 1, op + 1 + op->body,
				     at + op->offset + i * op->stride, visit,
				     ctx);
			op += 1 + op->body;
			continue;
		}
		for (i = 0; i < op->count; i++) {
			char *place = at + op->offset + i * op->stride;

			if (!op->active || !walk_active(op, place, visit, ctx))
				visit(ctx, op, place);
		}
		op++;
	}
}

void ckpti_map_walk(const struct ckpti_map *map, char *at, size_t size,
		    ckpti_visit *visit, void *ctx)
{
	const struct ckpt_type *t = map->type;
	size_t n, elem;

	if (map->tail && size != t->size) {
		walk(map->ops, map->ops + map->nops, at, visit, ctx);
		elem = map->tail->type->size;
		at += map->tail_offset;
		n = size > map->tail_offset ? (size - map->tail_offset) / elem
					    : 0;
		for (; n > 0; n--, at += elem)
			walk(map->tail->ops, map->tail->ops + map->tail->nops,
			     at, visit, ctx);
		return;
	}
	for (n = t->size ? size / t->size : 0; n > 0; n--, at += t->size)
		walk(map->ops, map->ops + map->nops, at, visit, ctx);
}

/* ---- unions -------------------------------------------------------------------- */

struct shape {
	size_t width; /* of the scalars so far; 0: none yet */
	bool mixed, pointers, others;
};

static void shape_of(struct shape *s, const struct ckpt_type *t, int depth)
{
	unsigned i;

	switch (t->kind) {
	case CKPT_ARRAY:
	case CKPT_COMPLEX:
		if (t->elem && depth < MAX_DEPTH)
			shape_of(s, t->elem, depth + 1);
		return;
	case CKPT_STRUCT:
	case CKPT_UNION:
		for (i = 0; i < t->nfields && depth < MAX_DEPTH; i++) {
			if (t->fields[i].width)
				s->mixed = true;
			else
				shape_of(s, t->fields[i].type, depth + 1);
		}
		return;
	case CKPT_PTR:
		s->pointers = true;
		break;
	case CKPT_OPAQUE:
		s->mixed = true;
		break;
	default:
		s->others = true;
		break;
	}
	if (ckpti_is_ldouble(t))
		s->mixed = true;
	if (s->width && s->width != t->size)
		s->mixed = true;
	s->width = t->size;
}

enum ckpti_union_shape ckpti_union_shape(const struct ckpt_type *type)
{
	struct shape s = { 0 };

	shape_of(&s, type, 0);
	if (s.mixed)
		return s.pointers ? CKPTI_U_MIXED_PTR : CKPTI_U_MIXED;
	if (s.pointers)
		return s.others ? CKPTI_U_WORDS : CKPTI_U_POINTERS;
	return s.width <= 1 ? CKPTI_U_BYTES : CKPTI_U_SCALAR;
}

static bool scalar_width_varies(const struct ckpt_type *t)
{
	if (t->kind == CKPT_PTR || t->kind == CKPT_OPAQUE ||
	    ckpti_is_ldouble(t))
		return true;
	/* typedef names hide `long`: any integer of its size may be one,
	 * unless it says otherwise. */
	return (t->kind == CKPT_INT || t->kind == CKPT_UINT) &&
	       t->size == sizeof(long) && !(t->flags & CKPT_T_ENUM) &&
	       strstr(t->name, "long") && !strstr(t->name, "long long");
}

bool ckpti_width_varies(const struct ckpt_type *t)
{
	unsigned i;

	switch (t->kind) {
	case CKPT_ARRAY:
	case CKPT_COMPLEX:
		return t->elem && ckpti_width_varies(t->elem);
	case CKPT_STRUCT:
	case CKPT_UNION:
		for (i = 0; i < t->nfields; i++) {
			if (ckpti_width_varies(t->fields[i].type))
				return true;
		}
		return false;
	default:
		return scalar_width_varies(t);
	}
}

/* ---- equality ------------------------------------------------------------------- */

static bool same(const struct ckpt_type *a, const struct ckpt_type *b,
		 int depth)
{
	unsigned i;

	if (a == b || depth > 8)
		return true;
	if (a->kind != b->kind || a->size != b->size ||
	    a->nfields != b->nfields || a->count != b->count)
		return false;
	if (a->kind == CKPT_PTR)
		return true;
	if ((a->kind == CKPT_STRUCT || a->kind == CKPT_UNION) &&
	    strcmp(a->name, b->name) != 0 && !strchr(a->name, '<'))
		return false;
	if (a->elem && b->elem && !same(a->elem, b->elem, depth + 1))
		return false;
	for (i = 0; i < a->nfields; i++) {
		if (strcmp(a->fields[i].name, b->fields[i].name) != 0 ||
		    a->fields[i].offset != b->fields[i].offset ||
		    a->fields[i].width != b->fields[i].width ||
		    !same(a->fields[i].type, b->fields[i].type, depth + 1))
			return false;
	}
	return true;
}

bool ckpti_type_same(const struct ckpt_type *a, const struct ckpt_type *b)
{
	return same(a, b, 0);
}

bool ckpti_type_starts(const struct ckpt_type *a, const struct ckpt_type *b)
{
	int depth;

	for (depth = 0; a && depth < MAX_DEPTH; depth++) {
		if (ckpti_type_same(a, b))
			return true;
		if (a->kind == CKPT_ARRAY)
			a = a->elem;
		else if (a->kind == CKPT_STRUCT && a->nfields > 0 &&
			 !a->fields[0].width)
			a = a->fields[0].type;
		else
			return false;
	}
	return false;
}

/* ---- names of parts --------------------------------------------------------------- */

static const struct ckpt_field *field_at(const struct ckpt_type *t,
					 size_t offset)
{
	unsigned i;

	for (i = 0; i < t->nfields; i++) {
		const struct ckpt_field *f = &t->fields[i];

		if (!f->width && offset >= f->offset &&
		    offset - f->offset < f->type->size)
			return f;
	}
	return NULL;
}

void ckpti_path(char *text, size_t size, const struct ckpt_type *t,
		size_t offset)
{
	size_t n = strlen(text);
	const struct ckpt_field *f;

	while (t && n + 24 < size) {
		if (t->kind == CKPT_ARRAY && t->elem && t->elem->size) {
			n += (size_t)snprintf(
				text + n, size - n, "[%lu]",
				(unsigned long)(offset / t->elem->size));
			offset %= t->elem->size;
			t = t->elem;
			continue;
		}
		if (t->kind != CKPT_STRUCT && t->kind != CKPT_UNION)
			return;
		f = field_at(t, offset);
		if (!f)
			return;
		if (f->name[0])
			n += (size_t)snprintf(text + n, size - n, ".%s",
					      f->name);
		if (n >= size)
			return;
		offset -= f->offset;
		t = f->type;
	}
}
