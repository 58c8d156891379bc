/* SPDX-License-Identifier: MIT */
#include "submit/ckptdump.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ckptlib/image/value.h"
#include "common/base/xalloc.h"
#include "submit/ckptvalue.h"

#define MAX_BLOCK ((uint64_t)1 << 26) /* larger ones are not shown whole */

static void quote(const struct ckptdump *d, const char *text)
{
	ckptvalue_quote(d->out, text, strlen(text));
}

/* `"key":"value",` */
static void member(const struct ckptdump *d, const char *key, const char *value)
{
	quote(d, key);
	putc(':', d->out);
	quote(d, value);
	putc(',', d->out);
}

static void number(const struct ckptdump *d, const char *key, uint64_t value)
{
	quote(d, key);
	fprintf(d->out, ":%" PRIu64 ",", value);
}

/* ---- info ---------------------------------------------------------------------- */

static void info_text(const struct ckptdump *d, const char *path,
		      const struct img *img)
{
	time_t when = (time_t)img->time;
	char date[32] = "";
	struct tm tm;
	uint32_t i;

	if (localtime_r(&when, &tm))
		strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S", &tm);
	fprintf(d->out,
		"Image:      %s\n"
		"Program:    %s\n"
		"Written:    %s on %s (%s)\n"
		"Checkpoint: number %" PRIu64 " of this computation\n"
		"Restarts:   %s\n",
		path, img->program, date, img->arch,
		ckpti_img_layout_name(&img->layout), img->serial,
		ckpti_img_class_name(img->limits));
	for (i = 0; i < img->nreasons; i++) {
		const struct img_reason *r = &img->reasons[i];

		fprintf(d->out, "            %s: %s",
			ckpti_img_limit_name(r->limit), r->text);
		if (r->file[0])
			fprintf(d->out, " (%s:%u)", r->file, r->line);
		putc('\n', d->out);
	}
	fprintf(d->out,
		"Size:       %" PRIu64 " bytes\n"
		"Heap:       %" PRIu64 " bytes in %" PRIu64 " blocks\n"
		"Frames:     %u, %" PRIu64 " bytes of stack\n"
		"Variables:  %u in %u units\n"
		"Types:      %u\n"
		"Files:      %u descriptors, %u streams, %u written\n",
		img->file_size, img->heap_bytes, img->nblocks, img->nframes,
		img->stack_bytes, img->nglobals, img->nunits, img->ntypes,
		img->nfds, img->nstreams, img->nwritten);
}

static void info_reasons(const struct ckptdump *d, const struct img *img)
{
	uint32_t i;

	fputs("\"reasons\":[", d->out);
	for (i = 0; i < img->nreasons; i++) {
		const struct img_reason *r = &img->reasons[i];

		fputs(i ? ",{" : "{", d->out);
		member(d, "limit", ckpti_img_limit_name(r->limit));
		member(d, "text", r->text);
		member(d, "file", r->file);
		fprintf(d->out, "\"line\":%u}", r->line);
	}
	fputs("]", d->out);
}

void ckptdump_info(const struct ckptdump *d, const char *path,
		   const struct img *img)
{
	char signature[20];

	if (!d->json) {
		info_text(d, path, img);
		return;
	}
	snprintf(signature, sizeof(signature), "%016" PRIx64, img->signature);
	putc('{', d->out);
	member(d, "image", path);
	member(d, "program", img->program);
	member(d, "arch", img->arch);
	member(d, "layout", ckpti_img_layout_name(&img->layout));
	member(d, "class", ckpti_img_class_name(img->limits));
	member(d, "signature", signature);
	number(d, "format", img->version);
	number(d, "time", img->time);
	number(d, "serial", img->serial);
	number(d, "bytes", img->file_size);
	number(d, "heap_bytes", img->heap_bytes);
	number(d, "blocks", img->nblocks);
	number(d, "frames", img->nframes);
	number(d, "stack_bytes", img->stack_bytes);
	number(d, "variables", img->nglobals);
	number(d, "units", img->nunits);
	number(d, "types", img->ntypes);
	number(d, "descriptors", img->nfds);
	number(d, "streams", img->nstreams);
	info_reasons(d, img);
	fputs("}\n", d->out);
}

