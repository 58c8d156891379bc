/* SPDX-License-Identifier: MIT */
/*
 * The order of sections is that of a reader's needs: the header and the
 * reasons first, so that a look at the start of a file tells where it can go;
 * the heap's data last, so that they can stream.
 */
#include "ckptlib/emit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ckptlib/alloc.h"
#include "ckptlib/frames.h"
#include "ckptlib/hand.h"
#include "ckptlib/heap.h"
#include "ckptlib/layout.h"
#include "ckptlib/own.h"
#include "ckptlib/park.h"
#include "ckptlib/typetab.h"
#include "ckptlib/units.h"

static void put_head(struct ckpti_emit *e)
{
	const struct ckpti_own *own = &ckpti_own;
	struct ckpti_buf b = { 0 };
	char cwd[4096];
	int i;

	ckpti_put_text(&b, ckpti_arch);
	ckpti_put_text(&b, own->argv ? own->argv[0] : "");
	ckpti_put_text(&b, getcwd(cwd, sizeof(cwd)) ? cwd : "");
	ckpti_put_uint(&b, ckpti_layout.big_endian);
	ckpti_put_uint(&b, ckpti_layout.char_signed);
	ckpti_put_uint(&b, ckpti_layout.ldouble);
	for (i = 0; i < IMG_NSCALARS; i++) {
		ckpti_put_uint(&b, ckpti_layout.size[i]);
		ckpti_put_uint(&b, ckpti_layout.align[i]);
	}
	ckpti_put_uint(&b, ckpti_signature());
	ckpti_put_uint(&b, e->scan->reasons.limits);
	ckpti_put_uint(&b, (uint64_t)time(NULL));
	ckpti_put_uint(&b, e->serial);
	ckpti_put_uint(&b, ckpti_parked_size());
	ckpti_put_uint(&b, e->scan->nblocks);
	ckpti_put_uint(&b, e->scan->heap_bytes);
	ckpti_sink_section(e->sink, "HEAD", &b);
}

static void put_reasons(struct ckpti_emit *e)
{
	const struct ckpti_reasons *r = &e->scan->reasons;
	struct ckpti_buf b = { 0 };
	size_t i;

	ckpti_put_uint(&b, r->n);
	for (i = 0; i < r->n; i++) {
		ckpti_put_uint(&b, r->list[i].limit);
		ckpti_put_text(&b, r->list[i].text);
		ckpti_put_text(&b, r->list[i].file);
		ckpti_put_uint(&b, r->list[i].line);
	}
	ckpti_sink_section(e->sink, "WHY ", &b);
}

static void put_units(struct ckpti_emit *e)
{
	struct ckpti_buf b = { 0 };
	unsigned i, n = ckpti_nunits();

	ckpti_put_uint(&b, n);
	for (i = 0; i < n; i++) {
		ckpti_put_text(&b, ckpti_unit(i)->name);
		ckpti_put_uint(&b, ckpti_unit_copy(i));
	}
	ckpti_sink_section(e->sink, "UNIT", &b);
}

static void put_funcs(struct ckpti_emit *e)
{
	const struct ckpti_objects *all = &e->scan->objects;
	const struct ckpti_funcobj *f;
	struct ckpti_buf b = { 0 };
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < all->nfuncs; i++)
		n += all->funcs[i].used;
	ckpti_put_uint(&b, n);
	for (i = 0; i < all->nfuncs; i++) {
		f = &all->funcs[i];
		if (!f->used)
			continue;
		ckpti_put_uint(&b, f->unit);
		ckpti_put_text(&b,
			       ckpti_unit(f->unit)->funcaddrs[f->index].name);
		ckpti_put_uint(&b, f->addr);
	}
	ckpti_sink_section(e->sink, "FUNC", &b);
}

