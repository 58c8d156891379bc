/* SPDX-License-Identifier: MIT */
#include "instrument/link_names.h"

#include <errno.h>
#include <stdlib.h>

#include "common/base/fd.h"
#include "common/base/hash.h"
#include "common/base/xalloc.h"
#include "instrument/ar.h"
#include "instrument/elf.h"

#define MAX_OBJECT_BYTES ((size_t)1 << 28)

struct names {
	struct hash *own; /* defined by the library */
	struct hash *wanted; /* taken by it from elsewhere */
	struct strv redefine; /* objcopy's arguments */
	struct hash *renamed;
};

static void note_library(void *ctx, const char *name, bool defined)
{
	struct names *n = ctx;

	hash_set(defined ? n->own : n->wanted, name, n);
}

static void note_unit(void *ctx, const char *name, bool defined)
{
	struct names *n = ctx;
	char *arg;

	if (!defined || !hash_has(n->wanted, name) || hash_has(n->own, name) ||
	    hash_has(n->renamed, name))
		return;
	hash_set(n->renamed, name, n);
	arg = xasprintf("--redefine-sym=%s=ckpt_user_%s", name, name);
	strv_add(&n->redefine, arg);
	free(arg);
}

static int read_library(struct names *n, const char *path, struct err *err)
{
	struct strbuf data = STRBUF_INIT;
	struct ar ar = { 0 };
	int rc = fd_read_file(path, MAX_OBJECT_BYTES, &data, err);

	if (!rc)
		rc = ar_read(data.data, data.len, path, &ar, err);
	for (size_t i = 0; i < ar.n && !rc; i++)
		if (ar.v[i].data)
			rc = elf_symbols(ar.v[i].data, ar.v[i].len,
					 note_library, n, err);
	ar_release(&ar);
	strbuf_release(&data);
	return rc;
}

static bool is_unit(const struct item *item)
{
	return item->unit && !item->dropped;
}

static int read_unit(struct names *n, const char *path, struct err *err)
{
	struct strbuf data = STRBUF_INIT;
	int rc = fd_read_file(path, MAX_OBJECT_BYTES, &data, err);

	if (!rc)
		rc = elf_symbols(data.data, data.len, note_unit, n, err);
	strbuf_release(&data);
	return rc;
}

/* Into a new object: the old one may be kept for other links. */
static int rename_in(struct job *job, const struct names *n, struct item *item,
		     struct err *err)
{
	char *renamed = job_temp(job, "o");
	struct strv argv = { 0 };
	int rc;

	strv_add(&argv, job->tools.objcopy);
	strv_add_all(&argv, &n->redefine);
	strv_add(&argv, item->object);
	strv_add(&argv, renamed);
	rc = proc_run(&argv, NULL, err);
	strv_release(&argv);
	if (rc > 0)
		rc = err_set(err, -EIO, "'%s' cannot rename symbols of '%s'",
			     job->tools.objcopy, item->object);
	if (rc) {
		free(renamed);
		return rc;
	}
	free(item->object);
	item->object = renamed;
	return 0;
}

int link_rename(struct job *job, struct items *items, const char *library,
		struct err *err)
{
	struct names n = { .own = hash_new(NULL),
			   .wanted = hash_new(NULL),
			   .renamed = hash_new(NULL) };
	int rc = read_library(&n, library, err);
	size_t i;

	for (i = 0; i < items->n && !rc; i++)
		if (is_unit(items->v + i))
			rc = read_unit(&n, items->v[i].object, err);
	for (i = 0; i < items->n && !rc && n.redefine.n; i++)
		if (is_unit(items->v + i))
			rc = rename_in(job, &n, items->v + i, err);
	strv_release(&n.redefine);
	hash_free(n.own);
	hash_free(n.wanted);
	hash_free(n.renamed);
	return rc;
}
