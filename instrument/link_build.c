/* SPDX-License-Identifier: MIT */
#include "instrument/link_build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/fd.h"
#include "common/base/hash.h"
#include "common/base/xalloc.h"
#include "instrument/link_plan.h"
#include "instrument/objcache.h"

/* Compilers that run at a time: each may take a gigabyte. */
#define MAX_RUNNING 2

struct running {
	pid_t pid;
	struct item *item;
	char *log;
	char key[OBJCACHE_KEY_CHARS + 1]; /* "": not for the cache */
};

struct build {
	struct job *job;
	struct items *items;
	struct diags *diags;
	struct err *err;
	struct plan *plan;
	struct objcache *cache; /* or NULL */
	struct profile *profile;
	struct running running[MAX_RUNNING];
	int nrunning;
	bool again; /* a unit was dropped: plan anew */
};

static bool is_unit(const struct item *item)
{
	return item->unit && !item->dropped;
}

size_t link_units(const struct items *items)
{
	size_t i, n = 0;

	for (i = 0; i < items->n; i++)
		n += is_unit(items->v + i);
	return n;
}

static struct plan *make_plan(const struct build *b)
{
	const struct items *items = b->items;
	struct strbuf told = STRBUF_INIT;
	struct plan_options options = {
		.assume_width_safe = b->job->options.assume_width_safe,
		.poll = b->job->options.poll,
		.profile = b->profile,
		.told = &told,
	};
	struct facts **facts =
		xcalloc(link_units(items) + 1, sizeof(struct facts *));
	struct plan *plan;
	int n = 0;
	size_t i;

	for (i = 0; i < items->n; i++)
		if (is_unit(items->v + i))
			facts[n++] = items->v[i].unit->facts;
	plan = plan_make(facts, n, &options);
	if (!b->plan) /* said once, however often units are dropped */
		link_plan_told(b->job, &told, b->diags);
	strbuf_release(&told);
	free(facts);
	return plan;
}

static void drop(struct build *b, struct item *item, const char *why)
{
	item->dropped = true;
	b->again = true;
	diag_add(b->diags, DIAG_WARNING, NULL, NULL,
		 "%s: %s: its functions run with checkpoints off", item->name,
		 why);
}

/* ---- compiling ------------------------------------------------------------- */

static void first_error(const char *path, struct strbuf *out)
{
	struct strbuf text = STRBUF_INIT;
	const char *line;

	if (!fd_read_file(path, (size_t)1 << 24, &text, NULL)) {
		line = strstr(text.data, "error: ");
		while (line && line > text.data && line[-1] != '\n')
			line--;
		if (!line)
			line = text.data;
		strbuf_add(out, line, strcspn(line, "\n"));
	}
	strbuf_release(&text);
}

/* Waits for the oldest compiler. */
static int reap(struct build *b)
{
	struct running r = b->running[0];
	struct strbuf why = STRBUF_INIT;
	int status = proc_wait(r.pid);

	b->nrunning--;
	memmove(b->running, b->running + 1,
		sizeof(*b->running) * (size_t)b->nrunning);
	if (status > 0) {
		strbuf_addstr(&why, "the instrumented C does not compile (");
		first_error(r.log, &why);
		strbuf_addch(&why, ')');
		drop(b, r.item, why.data);
	} else if (!status && *r.key) {
		objcache_put(b->cache, r.key, r.item->object);
	}
	strbuf_release(&why);
	free(r.log);
	return status < 0 ? status : 0;
}

static int reap_all(struct build *b, int rc)
{
	while (b->nrunning) {
		int status = reap(b);

		rc = rc ? rc : status;
	}
	return rc;
}

/* The command, but for source and object. */
static void compile_args(const struct build *b, const struct item *item,
			 int number, struct strv *argv)
{
	const struct blob *blob = &item->unit->blob;
	const char *const *flag;

	strv_add_all(argv, &blob->cc);
	strv_add_all(argv, &blob->cflags);
	for (flag = plan_cflags(b->plan, number); flag && *flag; flag++)
		strv_add(argv, *flag);
	strv_add_words(argv, "-w -c -x cpp-output");
}

