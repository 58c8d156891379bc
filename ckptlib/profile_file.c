/* SPDX-License-Identifier: MIT */
/* The plan file that a profile becomes: see docs/plan-format.md. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ckptlib/profile.h"

static const char *base_of(const char *file)
{
	const char *slash = strrchr(file, '/');

	return slash ? slash + 1 : file;
}

static void write_spots(const struct ckpti_profile *p, FILE *f)
{
	unsigned i;

	for (i = 0; i < p->nspots; i++) {
		const struct ckpt_point *at = p->spots[i].point;

		if (!at || !at->fn)
			continue;
		/* "goto *" is a goto too */
		fprintf(f, "point %u %llu %.*s %s:%u:%u %s %s:%u\n", i,
			(unsigned long long)p->spots[i].visits,
			(int)strcspn(at->what, " "), at->what,
			base_of(at->file), at->line, at->col, at->fn->name,
			base_of(at->fn->file), at->fn->line);
	}
}

static void write_edges(const struct ckpti_profile *p, FILE *f)
{
	unsigned i;

	for (i = 0; i < p->nedges; i++) {
		const struct ckpti_edge *e = &p->edges[i];

		if (e->caller)
			fprintf(f, "edge %llu %s %s:%u %s %s:%u\n",
				(unsigned long long)e->n, e->caller->name,
				base_of(e->caller->file), e->caller->line,
				e->callee->name, base_of(e->callee->file),
				e->callee->line);
	}
}

static int compare_windows(const void *a, const void *b)
{
	const struct ckpti_window *x = a, *y = b;

	if (x->n != y->n)
		return x->n < y->n ? -1 : 1;
	return memcmp(x->spot, y->spot, x->n * sizeof(*x->spot));
}

/* Equal ones in one line, with their number. */
static void write_windows(const struct ckpti_profile *p, FILE *f)
{
	unsigned i, k, same;

	qsort(p->windows, p->nwindows, sizeof(*p->windows), compare_windows);
	for (i = 0; i < p->nwindows; i += same) {
		const struct ckpti_window *w = &p->windows[i];

		for (same = 1; i + same < p->nwindows; same++)
			if (compare_windows(w, w + same))
				break;
		fprintf(f, "window %u", same);
		for (k = 0; k < w->n; k++)
			fprintf(f, " %u", w->spot[k]);
		fprintf(f, "\n");
	}
}

int ckpti_profile_write(const struct ckpti_profile *p, const char *path)
{
	char name[4200];
	FILE *f;
	int r;

	snprintf(name, sizeof(name), "%s.new", path);
	f = fopen(name, "w");
	if (!f)
		return -errno;
	fprintf(f, "harrier-plan 1\n");
	fprintf(f, "run %.6f seconds, %.6f without a poll, windows of %g\n",
		p->seconds, p->blind, CKPTI_WINDOW_SECONDS);
	write_spots(p, f);
	write_edges(p, f);
	write_windows(p, f);
	r = ferror(f) ? -EIO : 0;
	if (fclose(f) && !r)
		r = -errno;
	if (!r && rename(name, path))
		r = -errno;
	if (r)
		unlink(name);
	return r;
}
