/* SPDX-License-Identifier: MIT */
#include "startd/fetch.h"

#include "common/base/err.h"
#include "common/base/fd.h"
#include "common/base/log.h"
#include "common/base/xalloc.h"
#include "common/job/wire.h"
#include "common/store/chunk.h"
#include "common/store/manifest.h"
#include "common/store/pack.h"
#include "common/store/restore.h"
#include "common/svc/httpu.h"
#include "startd/cache.h"
#include "startd/remote.h"
#include "startd/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* So little is copied from the cache while the loop waits: half a ms. */
#define SMALL_FILES 8
#define SMALL_BYTES (256 << 10)
/* A file that is not there, or comes out wrong: so many tries. */
#define REFUSED_TRIES 4

struct fetch {
	struct remote *rm;
	struct cache *cache;
	const struct wire_start *start;
	int dir_fd; /* of the scratch directory */
};

/* ---- inputs ---- */

/* The rest of the file, from where an earlier try broke off. */
static int download_try(struct fetch *f, const struct wire_input *in,
			const char *part, struct err *err)
{
	struct httpu_request req = HTTPU_REQUEST_INIT;
	const char *headers[2] = { NULL, NULL };
	char range[64];
	struct stat st;
	int64_t before;
	int fd, r;

	fd = open(part, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0 || fstat(fd, &st) < 0) {
		r = err_sys(err, -errno, "cannot open '%s'", part);
		fd_close(&fd);
		return r;
	}
	if (st.st_size >= in->size) {
		/* All of it is there already, or it is another's. */
		close(fd);
		return 0;
	}
	if (st.st_size) {
		snprintf(range, sizeof(range), "Range: bytes=%lld-",
			 (long long)st.st_size);
		headers[0] = range;
		req.headers = headers;
	}
	before = st.st_size;
	req.path = in->url;
	req.sink_fd = fd;
	r = remote_try(f->rm, &req, NULL, err);
	if (!fstat(fd, &st))
		f->rm->received_bytes += st.st_size - before;
	close(fd);
	return r;
}

/* Into the cache. */
static int download(struct fetch *f, const struct wire_input *in,
		    struct err *err)
{
	char *part = cache_part(f->cache, in->sha256, f->start->nonce);
	int r, refused = 0;

	for (;;) {
		err_clear(err);
		r = download_try(f, in, part, err);
		if (!r)
			r = cache_adopt(f->cache, in->sha256, part, err);
		if (!r || r == -ESTALE || r == -ENOSPC || r == -EDQUOT)
			break;
		if (r != -EAGAIN && ++refused == REFUSED_TRIES)
			break;
		if (remote_backoff(f->rm) < 0) {
			r = -ECANCELED;
			break;
		}
	}
	if (r)
		unlink(part);
	else
		remote_reset(f->rm);
	free(part);
	return r;
}

static int lay_down(struct fetch *f, const struct wire_input *in, mode_t mode,
		    struct err *err)
{
	int fd, r, tries;

	fd = scratch_create(f->dir_fd, in->name, mode, err);
	if (fd < 0)
		return fd;
	for (tries = 0;; tries++) {
		r = cache_copy(f->cache, in->sha256, fd, err);
		if (r != -ENOENT || tries == REFUSED_TRIES || !f->rm)
			break;
		r = download(f, in, err);
		if (r < 0)
			break;
	}
	close(fd);
	if (r < 0 && r != -ESTALE && r != -ECANCELED)
		err_prefix(err, "input file '%s'", in->name);
	return r;
}

static int fetch_inputs(struct fetch *f, struct err *err)
{
	const struct wire_start *s = f->start;
	int r = 0;
	size_t i;

	if (s->executable)
		r = lay_down(f, s->executable, s->executable->mode | 0500, err);
	for (i = 0; !r && i < s->input_count; i++)
		r = lay_down(f, &s->inputs[i], s->inputs[i].mode, err);
	return r;
}

/* ---- the checkpoint ---- */

/* A pack on its way; it outlives the connections that bring it. */
struct unpack {
	struct pack_reader *reader;
	struct restore *restore;
	int *fds; /* of the manifest's files */
	size_t count;
	int64_t bytes; /* of the pack so far */
	struct err err;
};

static int on_chunk(void *arg, const struct pack_entry *e, const void *data,
		    struct err *err)
{
	struct unpack *u = arg;

	return restore_chunk(u->restore, &e->id, data, e->raw, err);
}

static int on_body(void *arg, const void *data, size_t len)
{
	struct unpack *u = arg;

	u->bytes += (int64_t)len;
	return pack_reader_feed(u->reader, data, len, &u->err);
}

static int make_manifest(const struct wire_restore *r, struct manifest *m,
			 struct err *err)
{
	size_t i;
	int code = 0;

	manifest_init(m);
	for (i = 0; !code && i < r->file_count; i++) {
		const struct wire_file *file = &r->files[i];

		code = manifest_add(m, file->name, file->size, file->mode,
				    (const struct chunk_id *)file->chunks,
				    file->chunk_count, err);
	}
	return code;
}

static int open_files(struct fetch *f, const struct manifest *m,
		      struct restore *r, int *fds, struct err *err)
{
	size_t i;

