/* SPDX-License-Identifier: MIT */
#include "submit/ckptvalue.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#define MAX_ELEMENTS 100 /* of an array; the rest is counted */
#define MAX_PARTS \
	1000000 /* of one value: types of a hostile image may
			      * hold each other many times */

void ckptvalue_quote(FILE *out, const char *text, uint64_t len)
{
	uint64_t i;

	putc('"', out);
	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c == '\n')
			fputs("\\n", out);
		else if (c < ' ' || c >= 127)
			fprintf(out, "\\u%04x", c);
		else
			putc(c, out);
	}
	putc('"', out);
}

/* ---- scalars ------------------------------------------------------------------- */

static void print_int(const struct ckptvalue *v, uint64_t value, bool is_signed)
{
	if (is_signed)
		fprintf(v->out, "%" PRId64, (int64_t)value);
	else
		fprintf(v->out, "%" PRIu64, value);
}

static void print_char(const struct ckptvalue *v, unsigned char c)
{
	int value = v->img->layout.char_signed ? (signed char)c : c;

	if (v->json || !isprint(c))
		fprintf(v->out, "%d", value);
	else
		fprintf(v->out, "'%s%c'", c == '\'' || c == '\\' ? "\\" : "",
			c);
}

static void print_float(const struct ckptvalue *v, const struct img_type *t,
			const unsigned char *bytes)
{
	long double value = ckpti_img_float(v->img, t, bytes);
	int digits = t->size == 4 ? 9 : t->size == 8 ? 17 : 21;

	if (v->json && !isfinite(value))
		fprintf(v->out, "\"%Lg\"", value);
	else
		fprintf(v->out, "%.*Lg", digits, value);
}

/* ---- pointers ------------------------------------------------------------------ */

static void print_offset(const struct ckptvalue *v, const struct img_place *p)
{
	if (p->offset)
		fprintf(v->out, " + %" PRIu64, p->offset);
}

static void print_block(const struct ckptvalue *v, const struct img_place *p)
{
	const struct img_span *s = &v->img->spans[p->index];
	uint32_t type = s->runs[p->sub].type;

	if (v->whole)
		fputs("a block", v->out);
	else
		fprintf(v->out, "block 0x%" PRIx64,
			s->base + p->slot * s->slot);
	fprintf(v->out, " of %s",
		type == IMG_NONE ? "unknown type" : v->img->types[type].name);
}

static void print_place(const struct ckptvalue *v, const struct img_place *p)
{
	const struct img *img = v->img;
	const struct img_point *point;

	switch (p->kind) {
	case IMG_AT_GLOBAL:
		fprintf(v->out, "&%s", img->globals[p->index].name);
		break;
	case IMG_AT_VARIABLE:
		point = &img->points[img->frames[p->index].point];
		fprintf(v->out, "&%s of frame %u", point->vars[p->sub].name,
			p->index);
		break;
	case IMG_AT_STRING:
		fputs("a literal", v->out);
		break;
	case IMG_AT_FUNCTION:
		fprintf(v->out, "function %s", img->funcs[p->index].name);
		break;
	case IMG_AT_STREAM:
		fprintf(v->out, "stream of descriptor %u",
			img->streams[p->index].fd);
		break;
	case IMG_AT_BLOCK:
		print_block(v, p);
		break;
	default:
		fputs("nothing", v->out);
	}
	print_offset(v, p);
}

static void print_literal(const struct ckptvalue *v, const struct img_place *p)
{
	const struct img_string *s = &v->img->strings[p->index];
	uint64_t len = s->size - p->offset;

	if (len && s->bytes[s->size - 1] == '\0')
		len--;
	ckptvalue_quote(v->out, (const char *)s->bytes + p->offset, len);
}

static void print_pointer(const struct ckptvalue *v, const struct img_type *t,
			  const unsigned char *bytes)
{
	uint64_t addr = ckpti_img_int(v->img, bytes, (unsigned)t->size, 0);
	struct img_place p;

	if (!addr) {
		fputs(v->json ? "null" : "NULL", v->out);
		return;
	}
	p = ckpti_img_find(v->finder, addr);
	if (v->json)
		fprintf(v->out, "{\"address\":%" PRIu64 ",\"to\":\"", addr);
	else if (v->whole)
		putc('(', v->out);
	else
		fprintf(v->out, "0x%" PRIx64 " (", addr);
	print_place(v, &p);
	if (v->json)
		putc('"', v->out);
	if (p.kind == IMG_AT_STRING && v->img->strings[p.index].width == 1 &&
	    p.offset <= v->img->strings[p.index].size) {
		fputs(v->json ? ",\"text\":" : " ", v->out);
		print_literal(v, &p);
	}
	putc(v->json ? '}' : ')', v->out);
}

