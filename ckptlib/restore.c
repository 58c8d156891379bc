/* SPDX-License-Identifier: MIT */
#include "ckptlib/restore.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ckptlib/convert.h"
#include "ckptlib/files.h"
#include "ckptlib/hand.h"
#include "ckptlib/layout.h"
#include "ckptlib/load.h"
#include "ckptlib/os.h"
#include "ckptlib/place.h"
#include "ckptlib/rframes.h"
#include "ckptlib/state.h"
#include "ckptlib/stats.h"
#include "ckptlib/streams.h"
#include "ckptlib/translate.h"
#include "ckptlib/undo.h"
#include "ckptlib/units.h"

uint64_t ckpti_serial;

int ckpti_load_fail(struct ckpti_load *load, const char *fmt, ...)
{
	va_list ap;

	if (load->why[0])
		return -1;
	va_start(ap, fmt);
	vsnprintf(load->why, sizeof(load->why), fmt, ap);
	va_end(ap);
	return -1;
}

/* ---- whether the image can be restarted here --------------------------------------- */

static int check_class(struct ckpti_load *load)
{
	const struct img *img = load->img;

	load->breaks = ckpti_img_layout_breaks(img, &ckpti_layout);
	if (!load->breaks)
		return 0;
	return ckpti_load_fail(load,
			       "it was written on %s (%s) and can restart on: "
			       "%s; this is %s (%s)",
			       img->arch, ckpti_img_layout_name(&img->layout),
			       ckpti_img_class_name(img->limits), ckpti_arch,
			       ckpti_img_layout_name(&ckpti_layout));
}

/* Says why the image cannot be restarted here. */
static void tell_reasons(const struct ckpti_load *load)
{
	const struct img_reason *r;
	uint32_t i;

	for (i = 0; i < load->img->nreasons; i++) {
		r = &load->img->reasons[i];
		if (!(ckpti_img_limits_closed(r->limit) & load->breaks))
			continue;
		if (r->file[0])
			ckpti_say("  %s: %s (%s:%u)",
				  ckpti_img_limit_name(r->limit), r->text,
				  r->file, r->line);
		else
			ckpti_say("  %s: %s", ckpti_img_limit_name(r->limit),
				  r->text);
	}
}

static int find_units(struct ckpti_load *load)
{
	const struct img *img = load->img;
	uint32_t i, found = 0;

	for (i = 0; i < img->nunits; i++) {
		load->units[i] = ckpti_unit_named(img->units[i].name,
						  img->units[i].copy);
		found += load->units[i] != NULL;
	}
	/* ckptlib's own unit is in every program. */
	if (found > 1 || img->nunits <= 1)
		return 0;
	return ckpti_load_fail(load,
			       "the image belongs to another program: it "
			       "has a unit '%s', which this one has not",
			       img->units[0].name);
}

static void find_heap_range(struct ckpti_load *load)
{
	const struct img *img = load->img;
	uint32_t i;

	for (i = 0; i < img->nchunks; i++) {
		const struct img_chunk *c = &img->chunks[i];

		if (!load->heap_high || c->base < load->heap_low)
			load->heap_low = c->base;
		if (c->base + c->size > load->heap_high)
			load->heap_high = c->base + c->size;
	}
}

static bool same_order(const struct img_layout *from)
{
	return from->big_endian == ckpti_layout.big_endian;
}

static int prepare(struct ckpti_load *load)
{
	const struct img *img = load->img;
	const struct img any = { .layout = img->layout,
				 .limits = IMG_SAME_LAYOUT };

	load->same_order = same_order(&img->layout);
	load->same_ldouble = img->layout.ldouble == ckpti_layout.ldouble;
	load->units = calloc((size_t)img->nunits + 1, sizeof(*load->units));
	load->convs = calloc((size_t)img->ntypes + 1, sizeof(*load->convs));
	load->block_types =
		calloc((size_t)img->ntypes + 1, sizeof(*load->block_types));
	if (!load->units || !load->convs || !load->block_types)
		return ckpti_load_fail(load, "no memory");
	find_heap_range(load);
	load->breaks_layout = ckpti_img_layout_breaks(&any, &ckpti_layout) != 0;
	return check_class(load) || find_units(load) ? -1 : 0;
}

/* ---- globals ----------------------------------------------------------------------- */

static const struct ckpt_global *global_of(struct ckpti_load *load,
					   const struct img_global *g)
{
	const struct ckpt_unit *unit = load->units[g->unit];

	return unit ? ckpti_global_named(unit, g->name, g->copy) : NULL;
}

/* All must match before the first one is changed. */
static int match_globals(struct ckpti_load *load)
{
	const struct img *img = load->img;
	const struct ckpt_global *to;
	uint32_t i;

	for (i = 0; i < img->nglobals; i++) {
		to = global_of(load, &img->globals[i]);
		if (to && img->globals[i].data != IMG_NO_DATA &&
		    !(to->flags & CKPT_G_CONST) &&
		    !ckpti_conv_get(load, img->globals[i].type, to->type)) {
			char first[sizeof(load->why)];

			memcpy(first, load->why, sizeof(first));
			snprintf(load->why, sizeof(load->why),
				 "variable '%s' (%s:%u): %.400s", to->name,
				 img->units[img->globals[i].unit].name,
				 img->globals[i].line, first);
			return -1;
		}
	}
	return 0;
}

