/* SPDX-License-Identifier: MIT */
#include "instrument/link_items.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/fd.h"
#include "common/base/hash.h"
#include "common/base/xalloc.h"
#include "instrument/ar.h"

#define MAX_OBJECT_BYTES ((size_t)1 << 32)

struct collect {
	struct items *items;
	struct job *job;
	const struct trace *trace;
	struct diags *diags;
	struct err *err;
	struct hash *archives; /* those whose members were listed */
	bool whole; /* --whole-archive holds */
};

static struct item *add(struct items *items)
{
	if (items->n == items->alloc) {
		items->alloc = items->alloc * 2 + 32;
		items->v = xreallocarray(items->v, items->alloc,
					 sizeof(*items->v));
	}
	memset(items->v + items->n, 0, sizeof(*items->v));
	return items->v + items->n++;
}

static void add_arg(struct collect *c, const char *arg)
{
	add(c->items)->arg = xstrdup(arg);
}

static void add_unit(struct collect *c, struct unit *unit, const char *name,
		     const char *plain)
{
	struct item *item = add(c->items);

	item->unit = unit;
	item->name = xstrdup(name);
	item->plain = xstrdup(plain);
}

void items_release(struct items *items)
{
	size_t i;

	for (i = 0; i < items->n; i++) {
		struct item *item = items->v + i;

		free(item->arg);
		free(item->name);
		free(item->plain);
		free(item->object);
		unit_free(item->unit);
	}
	free(items->v);
	memset(items, 0, sizeof(*items));
}

/* ---- sources --------------------------------------------------------------- */

static int compile_plain(struct job *job, const struct option *source,
			 const char *object, struct err *err)
{
	struct strv argv = { 0 };
	struct proc_io io = { .stderr_path = "/dev/null" };
	int status;

	strv_add_all(&argv, &job->tools.cc);
	options_select(&job->options,
		       OPTION_BIT(OPT_OTHER) | OPTION_BIT(OPT_PREPROCESS),
		       &argv);
	job_add_include(job, &argv);
	strv_add_words(&argv, "-w -c");
	if (source->lang) {
		strv_add(&argv, "-x");
		strv_add(&argv, source->lang);
	}
	strv_add(&argv, source->text);
	strv_add(&argv, "-o");
	strv_add(&argv, object);
	status = job_run(job, &argv, &io, err);
	strv_release(&argv);
	if (status > 0)
		return err_set(err, -EIO, "cannot compile '%s'", source->text);
	return status;
}

int item_make_plain(struct job *job, struct item *item, struct err *err)
{
	if (item->plain || !item->source)
		return 0;
	item->plain = job_temp(job, "o");
	return compile_plain(job, item->source, item->plain, err);
}

static int collect_source(struct collect *c, const struct option *o)
{
	struct unit *unit = NULL;
	struct item *item;
	char *object;
	int rc = 0;

	if (o->input != INPUT_FOREIGN)
		rc = unit_of_source(c->job, o, &unit, c->diags, c->err);
	if (rc == -EINTR)
		return rc;
	if (unit) {
		unit_notes(unit, &c->job->options, c->diags);
		add_unit(c, unit, o->text, NULL);
		item = c->items->v + c->items->n - 1;
		item->source = o;
		return 0;
	}
	object = job_temp(c->job, "o");
	rc = compile_plain(c->job, o, object, c->err);
	add_arg(c, object);
	free(object);
	return rc;
}

/* ---- objects and archives -------------------------------------------------- */

static void collect_object(struct collect *c, const char *path,
			   const struct strbuf *data)
{
	struct unit *unit;

	if (unit_of_object(data->data, data->len, path, &unit, c->diags))
		add_arg(c, path);
	else
		add_unit(c, unit, path, path);
}

/* How many members have this name? */
static size_t namesakes(const struct ar *ar, const char *name)
{
	size_t i, n = 0;

	for (i = 0; i < ar->n; i++)
		n += !strcmp(ar->v[i].name, name);
	return n;
}

static int member_data(const struct ar_member *m, struct strbuf *out,
		       struct err *err)
{
	if (m->path)
		return fd_read_file(m->path, MAX_OBJECT_BYTES, out, err);
	strbuf_add(out, m->data, m->len);
	return 0;
}

/* The member as a file of its own, for --whole-archive. */
static int extract(struct collect *c, const struct strbuf *data, char **ret)
{
	*ret = job_temp(c->job, "o");
	return job_write(*ret, data, c->err);
}

