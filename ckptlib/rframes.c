/* SPDX-License-Identifier: MIT */
/*
 * Variables that stay in memory lie in one region, the outermost frame's
 * first, so that it shrinks like a stack as the frames return. It is parked
 * with the stack, as the slow clones write to it.
 */
#include "ckptlib/rframes.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ckptlib/conf.h"
#include "ckptlib/convert.h"
#include "ckptlib/frames.h"
#include "ckptlib/hand.h"
#include "ckptlib/os.h"
#include "ckptlib/park.h"
#include "ckptlib/sigstate.h"
#include "ckptlib/translate.h"
#include "ckptlib/varray.h"

/* A program's variable and where it comes from. */
struct varmatch {
	struct ckpti_conv *conv;
	uint32_t from; /* the image's variable */
	uint64_t data; /* offset in the frame's data */
	uint32_t addr; /* index in the frame's addresses; IMG_NONE: none */
};

struct ckpti_pointmatch {
	const struct ckpt_point *to;
	struct varmatch *vars; /* one per variable of `to` */
	size_t slots; /* bytes of pointers and of values */
};

struct rframe {
	const struct ckpt_point *point;
	void **slots; /* one per variable */
	size_t memory; /* its part of the region starts here */
};

static struct rframe *rframes; /* innermost first */
static size_t nrframes;
static size_t current; /* the frame that ckpt_restore is asked for */
static char *region;
static size_t region_used;

#define ALIGN	    16
#define ARRAY_ALIGN 64 /* of arrays of variable length */