/* ---- aggregates ----------------------------------------------------------------- */

static void print_one(const struct ckptvalue *v, uint32_t type,
		      const unsigned char *bytes);

static void print_elements(const struct ckptvalue *v, uint32_t elem,
			   const unsigned char *bytes, uint64_t n)
{
	const struct img_type *e = &v->img->types[elem];
	uint64_t i, shown = n;

	if (e->kind == CKPT_CHAR && n && memchr(bytes, '\0', n)) {
		ckptvalue_quote(v->out, (const char *)bytes,
				strnlen((const char *)bytes, n));
		return;
	}
	if (!e->size)
		shown = 0;
	else if (shown > MAX_ELEMENTS && !v->whole)
		shown = MAX_ELEMENTS;
	putc(v->json ? '[' : '{', v->out);
	for (i = 0; i < shown && *v->left; i++) {
		if (i)
			fputs(v->json ? "," : ", ", v->out);
		print_one(v, elem, bytes + i * e->size);
	}
	if (shown < n) {
		if (v->json)
			fprintf(v->out, ",\"and %" PRIu64 " more\"", n - shown);
		else
			fprintf(v->out, ", and %" PRIu64 " more", n - shown);
	}
	putc(v->json ? ']' : '}', v->out);
}

static void print_fields(const struct ckptvalue *v, const struct img_type *t,
			 const unsigned char *bytes)
{
	const struct img_field *f;
	uint32_t i;

	putc('{', v->out);
	for (i = 0; i < t->nfields && *v->left; i++) {
		f = &t->fields[i];
		if (i)
			fputs(v->json ? "," : ", ", v->out);
		if (v->json) {
			ckptvalue_quote(v->out, f->name, strlen(f->name));
			putc(':', v->out);
		} else if (f->name[0]) {
			fprintf(v->out, ".%s = ", f->name);
		}
		if (f->width)
			print_int(v, ckpti_img_bits(v->img, f, bytes),
				  v->img->types[f->type].kind == CKPT_INT);
		else
			print_one(v, f->type, bytes + f->offset);
	}
	putc('}', v->out);
}

static void print_bytes(const struct ckptvalue *v, const unsigned char *bytes,
			uint64_t n)
{
	uint64_t i;

	putc('"', v->out);
	for (i = 0; i < n && (v->whole || i < 4 * MAX_ELEMENTS); i++)
		fprintf(v->out, "%02x", bytes[i]);
	fputs(i < n ? "...\"" : "\"", v->out);
}

static void print_one(const struct ckptvalue *v, uint32_t type,
		      const unsigned char *bytes)
{
	const struct img_type *t = &v->img->types[type];

	if (!*v->left) {
		fputs("\"...\"", v->out);
		return;
	}
	--*v->left;
	switch (t->kind) {
	case CKPT_CHAR:
		print_char(v, bytes[0]);
		break;
	case CKPT_INT:
	case CKPT_UINT:
		if (t->size > 8)
			print_bytes(v, bytes, t->size);
		else
			print_int(v,
				  ckpti_img_int(v->img, bytes,
						(unsigned)t->size,
						t->kind == CKPT_INT),
				  t->kind == CKPT_INT);
		break;
	case CKPT_FLOAT:
		print_float(v, t, bytes);
		break;
	case CKPT_PTR:
		print_pointer(v, t, bytes);
		break;
	case CKPT_ARRAY:
	case CKPT_COMPLEX:
		print_elements(v, t->elem, bytes,
			       t->kind == CKPT_COMPLEX ? 2 : t->count);
		break;
	case CKPT_STRUCT:
		print_fields(v, t, bytes);
		break;
	default:
		print_bytes(v, bytes, t->size);
	}
}

void ckptvalue_print(const struct ckptvalue *value, uint32_t type,
		     const unsigned char *bytes, uint64_t size)
{
	uint64_t left = value->whole ? 100 * MAX_PARTS : MAX_PARTS;
	struct ckptvalue with = *value, *v = &with;
	const struct img_type *t;

	with.left = &left;
	if (type == IMG_NONE) {
		print_bytes(v, bytes, size);
		return;
	}
	t = &v->img->types[type];
	if (size < t->size)
		print_bytes(v, bytes, size);
	else if (size == t->size || !t->size)
		print_one(v, type, bytes);
	else if (size % t->size == 0)
		print_elements(v, type, bytes, size / t->size);
	else
		print_one(v, type, bytes); /* the tail is not shown */
}
