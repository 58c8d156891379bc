/* SPDX-License-Identifier: MIT */
/* Running the ops that match.c made. */
#include "ckptlib/convert.h"

#include <stdio.h>
#include <string.h>

#include "ckptlib/active.h"
#include "ckptlib/image/ldouble.h"
#include "ckptlib/translate.h"
#include "ckptlib/types.h"

#define BIG (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)

struct run {
	struct ckpti_load *load;
	const struct ckpti_what *what;
	const struct ckpti_conv *conv;
	char *base; /* of the object that is written */
};

static int fail_at(struct run *r, const char *to, const char *problem)
{
	const struct ckpti_what *what = r->what;
	const struct ckpt_type *t = r->conv->to;
	char name[160];

	snprintf(name, sizeof(name), "%s", what->name);
	if (t->size)
		ckpti_path(name, sizeof(name), t,
			   (size_t)(to - r->base) % t->size);
	if (what->file && what->line)
		return ckpti_load_fail(r->load, "%s '%s' (%s:%u) %s",
				       what->kind, name, what->file, what->line,
				       problem);
	return ckpti_load_fail(r->load, "%s '%s' %s", what->kind, name,
			       problem);
}

/* ---- integers -------------------------------------------------------------------- */

static uint64_t load_int(const struct ckpti_load *load, const char *from,
			 unsigned size, int is_signed)
{
	const unsigned char *p = (const unsigned char *)from;
	uint64_t v = 0;
	unsigned i;

	for (i = 0; i < size; i++)
		v = v << 8 | p[load->img->layout.big_endian ? i : size - 1 - i];
	if (is_signed && size < 8 && v >> (8 * size - 1))
		v |= ~(uint64_t)0 << 8 * size;
	return v;
}

static void store_int(char *to, unsigned size, uint64_t v)
{
	unsigned char *p = (unsigned char *)to;
	unsigned i;

	for (i = 0; i < size; i++, v >>= 8)
		p[BIG ? size - 1 - i : i] = (unsigned char)v;
}

static bool int_fits(uint64_t v, unsigned size, int is_signed)
{
	uint64_t top;

	if (size >= 8)
		return true;
	if (!is_signed)
		return v >> 8 * size == 0;
	top = v >> (8 * size - 1);
	return top == 0 || top == ~(uint64_t)0 >> (8 * size - 1);
}

static int run_int(struct run *r, const struct ckpti_cvop *op, const char *from,
		   char *to)
{
	char problem[96];
	uint64_t v, i;

	for (i = 0; i < op->count; i++) {
		v = load_int(r->load, from + i * op->from_size, op->from_size,
			     op->is_signed);
		if (!int_fits(v, op->to_size, op->to_signed) &&
		    !r->what->soft) {
			snprintf(problem, sizeof(problem),
				 op->is_signed
					 ? "has the value %lld, which does not "
					   "fit %u bits here"
					 : "has the value %llu, which does not "
					   "fit %u bits here",
				 (long long)v, 8u * op->to_size);
			return fail_at(r, to + i * op->to_size, problem);
		}
		store_int(to + i * op->to_size, op->to_size, v);
	}
	return 0;
}

static void run_swap(const struct ckpti_cvop *op, const char *from, char *to)
{
	uint64_t i, v8;
	uint32_t v4;
	uint16_t v2;
	int k;

	for (i = 0; i < op->count; i++) {
		switch (op->from_size) {
		case 2:
			memcpy(&v2, from + 2 * i, 2);
			v2 = __builtin_bswap16(v2);
			memcpy(to + 2 * i, &v2, 2);
			break;
		case 4:
			memcpy(&v4, from + 4 * i, 4);
			v4 = __builtin_bswap32(v4);
			memcpy(to + 4 * i, &v4, 4);
			break;
		case 8:
			memcpy(&v8, from + 8 * i, 8);
			v8 = __builtin_bswap64(v8);
			memcpy(to + 8 * i, &v8, 8);
			break;
		default:
			for (k = 0; k < op->from_size; k++)
				to[(i + 1) * op->from_size - 1 - k] =
					from[i * op->from_size + k];
		}
	}
}

/* ---- pointers ---------------------------------------------------------------------- */

