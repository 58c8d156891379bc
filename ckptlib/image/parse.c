/* SPDX-License-Identifier: MIT */
#include "ckptlib/image/parse.h"

#include <errno.h>

#include "ckptlib/abi.h"

#define MAX_SIZE ((uint64_t)1 << 46) /* of any object */

static int done(const struct img_cursor *c)
{
	return c->bad || c->p != c->end ? -EBADMSG : 0;
}

/* A table of as many entries as the section says. */
#define TABLE(img, c, list, count, each)                               \
	do {                                                           \
		(count) = img_count(c, each);                          \
		if ((c)->bad)                                          \
			return -EBADMSG;                               \
		(list) = ckpti_img_alloc(img, count, sizeof(*(list))); \
		if (!(list))                                           \
			return -ENOMEM;                                \
	} while (0)

static uint32_t index_in(struct img_cursor *c, uint32_t count)
{
	return (uint32_t)(count ? img_uint_to(c, count - 1)
				: (c->bad = 1, (uint64_t)0));
}

/* 0 for none, else the index and one. */
static uint32_t optional_index(struct img_cursor *c, uint32_t count)
{
	uint64_t i = img_uint_to(c, count);

	return i ? (uint32_t)i - 1 : IMG_NONE;
}

int ckpti_img_parse_head(struct img *img, struct img_cursor *c)
{
	struct img_layout *l = &img->layout;
	int i;

	img->arch = img_text(c);
	img->program = img_text(c);
	img->cwd = img_text(c);
	l->big_endian = (uint8_t)img_uint_to(c, 1);
	l->char_signed = (uint8_t)img_uint_to(c, 1);
	l->ldouble = (uint8_t)img_uint_to(c, IMG_LD_DOUBLE_DOUBLE);
	for (i = 0; i < IMG_NSCALARS; i++) {
		l->size[i] = (uint8_t)img_uint_to(c, 32);
		l->align[i] = (uint8_t)img_uint_to(c, 32);
		if (!l->size[i] || !l->align[i])
			c->bad = 1;
	}
	if (l->size[IMG_PTR] != 4 && l->size[IMG_PTR] != 8)
		c->bad = 1;
	if (l->size[IMG_LONG] != 4 && l->size[IMG_LONG] != 8)
		c->bad = 1;
	if (l->ldouble == 0)
		c->bad = 1;
	img->signature = img_uint(c);
	img->limits =
		ckpti_img_limits_closed(img_uint_to(c, 2 * IMG_NOWHERE - 1));
	img->time = img_uint(c);
	img->serial = img_uint(c);
	img->stack_bytes = img_uint_to(c, MAX_SIZE);
	img->nblocks = img_uint(c);
	img->heap_bytes = img_uint_to(c, MAX_SIZE);
	return done(c);
}

int ckpti_img_parse_reasons(struct img *img, struct img_cursor *c)
{
	uint32_t i;

	TABLE(img, c, img->reasons, img->nreasons, 5);
	for (i = 0; i < img->nreasons; i++) {
		struct img_reason *r = &img->reasons[i];

		r->limit = (uint32_t)img_uint_to(c, 2 * IMG_NOWHERE - 1);
		r->text = img_text(c);
		r->file = img_text(c);
		r->line = (uint32_t)img_uint_to(c, UINT32_MAX);
	}
	return done(c);
}

int ckpti_img_parse_units(struct img *img, struct img_cursor *c)
{
	uint32_t i;

	TABLE(img, c, img->units, img->nunits, 3);
	for (i = 0; i < img->nunits; i++) {
		img->units[i].name = img_text(c);
		img->units[i].copy = (uint32_t)img_uint_to(c, i);
	}
	return done(c);
}

/* ---- types ------------------------------------------------------------------------- */

static int parse_type(struct img *img, struct img_cursor *c, struct img_type *t)
{
	uint32_t i;

	t->name = img_text(c);
	t->where = img_text(c);
	t->unit = optional_index(c, img->nunits);
	t->kind = (uint8_t)img_uint_to(c, CKPT_OPAQUE);
	t->flags = (uint8_t)img_uint_to(c, 255);
	t->align = (uint32_t)img_uint_to(c, 1 << 20);
	t->size = img_uint_to(c, MAX_SIZE);
	t->count = img_uint_to(c, MAX_SIZE);
	t->elem = optional_index(c, img->ntypes);
	TABLE(img, c, t->fields, t->nfields, 4);
	for (i = 0; i < t->nfields; i++) {
		struct img_field *f = &t->fields[i];

		f->name = img_text(c);
		f->type = index_in(c, img->ntypes);
		f->width = (uint32_t)img_uint_to(c, 64);
		f->offset = img_uint_to(c, 8 * MAX_SIZE);
	}
	return c->bad ? -EBADMSG : 0;
}