static int start_compiler(struct build *b, struct item *item, int number,
			  const struct strbuf *text, const char *key)
{
	struct running *r;
	struct strv argv = { 0 };
	struct proc_io io = { .stdin_path = "/dev/null" };
	char *source = job_temp(b->job, "c");
	int rc = job_write(source, text, b->err);

	if (!rc && b->nrunning == MAX_RUNNING)
		rc = reap(b);
	if (rc) {
		free(source);
		return rc;
	}
	r = b->running + b->nrunning;
	r->item = item;
	r->log = job_temp(b->job, "log");
	snprintf(r->key, sizeof(r->key), "%s", key);
	io.stderr_path = r->log;
	compile_args(b, item, number, &argv);
	strv_add(&argv, source);
	strv_add(&argv, "-o");
	strv_add(&argv, item->object);
	rc = proc_start(&argv, &io, &r->pid, b->err);
	strv_release(&argv);
	free(source);
	if (rc)
		free(r->log);
	else
		b->nrunning++;
	return rc;
}

/* ---- writing --------------------------------------------------------------- */

static int emit(struct build *b, struct item *item, int number,
		struct strbuf *out)
{
	struct diags found = { 0 };
	struct err why = ERR_INIT;
	struct ast *ast;
	int rc = unit_parse(item->unit, &ast, &found, &why);

	if (!rc) {
		rc = emit_unit(ast, b->plan, number, out, &why);
		ast_free(ast);
	}
	diags_release(&found);
	if (rc)
		drop(b, item, err_text(&why));
	return rc;
}

static uint64_t hash_of(const struct build *b, int number,
			const struct strbuf *text)
{
	static const uint8_t key[16] = "instrumented C";
	struct strbuf all = STRBUF_INIT;
	const char *const *flag;
	uint64_t hash;

	for (flag = plan_cflags(b->plan, number); flag && *flag; flag++)
		strbuf_addf(&all, "%s\n", *flag);
	strbuf_add(&all, text->data, text->len);
	hash = hash_siphash(key, all.data, all.len);
	strbuf_release(&all);
	return hash;
}

/* From the cache, or by the compiler. */
static int make_object(struct build *b, struct item *item, int number,
		       const struct strbuf *text)
{
	char key[OBJCACHE_KEY_CHARS + 1] = "";
	struct strv command = { 0 };

	compile_args(b, item, number, &command);
	if (!b->cache || !objcache_key(&command, text, key))
		*key = '\0';
	strv_release(&command);
	if (*key && objcache_get(b->cache, key, item->object))
		return 0;
	return start_compiler(b, item, number, text, key);
}

static int build_unit(struct build *b, struct item *item, int number)
{
	struct strbuf text = STRBUF_INIT;
	bool emitted = !emit(b, item, number, &text);
	uint64_t hash = hash_of(b, number, &text);
	int rc = 0;

	/* After a unit was dropped most others come out as before. */
	if (emitted && (!item->object || item->text_hash != hash)) {
		free(item->object);
		item->object = job_temp(b->job, "o");
		item->text_hash = hash;
		rc = make_object(b, item, number, &text);
	}
	strbuf_release(&text);
	return rc;
}

static int build_all(struct build *b)
{
	int number = 0, rc = 0;
	struct plan *plan;
	size_t i;

	b->again = false;
	plan = make_plan(b);
	plan_free(b->plan);
	b->plan = plan;
	/* To the end, so that all units to be dropped are found at once. */
	for (i = 0; i < b->items->n && !rc; i++) {
		if (proc_signal())
			rc = -EINTR;
		else if (is_unit(b->items->v + i))
			rc = build_unit(b, b->items->v + i, number++);
	}
	return reap_all(b, rc);
}

int link_build(struct job *job, struct items *items, struct diags *diags,
	       struct strbuf *report, struct err *err)
{
	struct build b = {
		.job = job, .items = items, .diags = diags, .err = err
	};
	int rc = link_plan(job, &b.profile, diags, err);

	b.cache = objcache_open();
	while (!rc && (!b.plan || b.again))
		rc = build_all(&b);
	objcache_close(b.cache);
	if (!rc && report)
		plan_report(b.plan, report);
	plan_free(b.plan);
	profile_free(b.profile);
	return rc;
}

int link_emit(struct job *job, struct items *items, struct diags *diags,
	      struct strbuf *out, struct err *err)
{
	struct build b = {
		.job = job, .items = items, .diags = diags, .err = err
	};
	int number = 0, rc = link_plan(job, &b.profile, diags, err);
	size_t i;

	if (rc)
		return rc;
	b.plan = make_plan(&b);
	for (i = 0; i < items->n; i++)
		if (is_unit(items->v + i))
			emit(&b, items->v + i, number++, out);
	plan_free(b.plan);
	profile_free(b.profile);
	return 0;
}