static size_t rounded(size_t n)
{
	return (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
}

/* Bytes for a value, which may want more than the slots' alignment. */
static size_t value_room(const struct ckpt_type *type)
{
	return rounded(type->size) + (type->align > ALIGN ? type->align : 0);
}

static void *value_at(char *slots, const struct ckpt_type *type)
{
	size_t align = type->align > ALIGN ? type->align : ALIGN;

	return (void *)(((uintptr_t)slots + align - 1) / align * align);
}

/* ---- points ------------------------------------------------------------------------ */

static const struct ckpt_point *find_point(const struct ckpt_unit *unit,
					   const struct img_point *p)
{
	unsigned i, k;

	for (i = 0; unit && i < unit->nfunctions; i++) {
		const struct ckpt_function *fn = unit->functions[i];

		if (strcmp(fn->name, p->function) != 0)
			continue;
		for (k = 0; k < fn->npoints; k++) {
			const struct ckpt_point *q = fn->points[k];

			if (q->line == p->line && q->col == p->col &&
			    q->copy == p->copy && strcmp(q->what, p->what) == 0)
				return q;
		}
	}
	return NULL;
}

/* The image tells the length of what has one at run time only. */
static int match_type(struct ckpti_load *load, const struct img_var *from,
		      const struct ckpt_var *var, struct varmatch *m)
{
	const struct img_type *t = &load->img->types[from->type];
	const struct ckpt_type *to = var->type;

	if (var->pass == CKPT_P_ARRAY) {
		if (t->kind != CKPT_ARRAY)
			return ckpti_load_fail(
				load, "the image's variable '%s' is no array",
				var->name);
		to = ckpti_varray(to, (size_t)t->count);
		if (!to || to->count != t->count)
			return ckpti_load_fail(load, "no memory for '%s'",
					       var->name);
	}
	m->conv = ckpti_conv_get(load, from->type, to);
	return m->conv ? 0 : -1;
}

static int match_var(struct ckpti_load *load, const struct img_point *from,
		     const struct ckpt_var *var, struct varmatch *m)
{
	uint64_t data = 0;
	uint32_t addr = 0;
	uint32_t k;

	for (k = 0; k < from->nvars; k++) {
		const struct img_var *v = &from->vars[k];

		if (strcmp(v->name, var->name) == 0) {
			m->from = k;
			m->data = data;
			m->addr = v->in_memory ? addr : IMG_NONE;
			return match_type(load, v, var, m);
		}
		data += load->img->types[v->type].size;
		addr += v->in_memory;
	}
	return ckpti_load_fail(load,
			       "the image has no variable '%s' of function "
			       "'%s' (%s:%u)",
			       var->name, from->function, from->file,
			       from->line);
}

static int match_point(struct ckpti_load *load, uint32_t i)
{
	const struct img_point *from = &load->img->points[i];
	struct ckpti_pointmatch *m = &load->points[i];
	unsigned k;

	m->to = find_point(load->units[from->unit], from);
	if (!m->to)
		return ckpti_load_fail(
			load,
			"this program has no resume point '%s' in function "
			"'%s' (%s:%u:%u)",
			from->what, from->function, from->file, from->line,
			from->col);
	m->vars = calloc((size_t)m->to->nvars + 1, sizeof(*m->vars));
	if (!m->vars)
		return ckpti_load_fail(load, "no memory");
	m->slots = rounded(m->to->nvars * sizeof(void *));
	for (k = 0; k < m->to->nvars; k++) {
		if (match_var(load, from, &m->to->vars[k], &m->vars[k]))
			return -1;
		if (!ckpti_var_in_memory(&m->to->vars[k]))
			m->slots += value_room(m->to->vars[k].type);
	}
	return 0;
}

int ckpti_rframes_match(struct ckpti_load *load)
{
	uint32_t i;

	load->points =
		calloc((size_t)load->img->npoints + 1, sizeof(*load->points));
	if (!load->points)
		return ckpti_load_fail(load, "no memory");
	for (i = 0; i < load->img->npoints; i++) {
		if (match_point(load, i))
			return -1;
	}
	return 0;
}

/* ---- places -------------------------------------------------------------------------- */

/* Where a variable in memory starts, given the end of the one before. */
static size_t memory_at(size_t end, const struct ckpt_var *var)
{
	size_t align = var->pass == CKPT_P_ARRAY ? ARRAY_ALIGN : ALIGN;

	if (var->type->align > align)
		align = var->type->align;
	return (end + align - 1) / align * align;
}

/* Bytes of the region behind `at` for the frame's variables in memory. One
 * spare byte each keeps one past the end apart from the next one's start. */
static size_t memory_after(size_t at, const struct ckpti_pointmatch *m)
{
	const struct ckpt_point *p = m->to;
	unsigned k;

	for (k = 0; k < p->nvars; k++) {
		if (ckpti_var_in_memory(&p->vars[k]))
			at = memory_at(at, &p->vars[k]) +
			     m->vars[k].conv->to->size + 1;
	}
	return at;
}

static int place_frame(struct ckpti_load *load, uint32_t i, char *slots)
{
	const struct img_frame *from = &load->img->frames[i];
	const struct img_point *p = &load->img->points[from->point];
	const struct ckpti_pointmatch *m = &load->points[from->point];
	struct rframe *f = &rframes[i];
	struct ckpti_target t = { 0 };
	unsigned k;

	f->point = m->to;
	f->slots = (void **)slots;
	f->memory = region_used;
	slots += rounded(m->to->nvars * sizeof(void *));
	for (k = 0; k < m->to->nvars; k++) {
		const struct ckpt_var *var = &m->to->vars[k];
		const struct ckpt_type *type = m->vars[k].conv->to;
		bool memory = ckpti_var_in_memory(var);

		if (memory) {
			region_used = memory_at(region_used, var);
			f->slots[k] = region + region_used;
			region_used += type->size + 1;
		} else {
			f->slots[k] = value_at(slots, type);
			slots += value_room(type);
		}
		if (m->vars[k].addr == IMG_NONE)
			continue;
		t.addr = from->addrs[m->vars[k].addr];
		t.type = p->vars[m->vars[k].from].type;
		t.size = load->img->types[t.type].size;
		t.to = memory ? (uintptr_t)f->slots[k] : 0;
		t.to_type = type;
		t.name = var->name;
		if (ckpti_target_add(load, &t))
			return -1;
	}
	return 0;
}

int ckpti_rframes_place(struct ckpti_load *load)
{
	const struct img *img = load->img;
	size_t slots = 0, memory = 0;
	char *at;
	uint32_t i;

	for (i = img->nframes; i-- > 0;) {
		const struct ckpti_pointmatch *m =
			&load->points[img->frames[i].point];

		slots += m->slots;
		memory = memory_after(memory, m);
	}
	rframes = calloc((size_t)img->nframes + 1, sizeof(*rframes));
	at = ckpti_map(NULL, slots + 1);
	region = ckpti_map(NULL, memory + 1);
	if (!rframes || !at || !region)
		return ckpti_load_fail(load, "no memory for the frames");
	nrframes = img->nframes;
	for (i = img->nframes; i-- > 0;) {
		if (place_frame(load, i, at))
			return -1;
		at += load->points[img->frames[i].point].slots;
	}
	ckpti_park_also(region, region_used);
	return 0;
}

int ckpti_rframes_values(struct ckpti_load *load)
{
	const struct img *img = load->img;
	struct ckpti_what what = { .kind = "variable" };
	uint32_t i;
	unsigned k;

	for (i = 0; i < img->nframes; i++) {
		const struct img_frame *from = &img->frames[i];
		const struct img_point *p = &img->points[from->point];
		const struct ckpti_pointmatch *m = &load->points[from->point];

		for (k = 0; k < m->to->nvars; k++) {
			const struct varmatch *v = &m->vars[k];
			const struct img_var *var = &p->vars[v->from];

			what.name = var->name;
			what.file = p->file;
			what.line = var->line;
			what.soft = var->flags & CKPT_V_MAYBE;
			if (ckpti_conv_run(load, v->conv,
					   img->frame_data + from->data +
						   v->data,
					   img->types[var->type].size,
					   rframes[i].slots[k], &what))
				return -1;
		}
	}
	return 0;
}

/* ---- resuming -------------------------------------------------------------------------- */

static void broken(const char *why)
{
	ckpti_say("cannot resume: %s; this is a defect of the instrumenter",
		  why);
	_exit(CKPTI_EXIT_REFUSED);
}

static void resume(size_t i, void *ret)
{
	current = i;
	ckpt_resuming = 1;
	rframes[i].point->fn->resume(ret);
	if (!ckpt_unwinding) {
		region_used = rframes[i].memory;
		ckpti_park_also(region, region_used);
	}
}

void ckpti_rframes_resume(void *ret)
{
	if (nrframes == 0)
		broken("the image has no frames");
	resume(nrframes - 1, ret);
}

static int arms_again(const struct ckpt_point *p)
{
	return p->nvars && p->vars[p->nvars - 1].type == &ckpt_frame_type;
}

void ckpt_rearmed(void)
{
	if (current == 0)
		ckpti_sigstate_go();
}

void *const *ckpt_restore(const struct ckpt_function *fn, unsigned *ret_id)
{
	const struct rframe *f = &rframes[current];

	ckpt_resuming = 0;
	if (f->point->fn != fn)
		broken("another function was entered than the frame's");
	*ret_id = f->point->id;
	/* with setjmp, ckpt_rearmed says when a handler may jump */
	if (current == 0 && !arms_again(f->point))
		ckpti_sigstate_go();
	return f->slots;
}

void ckpt_resume_next(void *ret)
{
	if (current > 0)
		resume(current - 1, ret);
	else if (!ckpti_hand_resumed(ret))
		broken("there is no further frame");
}