static void put_strings(struct ckpti_emit *e)
{
	const struct ckpti_objects *all = &e->scan->objects;
	const struct ckpt_string *s;
	struct ckpti_buf b = { 0 };
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < all->nobjects; i++)
		n += all->objects[i].kind == CKPTI_STRING &&
		     all->objects[i].used;
	ckpti_put_uint(&b, n);
	for (i = 0; i < all->nobjects; i++) {
		const struct ckpti_object *o = &all->objects[i];

		if (o->kind != CKPTI_STRING || !o->used)
			continue;
		s = &ckpti_unit(o->unit)->strings[o->index];
		ckpti_put_uint(&b, o->addr);
		ckpti_put_uint(&b, s->width);
		ckpti_put_uint(&b, s->size);
		ckpti_buf_put(&b, s->addr, s->size);
	}
	ckpti_sink_section(e->sink, "STRS", &b);
}

/* ---- globals ---------------------------------------------------------------------- */

/* The object that starts where the global does, or NULL. */
static const struct ckpti_object *object_of(const struct ckpti_objects *all,
					    uint32_t unit, uint32_t index)
{
	uintptr_t addr = (uintptr_t)ckpti_unit(unit)->globals[index].addr;
	size_t low = 0, high = all->nobjects;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (all->objects[mid].addr < addr)
			low = mid + 1;
		else
			high = mid;
	}
	return low < all->nobjects && all->objects[low].addr == addr
		       ? &all->objects[low]
		       : NULL;
}

static bool global_used(const struct ckpti_objects *all, uint32_t unit,
			uint32_t index)
{
	const struct ckpti_object *o = object_of(all, unit, index);

	return o && o->used;
}

static const struct ckpt_type *global_type(const struct ckpti_emit *e,
					   uint32_t u, uint32_t i)
{
	const struct ckpt_global *g = &ckpti_unit(u)->globals[i];
	const struct ckpti_object *o = object_of(&e->scan->objects, u, i);

	return o && o->as && o->size == g->type->size ? o->as : g->type;
}

static bool global_goes(const struct ckpti_emit *e, uint32_t u, uint32_t i)
{
	const struct ckpt_global *g = &ckpti_unit(u)->globals[i];

	return !(g->flags & CKPT_G_CONST) ||
	       global_used(&e->scan->objects, u, i);
}

static void put_globals(struct ckpti_emit *e, struct ckpti_typetab *tab,
			struct ckpti_buf *b, struct ckpti_buf *data)
{
	const struct ckpt_global *g;
	uint64_t n = 0, how;
	uint32_t u, i;

	for (u = 0; u < ckpti_nunits(); u++) {
		for (i = 0; i < ckpti_unit(u)->nglobals; i++)
			n += global_goes(e, u, i);
	}
	ckpti_put_uint(b, n);
	for (u = 0; u < ckpti_nunits(); u++) {
		for (i = 0; i < ckpti_unit(u)->nglobals; i++) {
			if (!global_goes(e, u, i))
				continue;
			g = &ckpti_unit(u)->globals[i];
			ckpti_put_uint(b, u);
			ckpti_put_text(b, g->name);
			ckpti_put_uint(b, ckpti_global_copy(ckpti_unit(u), i));
			ckpti_put_uint(b, g->line);
			ckpti_put_uint(b, ckpti_typetab_add(
						  tab, global_type(e, u, i)));
			ckpti_put_uint(b, (uintptr_t)g->addr);
			how = g->flags & CKPT_G_CONST	       ? 0
			      : ckpti_global_left_out(g->addr) ? 2
							       : 1;
			ckpti_put_uint(b, how);
			if (how == 1)
				ckpti_buf_put(data, g->addr, g->type->size);
		}
	}
}

/* ---- frames ------------------------------------------------------------------------- */

static uint32_t unit_of_point(const struct ckpt_point *p)
{
	unsigned u, i;

	for (u = 0; u < ckpti_nunits(); u++) {
		for (i = 0; i < ckpti_unit(u)->nfunctions; i++) {
			if (ckpti_unit(u)->functions[i] == p->fn)
				return u;
		}
	}
	return IMG_NONE;
}

/* A frame's variables, one after the other. */
struct vars {
	const struct ckpt_var *var;
	const struct ckpt_type *type;
	const char *at; /* what is stored */
	unsigned left;
};