static int run_ptr(struct run *r, const struct ckpti_cvop *op, const char *from,
		   char *to)
{
	const char *name = "";
	char problem[160];
	enum ckpti_found found;
	uintptr_t p = 0;
	uint64_t v;

	v = load_int(r->load, from, op->from_size, 0);
	if (v == 0) {
		memset(to, 0, sizeof(p));
		return 0;
	}
	found = ckpti_translate(r->load, v, op->pointee, &p, &name);
	if (found == CKPTI_MISSING && !r->what->soft) {
		snprintf(problem, sizeof(problem),
			 "points to '%s', which this program does not have",
			 name);
		return fail_at(r, to, problem);
	}
	/*
	 * It leads nowhere: the rest of a vector that was never filled, a
	 * block that was freed.  What does not fit loses its upper half but
	 * does not become a null pointer.  (A program that keeps numbers in
	 * pointers has a class that lets no such image come here.)
	 */
	if (found != CKPTI_FOUND && !ckpti_carry(r->load, v, &p) && !p)
		p = 1;
	memcpy(to, &p, sizeof(p));
	return 0;
}

/* Addresses below this may as well be numbers. */
static bool may_be_number(uint64_t addr)
{
	return addr >> 32 == 0;
}

/* Bytes of the same layout: words that equal an address of the image. */
static int run_words(struct run *r, uint64_t size, const char *from, char *to)
{
	const char *name = "";
	uintptr_t v, p;
	uint64_t i;

	memcpy(to, from, size);
	for (i = 0; i + sizeof(v) <= size; i += sizeof(v)) {
		memcpy(&v, from + i, sizeof(v));
		if (!v || ckpti_translate(r->load, v, IMG_NONE, &p, &name) !=
				  CKPTI_FOUND)
			continue;
		if (p == v)
			continue;
		if (may_be_number(v))
			return fail_at(r, to + i,
				       "holds what may be an address or a "
				       "number");
		memcpy(to + i, &p, sizeof(p));
	}
	return 0;
}

/* A union of words: a pointer if it leads somewhere, else a number. */
static int run_any(struct run *r, const struct ckpti_cvop *op, const char *from,
		   char *to)
{
	const char *name = "";
	uintptr_t p;
	uint64_t v, i;

	for (i = 0; i < op->count;
	     i++, from += op->from_size, to += op->to_size) {
		v = load_int(r->load, from, op->from_size, 0);
		store_int(to, op->to_size, v);
		if (!v || ckpti_translate(r->load, v, IMG_NONE, &p, &name) !=
				  CKPTI_FOUND)
			continue;
		if (may_be_number(v) && p != v)
			return fail_at(r, to,
				       "holds what may be an address "
				       "or a number");
		memcpy(to, &p, sizeof(p));
	}
	return 0;
}

/* ---- the rest ------------------------------------------------------------------------ */

static int run_bits(struct run *r, const struct ckpti_cvop *op,
		    const char *from, char *to)
{
	const unsigned char *p = (const unsigned char *)from;
	int big = r->load->img->layout.big_endian;
	uint64_t v = 0;
	uint32_t k, bit;

	for (k = 0; k < op->bits->width; k++) {
		bit = (uint32_t)(op->bits->offset + k);
		if (big)
			v = v << 1 | (p[bit / 8] >> (7 - bit % 8) & 1);
		else
			v |= (uint64_t)(p[bit / 8] >> bit % 8 & 1) << k;
	}
	if (op->is_signed && op->bits->width < 64 && v >> (op->bits->width - 1))
		v |= ~(uint64_t)0 << op->bits->width;
	op->to_bits->set(to, (long long)v);
	return 0;
}

static int run_ldouble(struct run *r, const struct ckpti_cvop *op,
		       const char *from, char *to)
{
	const struct img_layout *l = &r->load->img->layout;
	long double v;
	uint64_t i;

	for (i = 0; i < op->count; i++) {
		if (ckpti_ldouble_convert(
			    (const unsigned char *)from + i * op->from_size,
			    (enum img_ldouble)l->ldouble, l->big_endian, &v) &&
		    !r->what->soft)
			return fail_at(r, to,
				       "is a long double too large "
				       "for this machine's");
		memset(to + i * op->to_size, 0, op->to_size);
		memcpy(to + i * op->to_size, &v, sizeof(v));
	}
	return 0;
}

static int run_ops(struct run *r, const struct ckpti_cvop *op,
		   const struct ckpti_cvop *end, const char *from, char *to);

static int run_loop(struct run *r, const struct ckpti_cvop *op,
		    const char *from, char *to)
{
	uint64_t i;
	int failed = 0;

	for (i = 0; i < op->count && !failed; i++)
		failed = run_ops(r, op + 1, op + 1 + op->body,
				 from + i * op->from_stride,
				 to + i * op->to_stride);
	return failed;
}

static int run_member(struct run *r, const struct ckpti_member *m,
		      const char *from, char *to)
{
	struct ckpti_cvop op = { 0 };

	if (m->conv)
		return run_ops(r, m->conv->ops, m->conv->ops + m->conv->nops,
			       from, to);
	op.bits = m->from;
	op.to_bits = m->field;
	op.is_signed = r->load->img->types[m->from->type].kind == CKPT_INT;
	return run_bits(r, &op, from, to);
}

