/* SPDX-License-Identifier: MIT */
/* The image's types against the program's, field by field. */
#include "ckptlib/match.h"

#include <stdlib.h>
#include <string.h>

#include "ckptlib/active.h"
#include "ckptlib/image/img.h"
#include "ckptlib/layout.h"
#include "ckptlib/os.h"
#include "ckptlib/types.h"

int ckpti_mismatch(struct ckpti_build *b, const struct img_type *from,
		   const struct ckpt_type *to, const char *what)
{
	return ckpti_load_fail(b->load,
			       "type '%s'%s%s%s is not the program's '%s': %s",
			       from->name, from->where[0] ? " (" : "",
			       from->where, from->where[0] ? ")" : "", to->name,
			       what);
}

struct ckpti_cvop *ckpti_match_op(struct ckpti_build *b, unsigned code,
				  uint64_t from, uint64_t to)
{
	struct ckpti_conv *c = b->conv;
	struct ckpti_cvop *op;

	op = ckpti_grow(c->ops, &c->cap, c->nops + 1, sizeof(*op));
	if (!op) {
		ckpti_load_fail(b->load, "no memory");
		return NULL;
	}
	c->ops = op;
	op += c->nops++;
	memset(op, 0, sizeof(*op));
	op->code = (uint8_t)code;
	op->from = from;
	op->to = to;
	op->count = 1;
	op->pointee = IMG_NONE;
	return op;
}

/* The op before, if it may be made longer: a loop's body ends it. */
static struct ckpti_cvop *last_op(struct ckpti_build *b, unsigned code)
{
	struct ckpti_cvop *op;

	if (b->conv->nops <= b->fixed)
		return NULL;
	op = &b->conv->ops[b->conv->nops - 1];
	return op->code == code ? op : NULL;
}

int ckpti_match_copy(struct ckpti_build *b, uint64_t n, uint64_t from,
		     uint64_t to)
{
	struct ckpti_cvop *op = last_op(b, CKPTI_CV_COPY);

	/* The gap between two fields is padding: it may come along. */
	if (op && from >= op->from + op->count &&
	    from - op->from == to - op->to &&
	    from - op->from - op->count < 16) {
		op->count = from - op->from + n;
		return 0;
	}
	op = ckpti_match_op(b, CKPTI_CV_COPY, from, to);
	if (!op)
		return -1;
	op->count = n;
	return 0;
}

/* A scalar of `size` bytes that keeps its size. */
int ckpti_match_scalar(struct ckpti_build *b, unsigned size, uint64_t from,
		       uint64_t to)
{
	struct ckpti_cvop *op;

	if (b->load->same_order || size == 1)
		return ckpti_match_copy(b, size, from, to);
	op = last_op(b, CKPTI_CV_SWAP);
	if (op && op->from_size == size &&
	    from == op->from + op->count * size &&
	    to == op->to + op->count * size) {
		op->count++;
		return 0;
	}
	op = ckpti_match_op(b, CKPTI_CV_SWAP, from, to);
	if (!op)
		return -1;
	op->from_size = (uint8_t)size;
	return 0;
}

/* ---- scalars ------------------------------------------------------------------------- */

static bool is_int(unsigned kind)
{
	return kind == CKPT_INT || kind == CKPT_UINT;
}

/* Whether some type of C has these two sizes on the two machines. */
static bool sizes_agree(const struct ckpti_load *load, uint64_t from,
			uint64_t to)
{
	return from == to ||
	       (from == load->img->layout.size[IMG_LONG] && to == sizeof(long));
}

static int build_int(struct ckpti_build *b, const struct img_type *f,
		     const struct ckpt_type *to, uint64_t at, uint64_t to_at)
{
	struct ckpti_cvop *op;

	/*
	 * wchar_t is signed on some machines only: the bits stay.  The fields
	 * of system structures have the types that each system likes.
	 */
	if (!is_int(to->kind) ||
	    (!b->system && f->kind != to->kind && f->size != to->size))
		return ckpti_mismatch(b, f, to, "it is no such integer");
	if (!b->system && !sizes_agree(b->load, f->size, to->size))
		return ckpti_mismatch(b, f, to, "it has another size");
	if (f->size == to->size)
		return ckpti_match_scalar(b, (unsigned)f->size, at, to_at);
	op = ckpti_match_op(b, CKPTI_CV_INT, at, to_at);
	if (!op)
		return -1;
	op->from_size = (uint8_t)f->size;
	op->to_size = (uint8_t)to->size;
	op->is_signed = f->kind == CKPT_INT;
	op->to_signed = to->kind == CKPT_INT;
	b->conv->identical = false;
	return 0;
}