int ckpti_img_parse_types(struct img *img, struct img_cursor *c)
{
	uint32_t i;
	int r;

	TABLE(img, c, img->types, img->ntypes, 11);
	for (i = 0; i < img->ntypes; i++) {
		r = parse_type(img, c, &img->types[i]);
		if (r)
			return r;
	}
	return done(c) ? -EBADMSG : ckpti_img_check_types(img);
}

/* ---- what has addresses --------------------------------------------------------------- */

int ckpti_img_parse_funcs(struct img *img, struct img_cursor *c)
{
	uint32_t i;

	TABLE(img, c, img->funcs, img->nfuncs, 4);
	for (i = 0; i < img->nfuncs; i++) {
		img->funcs[i].unit = index_in(c, img->nunits);
		img->funcs[i].name = img_text(c);
		img->funcs[i].addr = img_uint(c);
	}
	return done(c);
}

int ckpti_img_parse_strings(struct img *img, struct img_cursor *c)
{
	uint32_t i;

	TABLE(img, c, img->strings, img->nstrings, 3);
	for (i = 0; i < img->nstrings; i++) {
		struct img_string *s = &img->strings[i];

		s->addr = img_uint(c);
		s->width = (uint32_t)img_uint_to(c, 4);
		s->size = img_uint_to(c, MAX_SIZE);
		s->bytes = img_bytes(c, s->size);
		if (s->width != 1 && s->width != 2 && s->width != 4)
			c->bad = 1;
	}
	return done(c);
}

int ckpti_img_parse_globals(struct img *img, struct img_cursor *c)
{
	uint64_t data = 0, how;
	uint32_t i;

	TABLE(img, c, img->globals, img->nglobals, 8);
	for (i = 0; i < img->nglobals; i++) {
		struct img_global *g = &img->globals[i];

		g->unit = index_in(c, img->nunits);
		g->name = img_text(c);
		g->copy = (uint32_t)img_uint_to(c, UINT32_MAX);
		g->line = (uint32_t)img_uint_to(c, UINT32_MAX);
		g->type = index_in(c, img->ntypes);
		g->addr = img_uint(c);
		g->data = IMG_NO_DATA;
		how = img_uint_to(c, 2);
		g->left_out = how == 2;
		if (how == 1 && !c->bad) {
			g->data = data;
			data += img->types[g->type].size;
		}
		if (data > MAX_SIZE)
			c->bad = 1;
	}
	img->global_size = data;
	return done(c);
}

int ckpti_img_parse_points(struct img *img, struct img_cursor *c)
{
	uint32_t i, k;

	TABLE(img, c, img->points, img->npoints, 11);
	for (i = 0; i < img->npoints; i++) {
		struct img_point *p = &img->points[i];

		p->unit = index_in(c, img->nunits);
		p->function = img_text(c);
		p->what = img_text(c);
		p->file = img_text(c);
		p->line = (uint32_t)img_uint_to(c, UINT32_MAX);
		p->col = (uint32_t)img_uint_to(c, UINT32_MAX);
		p->copy = (uint32_t)img_uint_to(c, UINT32_MAX);
		TABLE(img, c, p->vars, p->nvars, 6);
		for (k = 0; k < p->nvars; k++) {
			p->vars[k].name = img_text(c);
			p->vars[k].type = index_in(c, img->ntypes);
			p->vars[k].in_memory = (uint8_t)img_uint_to(c, 1);
			p->vars[k].flags = (uint8_t)img_uint_to(c, 255);
			p->vars[k].line = (uint32_t)img_uint_to(c, UINT32_MAX);
		}
		if (c->bad)
			return -EBADMSG;
	}
	return done(c);
}

static int parse_frame(struct img *img, struct img_cursor *c,
		       struct img_frame *f, uint64_t *data)
{
	const struct img_point *p;
	uint32_t k, n = 0;

	f->point = index_in(c, img->npoints);
	if (c->bad)
		return -EBADMSG;
	p = &img->points[f->point];
	f->data = *data;
	for (k = 0; k < p->nvars; k++) {
		n += p->vars[k].in_memory;
		*data += img->types[p->vars[k].type].size;
		if (*data > MAX_SIZE)
			return -EBADMSG;
	}
	if (n > (uint64_t)(c->end - c->p))
		return -EBADMSG;
	if (n) {
		f->addrs = ckpti_img_alloc(img, n, sizeof(*f->addrs));
		if (!f->addrs)
			return -ENOMEM;
	}
	for (k = 0; k < n; k++)
		f->addrs[k] = img_uint(c);
	return c->bad ? -EBADMSG : 0;
}

int ckpti_img_parse_frames(struct img *img, struct img_cursor *c)
{
	uint64_t data = 0;
	uint32_t i;
	int r;

	TABLE(img, c, img->frames, img->nframes, 1);
	for (i = 0; i < img->nframes; i++) {
		r = parse_frame(img, c, &img->frames[i], &data);
		if (r)
			return r;
	}
	img->frame_size = data;
	return done(c);
}

/* ---- the heap -------------------------------------------------------------------------- */

/* Slots of a span of this size. */
static uint64_t slots_of(const struct img_span *s)
{
	return s->slot ? (s->units << 16) / s->slot : 1;
}