/* ---- values -------------------------------------------------------------------- */

struct dump {
	const struct ckptdump *d;
	struct ckptvalue v;
	bool any; /* something of this list was printed */
};

static bool wanted(const struct ckptdump *d, const char *name)
{
	return !d->name || strcmp(d->name, name) == 0;
}

static void begin_item(struct dump *u)
{
	if (u->d->json && u->any)
		putc(',', u->d->out);
	u->any = true;
}

static void dump_variable(struct dump *u, const char *name, uint32_t type,
			  const char *where, uint32_t line,
			  const unsigned char *bytes)
{
	const struct img *img = u->v.img;
	const struct ckptdump *d = u->d;

	begin_item(u);
	if (d->json) {
		putc('{', d->out);
		member(d, "name", name);
		member(d, "type", img->types[type].name);
		member(d, "file", where);
		number(d, "line", line);
		fputs("\"value\":", d->out);
	} else {
		fprintf(d->out, "  %s (%s) = ", name, img->types[type].name);
	}
	ckptvalue_print(&u->v, type, bytes, img->types[type].size);
	putc(d->json ? '}' : '\n', d->out);
}

static void dump_globals(struct dump *u)
{
	const struct img *img = u->v.img;
	uint32_t i, unit = IMG_NONE;

	for (i = 0; i < img->nglobals; i++) {
		const struct img_global *g = &img->globals[i];

		if (g->data == IMG_NO_DATA || !wanted(u->d, g->name))
			continue;
		if (!u->d->json && g->unit != unit)
			fprintf(u->d->out, "unit %s\n",
				img->units[g->unit].name);
		unit = g->unit;
		dump_variable(u, g->name, g->type, img->units[unit].name,
			      g->line, img->global_data + g->data);
	}
}

static void dump_frame(struct dump *u, uint32_t i)
{
	const struct img *img = u->v.img;
	const struct img_frame *f = &img->frames[i];
	const struct img_point *p = &img->points[f->point];
	const unsigned char *at = img->frame_data + f->data;
	const struct ckptdump *d = u->d;
	uint32_t k;

	begin_item(u);
	if (d->json) {
		putc('{', d->out);
		member(d, "function", p->function);
		member(d, "at", p->what);
		member(d, "file", p->file);
		number(d, "line", p->line);
		fputs("\"variables\":[", d->out);
	} else {
		fprintf(d->out, "frame %u: %s, %s (%s:%u)\n", i, p->function,
			p->what, p->file, p->line);
	}
	u->any = false;
	for (k = 0; k < p->nvars; k++) {
		if (wanted(d, p->vars[k].name))
			dump_variable(u, p->vars[k].name, p->vars[k].type,
				      p->file, p->vars[k].line, at);
		at += img->types[p->vars[k].type].size;
	}
	u->any = true;
	if (d->json)
		fputs("]}", d->out);
}

/* ---- the heap ------------------------------------------------------------------- */

