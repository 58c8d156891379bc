/* SPDX-License-Identifier: MIT */
#include "common/store/gc.h"

#include "common/base/err.h"
#include "common/base/xalloc.h"
#include "common/store/ingest.h"

#include <errno.h>
#include <stdlib.h>

int gc_decide(struct index *ix, int64_t now, struct err *err)
{
	int r = index_expire(ix, now, err);

	return r < 0 ? r : index_sweep(ix, err);
}

int gc_act(struct index *ix, struct backend *b, size_t max, size_t *ret_deleted,
	   struct err *err)
{
	size_t deleted = 0;
	int r = 0;

	while (deleted < max) {
		char *pack;

		r = index_dead_pack(ix, &pack, err);
		if (r < 0)
			break;
		r = backend_delete(b, pack, err);
		if (r == 0)
			r = index_pack_gone(ix, pack, err);
		free(pack);
		if (r < 0)
			break;
		deleted++;
	}
	*ret_deleted = deleted;
	return r == -ENOENT ? 0 : r;
}

struct strays {
	struct index *ix;
	char **names;
	size_t count;
};

static int stray_find(void *arg, const char *name, uint64_t bytes)
{
	struct strays *s = arg;

	(void)bytes;
	if (index_knows_pack(s->ix, name))
		return 0;
	s->names = xreallocarray(s->names, s->count + 1, sizeof(*s->names));
	s->names[s->count++] = xstrdup(name);
	return 0;
}

int gc_strays(struct index *ix, struct backend *b, size_t *ret_deleted,
	      struct err *err)
{
	struct strays s = { .ix = ix };
	size_t deleted = 0;
	int r = backend_list(b, stray_find, &s, err);

	for (size_t i = 0; i < s.count; i++) {
		if (r == 0)
			r = backend_delete(b, s.names[i], err);
		if (r == 0)
			deleted++;
		free(s.names[i]);
	}
	free(s.names);
	*ret_deleted = deleted;
	return r;
}

/* Where a chunk was being verified, for the message. */
struct spot {
	int64_t id;
	const struct manifest_file *file;
	size_t chunk;
};

/*
 * One chunk is bad: notes it, and gives the message its place. @why holds
 * the cause.
 */
static int damage(struct index *ix, const struct spot *at,
		  const struct err *why, struct err *err)
{
	char *text = xasprintf("checkpoint '%lld': file '%s', chunk %zu: %s",
			       (long long)at->id, at->file->name, at->chunk,
			       err_text(why));
	int r = index_damaged(ix, &at->file->chunks[at->chunk], text, err);

	if (r == 0)
		r = err_set(err, -EBADMSG, "%s", text);
	free(text);
	return r;
}

static int chunk_check(struct index *ix, struct backend *b, struct chunker *c,
		       const struct spot *at, struct err *err)
{
	const struct chunk_id *id = &at->file->chunks[at->chunk];
	struct err why = ERR_INIT;
	struct pack_entry e;
	const void *data;
	char *pack = NULL;
	int r = index_locate(ix, id, &pack, &e, &why);

	if (r == 0)
		r = ingest_read(b, c, pack, &e, &data, &why);
	if (r == 0 && e.raw != manifest_chunk_len(at->file, at->chunk))
		r = err_set(&why, -EBADMSG, "its length is wrong");
	free(pack);
	if (r == 0)
		return 0;
	if (r == -EBADMSG || r == -ENODATA || r == -ENOENT)
		return damage(ix, at, &why, err);
	return err_set(err, r, "%s", err_text(&why));
}

int gc_verify(struct index *ix, struct backend *b, struct chunker *c,
	      int64_t id, struct err *err)
{
	struct index_ckpt ckpt;
	struct manifest m;
	int r = index_get(ix, id, &ckpt, err);

	if (r < 0)
		return r;
	index_ckpt_release(&ckpt);
	r = index_manifest(ix, id, &m, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < m.file_count && r == 0; i++) {
		struct spot at = { .id = id, .file = &m.files[i] };

		for (; at.chunk < at.file->chunk_count && r == 0; at.chunk++)
			r = chunk_check(ix, b, c, &at, err);
	}
	manifest_release(&m);
	return r;
}