static bool img_is_ldouble(const struct img_type *t)
{
	return t->kind == CKPT_FLOAT &&
	       (t->size > 8 || strcmp(t->name, "long double") == 0);
}

static int build_float(struct ckpti_build *b, const struct img_type *f,
		       const struct ckpt_type *to, uint64_t at, uint64_t to_at)
{
	struct ckpti_cvop *op;

	if (to->kind != CKPT_FLOAT || img_is_ldouble(f) != ckpti_is_ldouble(to))
		return ckpti_mismatch(b, f, to, "it is no such number");
	if (!img_is_ldouble(f)) {
		if (f->size != to->size)
			return ckpti_mismatch(b, f, to, "it has another size");
		return ckpti_match_scalar(b, (unsigned)f->size, at, to_at);
	}
	if (b->load->same_ldouble && b->load->same_order && f->size == to->size)
		return ckpti_match_copy(b, f->size, at, to_at);
	op = ckpti_match_op(b, CKPTI_CV_LDOUBLE, at, to_at);
	if (!op)
		return -1;
	op->from_size = (uint8_t)f->size;
	op->to_size = (uint8_t)to->size;
	if (f->size != to->size)
		b->conv->identical = false;
	return 0;
}

static int build_ptr(struct ckpti_build *b, const struct img_type *f,
		     const struct ckpt_type *to, uint64_t at, uint64_t to_at)
{
	struct ckpti_cvop *op;

	if (to->kind != CKPT_PTR)
		return ckpti_mismatch(b, f, to, "it is no pointer");
	op = ckpti_match_op(b, CKPTI_CV_PTR, at, to_at);
	if (!op)
		return -1;
	op->from_size = (uint8_t)f->size;
	op->to_size = sizeof(void *);
	op->pointee = f->elem;
	if (op->from_size != op->to_size)
		b->conv->identical = false;
	return 0;
}

/* ---- aggregates --------------------------------------------------------------------------- */

const struct ckpt_field *ckpti_field_for(const struct img_type *from,
					 uint32_t i, const struct ckpt_type *to)
{
	const char *name = from->fields[i].name;
	unsigned k;

	if (i < to->nfields && strcmp(to->fields[i].name, name) == 0)
		return &to->fields[i];
	for (k = 0; k < to->nfields && name[0]; k++) {
		if (strcmp(to->fields[k].name, name) == 0)
			return &to->fields[k];
	}
	return NULL;
}

static int build_bits(struct ckpti_build *b, const struct img_type *owner,
		      const struct img_field *f, const struct ckpt_type *to,
		      const struct ckpt_field *to_f, uint64_t at,
		      uint64_t to_at)
{
	struct ckpti_cvop *op;

	if (f->width != to_f->width || !to_f->set)
		return ckpti_mismatch(b, owner, to,
				      "a bit-field has another width");
	if (!f->name[0])
		return 0;
	op = ckpti_match_op(b, CKPTI_CV_BITS, at, to_at);
	if (!op)
		return -1;
	op->bits = f;
	op->to_bits = to_f;
	op->is_signed = b->load->img->types[f->type].kind == CKPT_INT;
	return 0;
}

static const struct ckpt_active *tells_member(const struct ckpt_type *owner,
					      const struct ckpt_field *field)
{
	return field->type->kind == CKPT_UNION ? ckpti_active_of(owner, field)
					       : NULL;
}

/* Behind all other fields: these tell which member is meant. */
static int build_told_unions(struct ckpti_build *b, const struct img_type *f,
			     const struct ckpt_type *to, uint64_t at,
			     uint64_t to_at)
{
	const struct ckpt_active *active;
	const struct ckpt_field *to_f;
	uint32_t i;

	for (i = 0; i < f->nfields; i++) {
		to_f = ckpti_field_for(f, i, to);
		active = to_f ? tells_member(to, to_f) : NULL;
		if (!active)
			continue;
		if (f->fields[i].offset != to_f->offset)
			b->conv->identical = false;
		if (ckpti_match_union(b,
				      &b->load->img->types[f->fields[i].type],
				      to_f->type, at + f->fields[i].offset,
				      to_at + to_f->offset, active, to_at))
			return -1;
	}
	return 0;
}