static int convert_globals(struct ckpti_load *load)
{
	const struct img *img = load->img;
	struct ckpti_what what = { .kind = "variable" };
	const struct ckpt_global *to;
	uint32_t i;

	for (i = 0; i < img->nglobals; i++) {
		const struct img_global *g = &img->globals[i];

		to = global_of(load, g);
		if (to && g->left_out && !(to->flags & CKPT_G_CONST))
			memset(to->addr, 0, to->type->size);
		if (!to || g->data == IMG_NO_DATA || (to->flags & CKPT_G_CONST))
			continue;
		what.name = to->name;
		what.file = img->units[g->unit].name;
		what.line = g->line;
		if (ckpti_conv_run(load,
				   ckpti_conv_get(load, g->type, to->type),
				   img->global_data + g->data,
				   img->types[g->type].size, to->addr, &what))
			return -1;
	}
	return 0;
}

/* ---- all of it --------------------------------------------------------------------- */

/* Out of the way of the numbers that the program's files will have. */
static void move_descriptor(struct img *img)
{
	int high = 1000, fd = -1;

	for (; high > 10 && fd < 0; high /= 2)
		fd = fcntl(img->fd, F_DUPFD_CLOEXEC, high);
	if (fd >= 0) {
		close(img->fd);
		img->fd = fd;
	}
}

/* What the program did between this image and a crash. */
static int undo(struct ckpti_load *load)
{
	char path[512] = "";
	int r = ckpti_undo_run(load->img->serial, path, sizeof(path));

	if (!r)
		return 0;
	return ckpti_load_fail(load,
			       "cannot put '%s' back to what it was at the "
			       "checkpoint: %s",
			       path[0] ? path : "the undo log", strerror(-r));
}

static int restore_all(struct ckpti_load *load)
{
	const struct img *img = load->img;
	uint32_t i;

	move_descriptor(load->img);
	if (prepare(load) || match_globals(load) || ckpti_rframes_match(load) ||
	    ckpti_place_types(load))
		return -1;
	if (undo(load))
		return -1;
	if (ckpti_files_restore(img, load->why, sizeof(load->why)) ||
	    ckpti_streams_restore(img, load->why, sizeof(load->why)))
		return -1;
	if (ckpti_place_blocks(load) || ckpti_targets_make(load) ||
	    ckpti_rframes_place(load))
		return -1;
	ckpti_targets_sort(load);
	if (ckpti_place_values(load) || convert_globals(load) ||
	    ckpti_rframes_values(load))
		return -1;
	if (load->unclear)
		return ckpti_load_fail(
			load,
			"a pointer leads into '%s', a union of "
			"whose members it is not known which one "
			"is meant",
			load->unclear);
	if (ckpti_state_locale(load->why, sizeof(load->why)))
		return -1;
	if (ckpti_files_cwd(true, load->why, sizeof(load->why)) ||
	    ckpti_files_settle(img, load->why, sizeof(load->why)))
		return -1;
	ckpti_streams_settle(img);
	if (ckpti_files_cwd(false, load->why, sizeof(load->why)))
		return -1;
	ckpti_serial = img->serial;
	ckpti_undo_begin();
	for (i = 0; i < img->nfds; i++) {
		if (img->fds[i].kind == IMG_FILE_REGULAR)
			ckpti_undo_rewrite((int)img->fds[i].fd,
					   (int64_t)img->fds[i].offset);
	}
	return 0;
}

static void load_release(struct ckpti_load *load)
{
	struct ckpti_told *told, *next_told;
	struct ckpti_conv *c, *next;
	uint32_t i;
	size_t k;

	for (i = 0; load->convs && i < load->img->ntypes; i++) {
		for (c = load->convs[i]; c; c = next) {
			next = c->next;
			for (told = c->told; told; told = next_told) {
				next_told = told->next;
				free(told);
			}
			free(c->ops);
			free(c);
		}
	}
	for (k = 0; k < load->nspans; k++)
		free(load->spans[k].slots);
	free(load->units);
	free(load->convs);
	free(load->block_types);
	free(load->targets);
	free(load->funcs);
	free(load->spans);
	ckpti_img_close(load->img);
}

/*
 * Frames of one machine may need many times the stack on another, and slow
 * clones' are the largest. Beyond what any main stack holds: one of its own.
 */
#define FRAME_BYTES  1024
#define STACK_FACTOR 8
#define STACK_SMALL  ((uint64_t)2 << 20)
#define STACK_SPARE  ((uint64_t)64 << 20)

static size_t stack_wanted(const struct img *img)
{
	uint64_t by_frames = (uint64_t)img->nframes * FRAME_BYTES;
	uint64_t by_bytes = img->stack_bytes * STACK_FACTOR;
	uint64_t want = by_frames > by_bytes ? by_frames : by_bytes;

	if (want <= STACK_SMALL)
		return 0;
	want += STACK_SPARE;
	return want < SIZE_MAX / 4 ? (size_t)want : SIZE_MAX / 4;
}

int ckpti_restore(const char *path, size_t *ret_stack)
{
	struct ckpti_load load;
	struct img_err err;
	int r;

	memset(&load, 0, sizeof(load));
	ckpti_stats_phase("open");
	if (ckpti_img_open(path, &load.img, &err)) {
		ckpti_say("cannot restart: %s", err.text);
		return -1;
	}
	ckpti_stats_phase("rebuild");
	r = restore_all(&load);
	if (r) {
		ckpti_say("cannot restart image '%s': %s", path, load.why);
		tell_reasons(&load);
	} else {
		ckpti_hand_restarted(load.img->arch);
		ckpti_stats_restart(load.img, load.in_place);
	}
	ckpti_serial = load.img->serial;
	*ret_stack = stack_wanted(load.img);
	load_release(&load);
	return r;
}