	for (i = 0; i < m->file_count; i++) {
		fds[i] = scratch_create(f->dir_fd, m->files[i].name,
					m->files[i].mode, err);
		if (fds[i] < 0)
			return fds[i];
		restore_file(r, i, fds[i]);
	}
	return 0;
}

static void unpack_release(struct unpack *u)
{
	size_t i;

	for (i = 0; i < u->count; i++)
		fd_close(&u->fds[i]);
	free(u->fds);
	pack_reader_free(u->reader);
	restore_free(u->restore);
	*u = (struct unpack){ .err = ERR_INIT };
}

/* Empty files, nothing read. */
static int unpack_begin(struct fetch *f, const struct manifest *m,
			struct chunker *c, struct unpack *u, struct err *err)
{
	size_t i;

	u->restore = restore_new(m);
	u->reader = pack_reader_new(c, on_chunk, u);
	u->fds = xcalloc(m->file_count + 1, sizeof(*u->fds));
	u->count = m->file_count;
	for (i = 0; i < u->count; i++)
		u->fds[i] = -1;
	return open_files(f, m, u->restore, u->fds, err);
}

/* The rest of the pack, from where an earlier try broke off. */
static int unpack_stream(struct fetch *f, struct unpack *u, struct err *err)
{
	struct httpu_request req = HTTPU_REQUEST_INIT;
	const char *headers[2] = { NULL, NULL };
	int64_t before = u->bytes;
	char range[64];
	int code;

	if (u->bytes) {
		snprintf(range, sizeof(range), "Range: bytes=%lld-",
			 (long long)u->bytes);
		headers[0] = range;
		req.headers = headers;
	}
	req.path = f->start->checkpoint->url;
	req.on_body = on_body;
	req.on_body_arg = u;
	code = remote_try(f->rm, &req, NULL, err);
	f->rm->received_bytes += u->bytes - before;
	if (err_is_set(&u->err)) {
		err_clear(err);
		code = err_set(err, u->err.code, "%s", err_text(&u->err));
	}
	if (!code)
		code = pack_reader_finish(u->reader, err);
	if (!code)
		code = restore_finish(u->restore, err);
	return code == -ENODATA ? -EBADMSG : code;
}

/* What came in pieces and does not verify is fetched whole, once. */
static int restore_try(struct fetch *f, const struct manifest *m,
		       struct chunker *c, struct unpack *u, struct err *err)
{
	bool resumed = u->bytes > 0;
	int code = u->reader ? 0 : unpack_begin(f, m, c, u, err);

	if (!code)
		code = unpack_stream(f, u, err);
	if (code == -EAGAIN)
		return code;
	unpack_release(u);
	if (code != -EBADMSG || !resumed)
		return code;
	err_clear(err);
	return restore_try(f, m, c, u, err);
}

static int fetch_checkpoint(struct fetch *f, struct err *err)
{
	const struct wire_start *s = f->start;
	struct chunker *c = NULL;
	struct unpack u = { .err = ERR_INIT };
	struct chunk_key key;
	struct manifest m;
	int r, refused = 0;

	r = make_manifest(s->checkpoint, &m, err);
	if (!r && chunk_key_parse(s->store_key, &key) < 0)
		r = err_set(err, -EINVAL, "bad store key");
	if (!r)
		r = chunker_new(&key, &c, err);
	while (!r) {
		err_clear(err);
		r = restore_try(f, &m, c, &u, err);
		if (!r || r == -ESTALE || r == -EBADMSG || r == -ENOSPC ||
		    r == -EDQUOT)
			break;
		if (r != -EAGAIN && ++refused == REFUSED_TRIES)
			break;
		r = remote_backoff(f->rm);
	}
	unpack_release(&u);
	chunker_free(c);
	manifest_release(&m);
	if (r < 0 && r != -ESTALE && r != -ECANCELED)
		err_prefix(err, "checkpoint %lld",
			   (long long)s->checkpoint->id);
	return r;
}

bool fetch_is_small(const struct wire_start *start)
{
	int64_t bytes = start->executable ? start->executable->size : 0;

	if (start->checkpoint || start->input_count > SMALL_FILES)
		return false;
	for (size_t i = 0; i < start->input_count; i++)
		bytes += start->inputs[i].size;
	return bytes <= SMALL_BYTES;
}

int fetch_all(struct remote *rm, struct cache *cache,
	      const struct wire_start *start, const char *scratch,
	      struct scratch_list *ret_base, bool *ret_damaged, struct err *err)
{
	struct fetch f = { .rm = rm, .cache = cache, .start = start };
	struct scratch_list base = { 0 };
	int r;

	*ret_damaged = false;
	f.dir_fd = open(scratch, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f.dir_fd < 0)
		return err_sys(err, -errno, "cannot open '%s'", scratch);
	r = fetch_inputs(&f, err);
	if (!r)
		r = scratch_scan(f.dir_fd, "", true, geteuid(), &base, err);
	if (!r && start->checkpoint) {
		r = fetch_checkpoint(&f, err);
		*ret_damaged = r == -EBADMSG;
	}
	close(f.dir_fd);
	if (r < 0) {
		scratch_list_release(&base);
		return r;
	}
	*ret_base = base;
	return 0;
}