static int collect_member(struct collect *c, const char *path,
			  const struct ar *ar, const struct ar_member *m)
{
	size_t used = trace_count(c->trace, path, m->name);
	struct strbuf data = STRBUF_INIT;
	char *name, *file = NULL;
	struct unit *unit = NULL;
	int rc;

	/* Of equal names only the count tells which were taken. */
	if (!c->whole && (!used || used < namesakes(ar, m->name)))
		return 0;
	rc = member_data(m, &data, c->err);
	name = xasprintf("%s(%s)", path, m->name);
	if (!rc && unit_of_object(data.data, data.len, name, &unit, c->diags))
		unit = NULL;
	if (!rc && c->whole)
		rc = extract(c, &data, &file);
	if (!rc && unit)
		add_unit(c, unit, name, file);
	else if (!rc && c->whole)
		add_arg(c, file);
	free(file);
	free(name);
	strbuf_release(&data);
	return rc;
}

/* `arg`: how the archive itself is named behind its members. */
static int collect_archive(struct collect *c, const char *path,
			   const struct strbuf *data, const char *arg)
{
	bool seen = hash_has(c->archives, path);
	struct ar ar;
	size_t i;
	int rc = 0;

	if (seen || ar_read(data->data, data->len, path, &ar, c->err)) {
		if (!seen || !c->whole)
			add_arg(c, arg);
		return 0;
	}
	hash_set(c->archives, path, c);
	for (i = 0; i < ar.n && !rc; i++)
		rc = collect_member(c, path, &ar, ar.v + i);
	ar_release(&ar);
	if (!rc && !c->whole)
		add_arg(c, arg);
	return rc;
}

static bool is_archive(const struct strbuf *data)
{
	return data->len >= 8 && (!memcmp(data->data, "!<arch>\n", 8) ||
				  !memcmp(data->data, "!<thin>\n", 8));
}

static bool is_object(const struct strbuf *data)
{
	return data->len > 20 && !memcmp(data->data, "\177ELF", 4);
}

/* A file among the linker's inputs; `arg` is how it was named. */
static int collect_file(struct collect *c, const char *path, const char *arg)
{
	struct strbuf data = STRBUF_INIT;
	struct stat st;
	int rc = 0;

	if (stat(path, &st) || !S_ISREG(st.st_mode) ||
	    fd_read_file(path, MAX_OBJECT_BYTES, &data, NULL))
		add_arg(c, arg);
	else if (is_archive(&data))
		rc = collect_archive(c, path, &data, arg);
	else if (is_object(&data) && !strcmp(path, arg))
		collect_object(c, path, &data);
	else
		add_arg(c, arg);
	strbuf_release(&data);
	return rc;
}

static int collect_library(struct collect *c, const struct option *o)
{
	const char *name = o->arg ? o->arg : o->text + 2;
	const char *path = trace_library(c->trace, name);
	char *arg = xasprintf("-l%s", name);
	int rc = 0;

	if (path)
		rc = collect_file(c, path, arg);
	else
		add_arg(c, arg);
	free(arg);
	return rc;
}

/* ---- options for the linker ------------------------------------------------ */

static void note_whole(struct collect *c, const char *option)
{
	while (*option == '-')
		option++;
	if (!strcmp(option, "whole-archive"))
		c->whole = true;
	else if (!strcmp(option, "no-whole-archive"))
		c->whole = false;
}

/* `-Wl,a,b` part by part: archives may stand among them. */
static int collect_linker_words(struct collect *c, const char *words)
{
	int rc = 0;

	while (*words && !rc) {
		size_t len = strcspn(words, ",");
		char *word = xstrndup(words, len);
		char *arg = xasprintf("-Wl,%s", word);

		note_whole(c, word);
		if (*word == '-')
			add_arg(c, arg);
		else
			rc = collect_file(c, word, arg);
		free(word);
		free(arg);
		words += len + (words[len] == ',');
	}
	return rc;
}

static int collect_option(struct collect *c, const struct option *o)
{
	switch (o->class) {
	case OPT_INPUT:
		if (o->input == INPUT_OBJECT)
			return collect_file(c, o->text, o->text);
		return collect_source(c, o);
	case OPT_LIBRARY:
		return collect_library(c, o);
	case OPT_LINK:
		if (!strncmp(o->text, "-Wl,", 4))
			return collect_linker_words(c, o->text + 4);
		if (o->arg)
			note_whole(c, o->arg);
		/* fall through */
	case OPT_OTHER:
		add_arg(c, o->text);
		if (o->arg)
			add_arg(c, o->arg);
		return 0;
	default:
		return 0;
	}
}

int items_collect(struct items *items, struct job *job,
		  const struct trace *trace, struct diags *diags,
		  struct err *err)
{
	struct collect c = { .items = items,
			     .job = job,
			     .trace = trace,
			     .diags = diags,
			     .err = err,
			     .archives = hash_new(NULL) };
	size_t i;
	int rc = 0;

	for (i = 0; i < job->options.n && !rc; i++)
		rc = collect_option(&c, job->options.v + i);
	hash_free(c.archives);
	return rc;
}
