/* SPDX-License-Identifier: MIT */
#include "common/store/restore.h"

#include "common/base/err.h"
#include "common/base/xalloc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One place of a chunk; places are sorted by id, then file, then position. */
struct place {
	struct chunk_id id;
	uint32_t file;
	bool done;
	uint64_t index; /* the chunk's number in the file */
};

struct restore {
	const struct manifest *m;
	int *fds;
	struct place *places;
	size_t count;
};

static int place_order(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int r = chunk_id_cmp(&x->id, &y->id);

	if (r == 0)
		r = x->file < y->file ? -1 : x->file > y->file;
	if (r == 0)
		r = x->index < y->index ? -1 : x->index > y->index;
	return r;
}

struct restore *restore_new(const struct manifest *m)
{
	struct restore *r = xcalloc(1, sizeof(*r));
	size_t total = 0;

	r->m = m;
	r->fds = xcalloc(m->file_count + 1, sizeof(*r->fds));
	for (size_t i = 0; i < m->file_count; i++) {
		r->fds[i] = -1;
		total += m->files[i].chunk_count;
	}
	r->places = xcalloc(total + 1, sizeof(*r->places));
	for (size_t i = 0; i < m->file_count; i++) {
		for (size_t k = 0; k < m->files[i].chunk_count; k++) {
			struct place *p = &r->places[r->count++];

			p->id = m->files[i].chunks[k];
			p->file = (uint32_t)i;
			p->index = k;
		}
	}
	qsort(r->places, r->count, sizeof(*r->places), place_order);
	return r;
}

void restore_file(struct restore *r, size_t i, int fd)
{
	r->fds[i] = fd;
}

/* The first place of @id, or the count when no file names it. */
static size_t place_find(const struct restore *r, const struct chunk_id *id)
{
	size_t lo = 0, hi = r->count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (chunk_id_cmp(&r->places[mid].id, id) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static int place_write(struct restore *r, struct place *p, const void *data,
		       size_t len, struct err *err)
{
	const struct manifest_file *f = &r->m->files[p->file];
	off_t offset = (off_t)(p->index * CHUNK_SIZE);
	size_t done = 0;

	if (manifest_chunk_len(f, p->index) != len)
		return err_set(err, -EBADMSG,
			       "chunk %llu of file '%s' has %zu bytes in place "
			       "of %zu",
			       (unsigned long long)p->index, f->name, len,
			       manifest_chunk_len(f, p->index));
	while (done < len) {
		ssize_t n = pwrite(r->fds[p->file], (const char *)data + done,
				   len - done, offset + (off_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, -errno, "cannot write '%s'",
				       f->name);
		done += (size_t)n;
	}
	p->done = true;
	return 0;
}

int restore_chunk(struct restore *r, const struct chunk_id *id,
		  const void *data, size_t len, struct err *err)
{
	for (size_t i = place_find(r, id); i < r->count; i++) {
		int e;

		if (chunk_id_cmp(&r->places[i].id, id) != 0)
			break;
		if (r->fds[r->places[i].file] < 0)
			continue;
		e = place_write(r, &r->places[i], data, len, err);
		if (e < 0)
			return e;
	}
	return 0;
}

int restore_finish(struct restore *r, struct err *err)
{
	for (size_t i = 0; i < r->count; i++) {
		const struct place *p = &r->places[i];
		char hex[CHUNK_HEX_SIZE];

		if (p->done || r->fds[p->file] < 0)
			continue;
		chunk_id_hex(&p->id, hex);
		return err_set(err, -ENODATA,
			       "chunk %llu (%s) of file '%s' did not come",
			       (unsigned long long)p->index, hex,
			       r->m->files[p->file].name);
	}
	return 0;
}

void restore_free(struct restore *r)
{
	if (!r)
		return;
	free(r->fds);
	free(r->places);
	free(r);
}