static int dump_block(struct dump *u, const struct img_span *s,
		      const struct img_run *r, uint32_t i, struct err *err)
{
	const struct img *img = u->v.img;
	const struct ckptdump *d = u->d;
	uint64_t addr = s->base + (uint64_t)(r->first + i) * s->slot;
	bool left_out = r->data == IMG_NO_DATA;
	uint64_t size = r->size > MAX_BLOCK || left_out ? 0 : r->size;
	const char *type = r->type == IMG_NONE ? "unknown type"
					       : img->types[r->type].name;
	unsigned char *bytes = xmalloc(size + 1);
	int code;

	code = left_out ? 0
			: ckpti_img_heap_read(img, r->data + i * r->size, bytes,
					      size);
	if (code) {
		free(bytes);
		return err_sys(err, code, "cannot read the heap's data");
	}
	begin_item(u);
	if (d->json) {
		putc('{', d->out);
		number(d, "address", addr);
		number(d, "bytes", r->size);
		member(d, "type", type);
		fputs("\"value\":", d->out);
	} else {
		fprintf(d->out,
			"  0x%" PRIx64 " (%s, %" PRIu64 " bytes) = ", addr,
			type, r->size);
	}
	ckptvalue_print(&u->v, size ? r->type : IMG_NONE, bytes, size);
	putc(d->json ? '}' : '\n', d->out);
	free(bytes);
	return 0;
}

static int dump_blocks(struct dump *u, struct err *err)
{
	const struct img *img = u->v.img;
	uint32_t i, k, n;
	int code;

	for (i = 0; i < img->nspans; i++) {
		for (k = 0; k < img->spans[i].nruns; k++) {
			for (n = 0; n < img->spans[i].runs[k].count; n++) {
				code = dump_block(u, &img->spans[i],
						  &img->spans[i].runs[k], n,
						  err);
				if (code)
					return code;
			}
		}
	}
	return 0;
}

/* Blocks and bytes by type. */
static void dump_counts(struct dump *u)
{
	const struct img *img = u->v.img;
	const struct ckptdump *d = u->d;
	uint64_t *blocks = xcalloc(img->ntypes + 1, sizeof(*blocks));
	uint64_t *bytes = xcalloc(img->ntypes + 1, sizeof(*bytes));
	uint32_t i, k, t;

	for (i = 0; i < img->nspans; i++) {
		for (k = 0; k < img->spans[i].nruns; k++) {
			const struct img_run *r = &img->spans[i].runs[k];

			t = r->type == IMG_NONE ? img->ntypes : r->type;
			blocks[t] += r->count;
			bytes[t] += r->count * r->size;
		}
	}
	for (t = 0; t <= img->ntypes; t++) {
		const char *name = t == img->ntypes ? "unknown type"
						    : img->types[t].name;

		if (!blocks[t])
			continue;
		begin_item(u);
		if (d->json) {
			putc('{', d->out);
			member(d, "type", name);
			number(d, "blocks", blocks[t]);
			fprintf(d->out, "\"bytes\":%" PRIu64 "}", bytes[t]);
		} else {
			fprintf(d->out,
				"  %" PRIu64 " of %s, %" PRIu64 " bytes\n",
				blocks[t], name, bytes[t]);
		}
	}
	free(blocks);
	free(bytes);
}

static void list(struct dump *u, const char *json, const char *text)
{
	if (u->d->json)
		fputs(json, u->d->out);
	else if (text)
		fputs(text, u->d->out);
	u->any = false;
}

int ckptdump_values(const struct ckptdump *d, struct img *img, struct err *err)
{
	struct img_finder *finder = ckpti_img_finder_new(img);
	struct dump u = { .d = d,
			  .v = { .out = d->out,
				 .json = d->json,
				 .img = img,
				 .finder = finder } };
	uint32_t i;
	int code = 0;

	if (!finder)
		return err_set(err, -ENOMEM, "no memory");
	list(&u, "{\"variables\":[", NULL);
	dump_globals(&u);
	list(&u, "],\"frames\":[", NULL);
	for (i = 0; i < img->nframes; i++)
		dump_frame(&u, i);
	if (d->heap) {
		list(&u, "],\"blocks\":[", "heap\n");
		code = dump_blocks(&u, err);
	} else if (!d->name) {
		list(&u, "],\"heap\":[", "heap\n");
		dump_counts(&u);
	}
	if (d->json)
		fputs("]}\n", d->out);
	ckpti_img_finder_free(finder);
	return code;
}