static int parse_span(struct img *img, struct img_cursor *c, struct img_span *s,
		      uint64_t *data, uint64_t *blocks)
{
	uint64_t slot = 0;
	int left_out;
	uint32_t i;

	s->base = img_uint_to(c, UINT64_MAX >> 16) << 16;
	s->units = img_uint_to(c, MAX_SIZE >> 16);
	s->slot = (uint32_t)img_uint_to(c, 1 << 20);
	if (s->base > UINT64_MAX - (s->units << 16) || s->units == 0)
		return -EBADMSG;
	TABLE(img, c, s->runs, s->nruns, 4);
	for (i = 0; i < s->nruns; i++) {
		struct img_run *r = &s->runs[i];

		slot += img_uint_to(c, UINT32_MAX);
		r->first = (uint32_t)slot;
		r->count = (uint32_t)img_uint_to(c, UINT32_MAX);
		left_out = r->count == 0;
		if (left_out)
			r->count = (uint32_t)img_uint_to(c, UINT32_MAX);
		r->type = optional_index(c, img->ntypes);
		r->size = img_uint_to(c, MAX_SIZE);
		slot += r->count;
		if (c->bad || slot > slots_of(s) || r->count == 0 ||
		    (s->slot ? r->size >= s->slot : r->size >= s->units << 16))
			return -EBADMSG;
		r->data = left_out ? IMG_NO_DATA : *data;
		if (!left_out)
			*data += r->count * r->size;
		*blocks += r->count;
		if (*data > MAX_SIZE)
			return -EBADMSG;
	}
	return c->bad ? -EBADMSG : 0;
}

int ckpti_img_parse_heap(struct img *img, struct img_cursor *c)
{
	uint64_t data = 0, blocks = 0;
	uint32_t i;
	int r;

	TABLE(img, c, img->ranges, img->nranges, 2);
	for (i = 0; i < img->nranges; i++) {
		img->ranges[i].base = img_uint(c);
		img->ranges[i].size = img_uint(c);
	}
	TABLE(img, c, img->chunks, img->nchunks, 2);
	for (i = 0; i < img->nchunks; i++) {
		img->chunks[i].base = img_uint_to(c, UINT64_MAX >> 16) << 16;
		img->chunks[i].size = img_uint_to(c, MAX_SIZE >> 16) << 16;
		if (img->chunks[i].base > UINT64_MAX - img->chunks[i].size)
			c->bad = 1;
	}
	TABLE(img, c, img->spans, img->nspans, 4);
	for (i = 0; i < img->nspans; i++) {
		r = parse_span(img, c, &img->spans[i], &data, &blocks);
		if (r)
			return r;
	}
	if (data != img->heap_bytes || blocks != img->nblocks)
		return -EBADMSG;
	return done(c);
}

/* ---- files ------------------------------------------------------------------------------ */

int ckpti_img_parse_files(struct img *img, struct img_cursor *c)
{
	uint32_t i;

	TABLE(img, c, img->fds, img->nfds, 11);
	for (i = 0; i < img->nfds; i++) {
		struct img_fd *f = &img->fds[i];

		f->fd = (uint32_t)img_uint_to(c, 1 << 20);
		f->kind = (uint8_t)img_uint_to(c, IMG_FILE_OTHER);
		f->inherited = (uint8_t)img_uint_to(c, 1);
		f->shared = optional_index(c, 1 << 20);
		f->same = optional_index(c, 1 << 20);
		f->flags = (uint32_t)img_uint_to(c, 255);
		f->path = img_text(c);
		f->offset = img_uint_to(c, INT64_MAX);
		f->length = img_uint_to(c, INT64_MAX);
		f->content_size = img_uint_to(c, MAX_SIZE);
		f->content = img_bytes(c, f->content_size);
	}
	TABLE(img, c, img->streams, img->nstreams, 10);
	for (i = 0; i < img->nstreams; i++) {
		struct img_stream *s = &img->streams[i];

		s->fd = (uint32_t)img_uint_to(c, 1 << 20);
		s->addr = img_uint(c);
		s->mode = img_text(c);
		s->buffering = (uint32_t)img_uint_to(c, 16);
		s->buffer_size = img_uint_to(c, MAX_SIZE);
		s->eof = (uint8_t)img_uint_to(c, 1);
		s->error = (uint8_t)img_uint_to(c, 1);
		s->wide = (uint8_t)img_uint_to(c, IMG_BYTES);
		s->nunread = (uint32_t)img_uint_to(c, UINT32_MAX / 2);
		s->unread = img_bytes(c, s->nunread);
	}
	TABLE(img, c, img->written, img->nwritten, 4);
	for (i = 0; i < img->nwritten; i++) {
		img->written[i].path = img_text(c);
		img->written[i].existed = (uint8_t)img_uint_to(c, 1);
		img->written[i].length = img_uint_to(c, INT64_MAX);
	}
	return done(c);
}