/* Padding that the C library keeps for later. */
static bool is_reserved(const char *name)
{
	return strncmp(name, "__pad", 5) == 0 ||
	       strncmp(name, "__unused", 8) == 0 ||
	       strncmp(name, "__glibc_reserved", 16) == 0;
}

static int build_struct(struct ckpti_build *b, const struct img_type *f,
			const struct ckpt_type *to, uint64_t at, uint64_t to_at)
{
	bool system = f->flags & to->flags & CKPT_T_SYSTEM;
	bool outer = b->system;
	const struct ckpt_field *to_f;
	char what[120];
	uint32_t i;

	if (to->kind != CKPT_STRUCT)
		return ckpti_mismatch(b, f, to, "it is no structure");
	if (strcmp(f->name, to->name) != 0 && !strchr(f->name, '<') && !system)
		return ckpti_mismatch(b, f, to, "it has another name");
	if (f->nfields != to->nfields && !system)
		return ckpti_mismatch(b, f, to, "it has other fields");
	for (i = 0; i < f->nfields; i++) {
		to_f = ckpti_field_for(f, i, to);
		if (system && (!to_f || is_reserved(f->fields[i].name)))
			continue;
		if (!to_f || (!system && to_f != &to->fields[i])) {
			strcpy(what, "it has no field '");
			strncat(what, f->fields[i].name, 80);
			strcat(what, "' there");
			return ckpti_mismatch(b, f, to, what);
		}
		if (f->fields[i].width || to_f->width) {
			if (build_bits(b, f, &f->fields[i], to, to_f, at,
				       to_at))
				return -1;
			continue;
		}
		if (tells_member(to, to_f))
			continue;
		b->system = system;
		if (ckpti_match(b, f->fields[i].type, to_f->type,
				at + f->fields[i].offset, to_at + to_f->offset))
			return -1;
		b->system = outer;
		if (f->fields[i].offset != to_f->offset)
			b->conv->identical = false;
	}
	if (build_told_unions(b, f, to, at, to_at))
		return -1;
	if (f->size != to->size)
		b->conv->identical = false;
	return 0;
}

/* One op over contiguous scalars takes the whole array. */
static bool widen(struct ckpti_cvop *op, uint64_t count, uint64_t from_stride,
		  uint64_t to_stride)
{
	switch (op->code) {
	case CKPTI_CV_COPY:
		if (op->count != from_stride || from_stride != to_stride)
			return false;
		break;
	case CKPTI_CV_SWAP:
		if (op->count * op->from_size != from_stride ||
		    from_stride != to_stride)
			return false;
		break;
	case CKPTI_CV_INT:
	case CKPTI_CV_LDOUBLE:
		if (op->count * op->from_size != from_stride ||
		    op->count * op->to_size != to_stride)
			return false;
		break;
	default:
		return false;
	}
	op->count *= count;
	return true;
}

static int build_array(struct ckpti_build *b, const struct img_type *f,
		       const struct ckpt_type *to, uint64_t at, uint64_t to_at)
{
	struct ckpti_conv *c = b->conv;
	size_t loop = c->nops;
	struct ckpti_cvop *op;
	size_t body;

	if (to->kind != f->kind || f->count != to->count ||
	    f->elem == IMG_NONE || !to->elem)
		return ckpti_mismatch(b, f, to,
				      "it has another number of elements");
	if (f->size == 0)
		return 0;
	if (!ckpti_match_op(b, CKPTI_CV_LOOP, at, to_at) ||
	    ckpti_match(b, f->elem, to->elem, 0, 0))
		return -1;
	body = c->nops - loop - 1;
	op = &c->ops[loop];
	op->count = f->kind == CKPT_COMPLEX ? 2 : f->count;
	op->from_stride = b->load->img->types[f->elem].size;
	op->to_stride = to->elem->size;
	op->body = (uint32_t)body;
	if (body == 1 &&
	    widen(op + 1, op->count, op->from_stride, op->to_stride)) {
		op[1].from += at;
		op[1].to += to_at;
		op[0] = op[1];
		c->nops = loop + 1;
	} else if (body == 0) {
		c->nops = loop;
	} else {
		b->fixed = c->nops;
	}
	return 0;
}

