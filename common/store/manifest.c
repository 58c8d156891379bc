/* SPDX-License-Identifier: MIT */
#include "common/store/manifest.h"

#include "common/base/err.h"
#include "common/base/xalloc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void manifest_init(struct manifest *m)
{
	memset(m, 0, sizeof(*m));
}

void manifest_release(struct manifest *m)
{
	for (size_t i = 0; i < m->file_count; i++) {
		free(m->files[i].name);
		free(m->files[i].chunks);
	}
	free(m->files);
	manifest_init(m);
}

static bool component_ok(const char *s, size_t len)
{
	return len > 0 && !(len == 1 && s[0] == '.') &&
	       !(len == 2 && s[0] == '.' && s[1] == '.');
}

bool manifest_name_ok(const char *name)
{
	size_t len = strlen(name);
	const char *start = name;

	if (len == 0 || len >= MANIFEST_NAME_MAX)
		return false;
	for (const char *p = name; p <= name + len; p++) {
		if (*p == '/' || *p == '\0') {
			if (!component_ok(start, (size_t)(p - start)))
				return false;
			start = p + 1;
		} else if ((unsigned char)*p < ' ' || *p == 0x7f) {
			return false;
		}
	}
	return true;
}

size_t manifest_chunk_count(uint64_t size)
{
	return (size_t)(size / CHUNK_SIZE + (size % CHUNK_SIZE != 0));
}

size_t manifest_chunk_len(const struct manifest_file *f, size_t i)
{
	uint64_t left = f->size - (uint64_t)i * CHUNK_SIZE;

	return left < CHUNK_SIZE ? (size_t)left : CHUNK_SIZE;
}

static int name_check(const struct manifest *m, const char *name,
		      struct err *err)
{
	if (m->file_count >= MANIFEST_FILES_MAX)
		return err_set(err, -E2BIG,
			       "more than %d files in one checkpoint",
			       MANIFEST_FILES_MAX);
	if (!manifest_name_ok(name))
		return err_set(err, -EINVAL, "bad file name '%s'", name);
	for (size_t i = 0; i < m->file_count; i++) {
		if (strcmp(m->files[i].name, name) == 0)
			return err_set(err, -EINVAL, "file '%s' is there twice",
				       name);
	}
	return 0;
}

/* Takes @chunks; the name was checked. */
static void manifest_append(struct manifest *m, const char *name, uint64_t size,
			    unsigned int mode, struct chunk_id *chunks,
			    size_t count)
{
	struct manifest_file *f;

	m->files =
		xreallocarray(m->files, m->file_count + 1, sizeof(m->files[0]));
	f = &m->files[m->file_count++];
	f->name = xstrdup(name);
	f->size = size;
	f->mode = mode & 0777;
	f->chunks = chunks;
	f->chunk_count = count;
}

int manifest_add(struct manifest *m, const char *name, uint64_t size,
		 unsigned int mode, const struct chunk_id *chunks, size_t count,
		 struct err *err)
{
	int r = name_check(m, name, err);

	if (r < 0)
		return r;
	if (manifest_chunk_count(size) != count)
		return err_set(err, -EINVAL,
			       "file '%s' has %zu chunks in place of %zu", name,
			       count, manifest_chunk_count(size));
	manifest_append(m, name, size, mode,
			count ? xmemdup(chunks, count * sizeof(*chunks)) : NULL,
			count);
	return 0;
}

/* Reads up to @len bytes at @offset; short only at the end of the file. */
static ssize_t pread_full(int fd, void *buf, size_t len, uint64_t offset)
{
	size_t got = 0;

	while (got < len) {
		ssize_t n = pread(fd, (char *)buf + got, len - got,
				  (off_t)(offset + got));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		got += (size_t)n;
	}
	return (ssize_t)got;
}

/* Fills @ids with the ids of the chunks of a file of @size bytes. */
static int fd_chunks(struct chunker *c, const char *name, int fd, uint64_t size,
		     struct chunk_id *ids, struct err *err)
{
	void *buf = xmalloc(CHUNK_SIZE);
	uint64_t done = 0;
	int r = 0;

	for (size_t i = 0; done < size && r == 0; i++) {
		size_t want = size - done < CHUNK_SIZE ? (size_t)(size - done)
						       : CHUNK_SIZE;
		ssize_t n = pread_full(fd, buf, want, done);

		if (n < 0)
			r = err_sys(err, (int)n, "cannot read '%s'", name);
		else if ((size_t)n < want)
			r = err_set(err, -EAGAIN,
				    "'%s' became shorter while it was read",
				    name);
		else
			r = chunker_id(c, buf, want, &ids[i], err);
		done += want;
	}
	free(buf);
	return r;
}

int manifest_add_fd(struct manifest *m, struct chunker *c, const char *name,
		    int fd, struct err *err)
{
	struct chunk_id *ids = NULL;
	struct stat st;
	size_t count;
	int r = name_check(m, name, err);

	if (r < 0)
		return r;
	if (fstat(fd, &st) < 0)
		return err_sys(err, -errno, "cannot read '%s'", name);
	if (!S_ISREG(st.st_mode))
		return err_set(err, -EINVAL, "'%s' is not a regular file",
			       name);
	count = manifest_chunk_count((uint64_t)st.st_size);
	if (count)
		ids = xcalloc(count, sizeof(*ids));
	r = fd_chunks(c, name, fd, (uint64_t)st.st_size, ids, err);
	if (r < 0) {
		free(ids);
		return r;
	}
	manifest_append(m, name, (uint64_t)st.st_size, st.st_mode & 0777, ids,
			count);
	return 0;
}

uint64_t manifest_bytes(const struct manifest *m)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < m->file_count; i++)
		sum += m->files[i].size;
	return sum;
}

static int id_order(const void *a, const void *b)
{
	return chunk_id_cmp(a, b);
}

struct chunk_id *manifest_ids(const struct manifest *m, size_t *ret_count)
{
	struct chunk_id *ids;
	size_t total = 0, n = 0, kept = 0;

	for (size_t i = 0; i < m->file_count; i++)
		total += m->files[i].chunk_count;
	*ret_count = 0;
	if (total == 0)
		return NULL;
	ids = xcalloc(total, sizeof(*ids));
	for (size_t i = 0; i < m->file_count; i++) {
		for (size_t k = 0; k < m->files[i].chunk_count; k++)
			ids[n++] = m->files[i].chunks[k];
	}
	qsort(ids, n, sizeof(*ids), id_order);
	for (size_t i = 0; i < n; i++) {
		if (kept == 0 || chunk_id_cmp(&ids[kept - 1], &ids[i]) != 0)
			ids[kept++] = ids[i];
	}
	*ret_count = kept;
	return ids;
}