/*
 * A union that is itself what tells: its tag is in the first member too, so
 * this is converted for a trial, whatever it makes of the rest.
 */
static int try_first(struct run *r, const struct ckpti_told *told,
		     const char *from, char *to)
{
	struct ckpti_what soft = *r->what;
	struct run trial = *r;

	soft.soft = true;
	trial.what = &soft;
	return run_member(&trial, &told->members[0], from, to);
}

static int run_active(struct run *r, const struct ckpti_cvop *op,
		      const char *from, char *to)
{
	const struct ckpti_told *told = op->told;
	const struct ckpt_field *field;

	memset(to, 0, told->type->size);
	if (!told->active->member && told->type->nfields &&
	    try_first(r, told, from, to))
		return -1;
	field = ckpti_active_member(told->active, to - told->back, told->type);
	memset(to, 0, told->type->size);
	if (field)
		return run_member(r, &told->members[field - told->type->fields],
				  from, to);
	if (r->what->soft)
		return 0;
	if (r->load->breaks_layout || op->count != told->type->size)
		return fail_at(r, to,
			       "is a union of which the program does not tell "
			       "the member");
	return run_words(r, op->count, from, to);
}

static int run_op(struct run *r, const struct ckpti_cvop *op, const char *from,
		  char *to)
{
	switch (op->code) {
	case CKPTI_CV_COPY:
		memcpy(to, from, op->count);
		return 0;
	case CKPTI_CV_SWAP:
		run_swap(op, from, to);
		return 0;
	case CKPTI_CV_INT:
		return run_int(r, op, from, to);
	case CKPTI_CV_LDOUBLE:
		return run_ldouble(r, op, from, to);
	case CKPTI_CV_PTR:
		return run_ptr(r, op, from, to);
	case CKPTI_CV_WORDS:
		return run_words(r, op->count, from, to);
	case CKPTI_CV_ANY:
		return run_any(r, op, from, to);
	case CKPTI_CV_ACTIVE:
		return run_active(r, op, from, to);
	case CKPTI_CV_BITS:
		return run_bits(r, op, from, to);
	default:
		return run_loop(r, op, from, to);
	}
}

static int run_ops(struct run *r, const struct ckpti_cvop *op,
		   const struct ckpti_cvop *end, const char *from, char *to)
{
	for (; op < end; op += op->code == CKPTI_CV_LOOP ? op->body + 1 : 1) {
		if (run_op(r, op, from + op->from, to + op->to))
			return -1;
	}
	return 0;
}

static int run_elements(struct run *r, const struct ckpti_conv *conv,
			uint64_t n, uint64_t from_size, const char *from,
			char *to)
{
	uint64_t i;

	if (conv->plain) {
		memcpy(to, from, n * from_size);
		return 0;
	}
	for (i = 0; i < n; i++) {
		r->base = to + i * conv->to->size;
		r->conv = conv;
		if (run_ops(r, conv->ops, conv->ops + conv->nops,
			    from + i * from_size, to + i * conv->to->size))
			return -1;
	}
	return 0;
}

/* Elements of the flexible tail in `size` bytes; 0 if it is no such object. */
static uint64_t tail_count(const struct ckpti_load *load,
			   const struct ckpti_conv *conv, uint64_t size)
{
	const struct img_type *t = &load->img->types[conv->from];
	uint64_t each;

	if (!conv->tail || size <= conv->from_tail || size <= t->size)
		return 0;
	each = load->img->types[conv->tail->from].size;
	return each ? (size - conv->from_tail) / each : 0;
}

size_t ckpti_conv_size(struct ckpti_load *load, const struct ckpti_conv *conv,
		       uint64_t size)
{
	const struct img_type *t = &load->img->types[conv->from];
	uint64_t tail = tail_count(load, conv, size);

	if (tail)
		return conv->to->size + tail * conv->tail->to->size;
	return t->size ? (size_t)(size / t->size * conv->to->size) : 0;
}

int ckpti_conv_run(struct ckpti_load *load, const struct ckpti_conv *conv,
		   const void *from, uint64_t size, void *to,
		   const struct ckpti_what *what)
{
	const struct img_type *t = &load->img->types[conv->from];
	uint64_t tail = tail_count(load, conv, size);
	struct run r = { .load = load, .what = what };

	if (!tail)
		return t->size ? run_elements(&r, conv, size / t->size, t->size,
					      from, to)
			       : 0;
	return run_elements(&r, conv, 1, t->size, from, to) ||
			       run_elements(
				       &r, conv->tail, tail,
				       load->img->types[conv->tail->from].size,
				       (const char *)from + conv->from_tail,
				       (char *)to + conv->to_tail)
		       ? -1
		       : 0;
}