int ckpti_match(struct ckpti_build *b, uint32_t from,
		const struct ckpt_type *to, uint64_t at, uint64_t to_at)
{
	const struct img_type *f = &b->load->img->types[from];

	switch (f->kind) {
	case CKPT_CHAR:
		if (to->kind != CKPT_CHAR)
			return ckpti_mismatch(b, f, to, "it is no char");
		return ckpti_match_copy(b, 1, at, to_at);
	case CKPT_INT:
	case CKPT_UINT:
		return build_int(b, f, to, at, to_at);
	case CKPT_FLOAT:
		return build_float(b, f, to, at, to_at);
	case CKPT_PTR:
		return build_ptr(b, f, to, at, to_at);
	case CKPT_ARRAY:
	case CKPT_COMPLEX:
		return build_array(b, f, to, at, to_at);
	case CKPT_STRUCT:
		return build_struct(b, f, to, at, to_at);
	case CKPT_UNION:
		return ckpti_match_union(b, f, to, at, to_at,
					 ckpti_active_of(to, NULL), to_at);
	case CKPT_OPAQUE:
		if (to->kind != CKPT_OPAQUE && strcmp(f->name, "bytes") != 0)
			return ckpti_mismatch(b, f, to, "it is no system type");
		return ckpti_match_bytes(b, f, to, at, to_at);
	default:
		return f->kind == to->kind
			       ? 0
			       : ckpti_mismatch(b, f, to,
						"it is of another kind");
	}
}

/* ---- the conversion of a pair --------------------------------------------------------------- */

static int build_tail(struct ckpti_build *b, const struct img_type *f,
		      const struct ckpt_type *to)
{
	const struct img_field *last;
	const struct ckpt_field *to_last;
	const struct img_type *array;

	if (f->kind != CKPT_STRUCT || !f->nfields || !to->nfields)
		return 0;
	last = &f->fields[f->nfields - 1];
	to_last = &to->fields[to->nfields - 1];
	array = &b->load->img->types[last->type];
	if (array->kind != CKPT_ARRAY || array->count != 0 ||
	    array->elem == IMG_NONE || !to_last->type->elem)
		return 0;
	b->conv->tail =
		ckpti_conv_get(b->load, array->elem, to_last->type->elem);
	b->conv->from_tail = last->offset;
	b->conv->to_tail = to_last->offset;
	if (!b->conv->tail)
		return -1;
	if (!b->conv->tail->identical || last->offset != to_last->offset)
		b->conv->identical = false;
	return 0;
}

/* In place only pointers, and long doubles of one size, may change. */
static void find_plain(struct ckpti_load *load, struct ckpti_conv *c)
{
	const struct ckpti_cvop *op = c->ops;

	if (!load->same_order)
		c->identical = false;
	c->plain = c->nops == 0 ||
		   (c->nops == 1 && op->code == CKPTI_CV_COPY &&
		    op->from == 0 && op->to == 0 &&
		    load->img->types[c->from].size == c->to->size && !c->tail);
	if (c->nops == 0 && c->to->size)
		c->plain = false;
}

struct ckpti_conv *ckpti_conv_get(struct ckpti_load *load, uint32_t from,
				  const struct ckpt_type *to)
{
	struct ckpti_build b = { .load = load };
	struct ckpti_conv *c;

	for (c = load->convs[from]; c; c = c->next) {
		if (c->to != to)
			continue;
		if (c->bad) {
			ckpti_mismatch(&b, &load->img->types[from], to,
				       "it differs");
			return NULL;
		}
		return c;
	}
	c = calloc(1, sizeof(*c));
	if (!c) {
		ckpti_load_fail(load, "no memory");
		return NULL;
	}
	c->from = from;
	c->to = to;
	c->identical = true;
	c->next = load->convs[from];
	load->convs[from] = c;
	b.conv = c;
	if (ckpti_match(&b, from, to, 0, 0) ||
	    build_tail(&b, &load->img->types[from], to)) {
		c->bad = true;
		return NULL;
	}
	find_plain(load, c);
	return c;
}
