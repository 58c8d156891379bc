/* SPDX-License-Identifier: MIT */
#include "submit/ckptdiff.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/xalloc.h"
#include "submit/ckptvalue.h"

#define SHOWN  70 /* characters of a value */
#define BEFORE 20 /* of them before the first difference */

struct side {
	const struct img *img;
	struct img_finder *finder;
};

struct diff {
	FILE *out;
	struct side a, b;
	bool any;
	const char *heading; /* still to be printed */
};

static void tell(struct diff *d, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void tell(struct diff *d, const char *fmt, ...)
{
	va_list ap;

	if (d->heading)
		fprintf(d->out, "%s\n", d->heading);
	d->heading = NULL;
	d->any = true;
	va_start(ap, fmt);
	vfprintf(d->out, fmt, ap);
	va_end(ap);
}

/* ---- values as text, the same on all machines ------------------------------------- */

static char *value_text(const struct side *s, uint32_t type,
			const unsigned char *bytes)
{
	struct ckptvalue v = { .whole = true,
			       .img = s->img,
			       .finder = s->finder };
	char *text = NULL;
	size_t n = 0;

	v.out = open_memstream(&text, &n);
	if (!v.out)
		abort();
	ckptvalue_print(&v, type, bytes, s->img->types[type].size);
	fclose(v.out);
	return text;
}

static void tell_part(struct diff *d, char sign, const char *text, size_t from)
{
	size_t n = strlen(text + from);

	tell(d, "    %c %s%.*s%s\n", sign, from ? "..." : "",
	     (int)(n > SHOWN ? SHOWN : n), text + from, n > SHOWN ? "..." : "");
}

static void compare(struct diff *d, const char *what, char *a, char *b)
{
	size_t at = 0, from;

	if (strcmp(a, b) != 0) {
		while (a[at] && a[at] == b[at])
			at++;
		from = at > SHOWN - BEFORE ? at - BEFORE : 0;
		tell(d, "  %s\n", what);
		tell_part(d, '-', a, from);
		tell_part(d, '+', b, from);
	}
	free(a);
	free(b);
}

/* ---- variables -------------------------------------------------------------------- */

static const struct img_global *global_like(const struct img *img,
					    const struct img *other,
					    const struct img_global *g)
{
	const struct img_unit *u = &other->units[g->unit], *v;
	uint32_t i;

	for (i = 0; i < img->nglobals; i++) {
		v = &img->units[img->globals[i].unit];
		if (img->globals[i].copy == g->copy && v->copy == u->copy &&
		    strcmp(img->globals[i].name, g->name) == 0 &&
		    strcmp(v->name, u->name) == 0)
			return &img->globals[i];
	}
	return NULL;
}

static char *global_text(const struct side *s, const struct img_global *g)
{
	return value_text(s, g->type, s->img->global_data + g->data);
}

static void diff_globals(struct diff *d)
{
	const struct img *a = d->a.img, *b = d->b.img;
	const struct img_global *g, *h;
	uint32_t i;

	d->heading = "variables";
	for (i = 0; i < a->nglobals; i++) {
		g = &a->globals[i];
		h = global_like(b, a, g);
		if (g->data == IMG_NO_DATA)
			continue;
		if (!h || h->data == IMG_NO_DATA)
			tell(d, "  %s: only in the first\n", g->name);
		else
			compare(d, g->name, global_text(&d->a, g),
				global_text(&d->b, h));
	}
	for (i = 0; i < b->nglobals; i++) {
		if (b->globals[i].data != IMG_NO_DATA &&
		    !global_like(a, b, &b->globals[i]))
			tell(d, "  %s: only in the second\n",
			     b->globals[i].name);
	}
}

/* ---- frames, outermost first ---------------------------------------------------------- */

static const struct img_frame *frame_at(const struct img *img, uint32_t depth)
{
	return &img->frames[img->nframes - 1 - depth];
}

static char *point_text(const struct img *img, uint32_t depth)
{
	const struct img_point *p;

	if (depth >= img->nframes)
		return xstrdup("nothing");
	p = &img->points[frame_at(img, depth)->point];
	return xasprintf("%s, %s (%s:%u)", p->function, p->what, p->file,
			 p->line);
}

/* A variable of a frame by its name; NULL if it is not live there. */
static char *var_text(const struct side *s, uint32_t depth, const char *name)
{
	const struct img_frame *f = frame_at(s->img, depth);
	const struct img_point *p = &s->img->points[f->point];
	const unsigned char *at = s->img->frame_data + f->data;
	uint32_t i;

	for (i = 0; i < p->nvars; i++) {
		if (strcmp(p->vars[i].name, name) == 0)
			return value_text(s, p->vars[i].type, at);
		at += s->img->types[p->vars[i].type].size;
	}
	return NULL;
}

static void diff_frame(struct diff *d, uint32_t depth)
{
	const struct img_point *p =
		&d->a.img->points[frame_at(d->a.img, depth)->point];
	char *what, *b;
	uint32_t i;

	for (i = 0; i < p->nvars; i++) {
		b = var_text(&d->b, depth, p->vars[i].name);
		if (!b)
			continue;
		what = xasprintf("%s of frame %u, %s", p->vars[i].name, depth,
				 p->function);
		compare(d, what, var_text(&d->a, depth, p->vars[i].name), b);
		free(what);
	}
}

static void diff_frames(struct diff *d)
{
	uint32_t na = d->a.img->nframes, nb = d->b.img->nframes, i;
	char what[32], *a, *b;
	bool same;

	d->heading = "frames, outermost first";
	for (i = 0; i < na || i < nb; i++) {
		a = point_text(d->a.img, i);
		b = point_text(d->b.img, i);
		same = strcmp(a, b) == 0;
		snprintf(what, sizeof(what), "frame %u", i);
		compare(d, what, a, b);
		if (i < na && i < nb)
			diff_frame(d, i);
		if (!same)
			return; /* those above have nothing in common */
	}
}

/* ---- heap and files ----------------------------------------------------------------------- */

/* Blocks and bytes of the types of this name; NULL: of no known type. */
static void count(const struct img *img, const char *name, uint64_t *blocks,
		  uint64_t *bytes)
{
	const struct img_run *r;
	uint32_t i, k;

	*blocks = *bytes = 0;
	for (i = 0; i < img->nspans; i++) {
		for (k = 0; k < img->spans[i].nruns; k++) {
			r = &img->spans[i].runs[k];
			if (name ? r->type == IMG_NONE ||
					    strcmp(img->types[r->type].name,
						   name) != 0
				 : r->type != IMG_NONE)
				continue;
			*blocks += r->count;
			*bytes += r->count * r->size;
		}
	}
}

static void diff_type(struct diff *d, const char *name)
{
	uint64_t na, nb, sa, sb;

	count(d->a.img, name, &na, &sa);
	count(d->b.img, name, &nb, &sb);
	/* Bytes alone differ between machines. */
	if (na != nb)
		tell(d,
		     "  %s\n    - %" PRIu64 " blocks, %" PRIu64
		     " bytes\n    + %" PRIu64 " blocks, %" PRIu64 " bytes\n",
		     name ? name : "unknown type", na, sa, nb, sb);
}

static bool has_type(const struct img *img, uint32_t before, const char *name)
{
	uint32_t i;

	for (i = 0; i < before; i++) {
		if (strcmp(img->types[i].name, name) == 0)
			return true;
	}
	return false;
}

static void diff_heap(struct diff *d)
{
	const struct img *a = d->a.img, *b = d->b.img;
	uint32_t i;

	d->heading = "heap";
	diff_type(d, NULL);
	for (i = 0; i < a->ntypes; i++) {
		if (!has_type(a, i, a->types[i].name))
			diff_type(d, a->types[i].name);
	}
	for (i = 0; i < b->ntypes; i++) {
		if (!has_type(b, i, b->types[i].name) &&
		    !has_type(a, a->ntypes, b->types[i].name))
			diff_type(d, b->types[i].name);
	}
}

static char *fd_text(const struct img *img, uint32_t fd)
{
	const struct img_fd *f;
	uint32_t i;

	for (i = 0; i < img->nfds; i++) {
		f = &img->fds[i];
		if (f->fd == fd)
			return xasprintf("'%s' at %" PRIu64 " of %" PRIu64,
					 f->path, f->offset, f->length);
	}
	return xstrdup("closed");
}

static void diff_files(struct diff *d)
{
	const struct img *a = d->a.img, *b = d->b.img;
	uint32_t i, fd, last = 0;
	char what[32];

	d->heading = "files";
	for (i = 0; i < a->nfds; i++)
		last = a->fds[i].fd > last ? a->fds[i].fd : last;
	for (i = 0; i < b->nfds; i++)
		last = b->fds[i].fd > last ? b->fds[i].fd : last;
	for (fd = 0; fd <= last && fd < 65536; fd++) {
		snprintf(what, sizeof(what), "descriptor %u", fd);
		compare(d, what, fd_text(a, fd), fd_text(b, fd));
	}
}

int ckptdiff(FILE *out, const struct img *a, const struct img *b, int *ret_same,
	     struct err *err)
{
	struct diff d = { .out = out,
			  .a = { a, ckpti_img_finder_new(a) },
			  .b = { b, ckpti_img_finder_new(b) } };
	int r = 0;

	if (!d.a.finder || !d.b.finder) {
		r = err_set(err, -ENOMEM, "no memory");
	} else {
		diff_globals(&d);
		diff_frames(&d);
		diff_heap(&d);
		diff_files(&d);
		*ret_same = !d.any;
	}
	ckpti_img_finder_free(d.a.finder);
	ckpti_img_finder_free(d.b.finder);
	return r;
}