static struct vars vars_of(const struct ckpti_frame *frame)
{
	struct vars v = { .var = frame->point->vars,
			  .at = ckpti_frames.values.data + frame->values,
			  .left = frame->point->nvars };

	if (v.left)
		v.type = ckpti_var_type(v.var, v.at);
	return v;
}

static void vars_next(struct vars *v)
{
	v->at += ckpti_var_stored(v->var++);
	if (--v->left)
		v->type = ckpti_var_type(v->var, v->at);
}

static void put_point(struct ckpti_typetab *tab, struct ckpti_buf *b,
		      const struct ckpti_frame *frame, int *failed)
{
	const struct ckpt_point *p = frame->point;
	uint32_t unit = unit_of_point(p);
	struct vars v;

	if (unit == IMG_NONE)
		*failed = 1;
	ckpti_put_uint(b, unit);
	ckpti_put_text(b, p->fn->name);
	ckpti_put_text(b, p->what);
	ckpti_put_text(b, p->file);
	ckpti_put_uint(b, p->line);
	ckpti_put_uint(b, p->col);
	ckpti_put_uint(b, p->copy);
	ckpti_put_uint(b, p->nvars);
	for (v = vars_of(frame); v.left; vars_next(&v)) {
		ckpti_put_text(b, v.var->name);
		ckpti_put_uint(b, ckpti_typetab_add(tab, v.type));
		ckpti_put_uint(b, ckpti_var_in_memory(v.var));
		ckpti_put_uint(b, v.var->flags);
		ckpti_put_uint(b, v.var->line);
	}
}

struct points {
	const struct ckpti_frame **v;
	size_t n, cap;
	struct ckpti_buf buf;
};

/* Arrays of variable length give one point several descriptions. */
static bool same_point(const struct ckpti_frame *a, const struct ckpti_frame *b)
{
	struct vars va, vb;

	if (a->point != b->point)
		return false;
	for (va = vars_of(a), vb = vars_of(b); va.left; vars_next(&va)) {
		if (va.type != vb.type)
			return false;
		vars_next(&vb);
	}
	return true;
}

/* The point's number; its description is written the first time. Recursion
 * repeats few points, so the search goes backwards. */
static uint32_t point_index(struct ckpti_emit *e, struct points *points,
			    struct ckpti_typetab *tab,
			    const struct ckpti_frame *frame)
{
	const struct ckpti_frame **v;
	int failed = 0;
	size_t i;

	for (i = points->n; i-- > 0;) {
		if (same_point(points->v[i], frame))
			return (uint32_t)i;
	}
	v = ckpti_grow(points->v, &points->cap, points->n + 1, sizeof(*v));
	if (!v) {
		e->sink->error = -ENOMEM;
		return 0;
	}
	points->v = v;
	v[points->n] = frame;
	put_point(tab, &points->buf, frame, &failed);
	if (failed && !e->sink->error)
		e->sink->error = -EINVAL;
	return (uint32_t)points->n++;
}

static void put_frame_values(struct ckpti_buf *b, struct ckpti_buf *data,
			     const struct ckpti_frame *frame)
{
	const void *addr;
	struct vars v;

	for (v = vars_of(frame); v.left; vars_next(&v)) {
		if (ckpti_var_in_memory(v.var)) {
			memcpy(&addr, v.at, sizeof(addr));
			ckpti_put_uint(b, (uintptr_t)addr);
			ckpti_buf_put(data, ckpti_parked(addr), v.type->size);
		} else {
			ckpti_buf_put(data, v.at, v.type->size);
		}
	}
}

static void put_frames(struct ckpti_emit *e, struct ckpti_typetab *tab,
		       struct points *points, struct ckpti_buf *b,
		       struct ckpti_buf *data)
{
	const struct ckpti_frame *f = ckpti_frames.frames;
	size_t k;

	ckpti_put_uint(b, ckpti_frames.n);
	for (k = 0; k < ckpti_frames.n; k++) {
		ckpti_put_uint(b, point_index(e, points, tab, &f[k]));
		put_frame_values(b, data, &f[k]);
	}
}

/* ---- the heap ------------------------------------------------------------------------ */

/* What is known of a block's contents, left out or not. */
static const struct ckpt_type *type_of_word(uint32_t word)
{
	uint32_t id = CKPTI_TYPE_OF(word);

	if (id == CKPTI_TYPE_CONFLICT)
		return NULL;
	return ckpti_word_left_out(word)
		       ? ckpti_left_out_of(ckpti_type_of_id(id))
		       : ckpti_type_of_id(id);
}

static void put_span(struct ckpti_typetab *tab, struct ckpti_buf *b,
		     struct ckpti_span *s)
{
	const struct ckpt_type *type;
	uint32_t first, n, from;
	uint64_t nruns = 0;

	for (from = 0; (n = ckpti_heap_run(s, from, &first)); from = first + n)
		nruns++;
	ckpti_put_uint(b, (uintptr_t)s->base >> CKPTI_UNIT_SHIFT);
	ckpti_put_uint(b, s->units);
	ckpti_put_uint(b, s->state == CKPTI_SMALL ? s->slot : 0);
	ckpti_put_uint(b, nruns);
	for (from = 0; (n = ckpti_heap_run(s, from, &first));
	     from = first + n) {
		ckpti_put_uint(b, first - from);
		if (ckpti_word_left_out(s->words[first]))
			ckpti_put_uint(b, 0);
		ckpti_put_uint(b, n);
		type = type_of_word(s->words[first]);
		ckpti_put_uint(b, type ? ckpti_typetab_add(tab, type) + 1 : 0);
		ckpti_put_uint(b, ckpti_slot_size(s, first));
	}
}

static void put_range(struct ckpti_buf *b, uintptr_t low, uintptr_t high)
{
	ckpti_put_uint(b, low);
	ckpti_put_uint(b, high - low);
}

/* Where pointers that lead to nothing now may have led before. */
static void put_ranges(struct ckpti_buf *b)
{
	const struct ckpti_space *foreign = ckpti_arena_space(CKPTI_FOREIGN);
	struct ckpti_park_ranges r;

	ckpti_park_ranges(&r);
	ckpti_put_uint(b, 3);
	put_range(b, r.stack_low, r.stack_high);
	put_range(b, r.also_low, r.also_high);
	put_range(b, foreign->low, foreign->high);
}

static void put_heap(struct ckpti_typetab *tab, struct ckpti_buf *b)
{
	struct ckpti_space *space = ckpti_arena_space(CKPTI_PROGRAM);
	struct ckpti_heap_iter iter = { 0 };
	struct ckpti_span *s;
	uint64_t n = 0;
	size_t i;

	put_ranges(b);
	ckpti_put_uint(b, space->nchunks);
	for (i = 0; i < space->nchunks; i++) {
		ckpti_put_uint(b, (uintptr_t)space->chunks[i].base >>
					  CKPTI_UNIT_SHIFT);
		ckpti_put_uint(b, space->chunks[i].size >> CKPTI_UNIT_SHIFT);
	}
	while (ckpti_heap_next(&iter))
		n++;
	ckpti_put_uint(b, n);
	memset(&iter, 0, sizeof(iter));
	while ((s = ckpti_heap_next(&iter)))
		put_span(tab, b, s);
}

static void put_heap_data(struct ckpti_emit *e)
{
	struct ckpti_heap_iter iter = { 0 };
	struct ckpti_span *s;
	uint32_t first, n, from;
	size_t size;

	ckpti_sink_begin(e->sink, "HDAT", e->scan->heap_bytes);
	while ((s = ckpti_heap_next(&iter)) && !e->sink->error) {
		for (from = 0; (n = ckpti_heap_run(s, from, &first));
		     from = first + n) {
			size = ckpti_slot_size(s, first);
			if (ckpti_word_left_out(s->words[first]))
				continue;
			ckpti_sink_gather(e->sink, ckpti_slot_addr(s, first), n,
					  size, s->slot);
		}
	}
	ckpti_sink_end(e->sink);
}

/* ---- files --------------------------------------------------------------------------- */

static void put_fds(const struct ckpti_filestate *f, struct ckpti_buf *b)
{
	size_t i;

	ckpti_put_uint(b, f->nfds);
	for (i = 0; i < f->nfds; i++) {
		const struct img_fd *fd = &f->fds[i];

		ckpti_put_uint(b, fd->fd);
		ckpti_put_uint(b, fd->kind);
		ckpti_put_uint(b, fd->inherited);
		ckpti_put_uint(b, fd->shared == IMG_NONE ? 0 : fd->shared + 1);
		ckpti_put_uint(b, fd->same == IMG_NONE ? 0 : fd->same + 1);
		ckpti_put_uint(b, fd->flags);
		ckpti_put_text(b, fd->path);
		ckpti_put_uint(b, fd->offset);
		ckpti_put_uint(b, fd->length);
		ckpti_put_uint(b, fd->content_size);
		ckpti_buf_put(b, fd->content, fd->content_size);
	}
}

static void put_streams(const struct ckpti_filestate *f, struct ckpti_buf *b)
{
	size_t i;

	ckpti_put_uint(b, f->nstreams);
	for (i = 0; i < f->nstreams; i++) {
		const struct img_stream *s = &f->streams[i];

		ckpti_put_uint(b, s->fd);
		ckpti_put_uint(b, s->addr);
		ckpti_put_text(b, s->mode);
		ckpti_put_uint(b, s->buffering);
		ckpti_put_uint(b, s->buffer_size);
		ckpti_put_uint(b, s->eof);
		ckpti_put_uint(b, s->error);
		ckpti_put_uint(b, s->wide);
		ckpti_put_uint(b, s->nunread);
		ckpti_buf_put(b, s->unread, s->nunread);
	}
}

static void put_files(struct ckpti_emit *e)
{
	const struct ckpti_filestate *f = e->files;
	struct ckpti_buf b = { 0 };
	size_t i;

	put_fds(f, &b);
	put_streams(f, &b);
	ckpti_put_uint(&b, f->nwritten);
	for (i = 0; i < f->nwritten; i++) {
		ckpti_put_text(&b, f->written[i].path);
		ckpti_put_uint(&b, f->written[i].existed);
		ckpti_put_uint(&b, f->written[i].length);
	}
	ckpti_sink_section(e->sink, "FILE", &b);
}

void ckpti_emit_image(struct ckpti_emit *e)
{
	struct ckpti_buf types = { 0 }, globals = { 0 }, frames = { 0 },
			 heap = { 0 }, global_data = { 0 }, frame_data = { 0 },
			 npoints = { 0 };
	struct ckpti_typetab tab = { 0 };
	struct points points = { 0 };
	static const unsigned char version[8] = { IMG_VERSION };

	put_globals(e, &tab, &globals, &global_data);
	put_frames(e, &tab, &points, &frames, &frame_data);
	put_heap(&tab, &heap);
	ckpti_typetab_put(&tab, &types);
	ckpti_put_uint(&npoints, points.n);
	ckpti_buf_put(&npoints, points.buf.data, points.buf.len);
	if (points.buf.failed || tab.failed)
		e->sink->error = -ENOMEM;

	ckpti_sink_put(e->sink, IMG_MAGIC, 8);
	ckpti_sink_put(e->sink, version, sizeof(version));
	put_head(e);
	put_reasons(e);
	put_units(e);
	ckpti_sink_section(e->sink, "TYPE", &types);
	put_funcs(e);
	put_strings(e);
	ckpti_sink_section(e->sink, "GLOB", &globals);
	ckpti_sink_section(e->sink, "PNTS", &npoints);
	ckpti_sink_section(e->sink, "FRAM", &frames);
	ckpti_sink_section(e->sink, "HEAP", &heap);
	put_files(e);
	ckpti_sink_section(e->sink, "GDAT", &global_data);
	ckpti_sink_section(e->sink, "FDAT", &frame_data);
	put_heap_data(e);
	ckpti_sink_begin(e->sink, "END ", 0);
	ckpti_sink_end(e->sink);

	ckpti_typetab_release(&tab);
	ckpti_buf_release(&points.buf);
	free(points.v);
}
