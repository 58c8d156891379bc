/* SPDX-License-Identifier: MIT */
#include "startd/upload.h"

#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/fd.h"
#include "common/base/hash.h"
#include "common/base/log.h"
#include "common/base/xalloc.h"
#include "common/job/wire.h"
#include "common/store/chunk.h"
#include "common/store/manifest.h"
#include "common/store/pack.h"
#include "common/svc/httpu.h"
#include "common/svc/json.h"
#include "startd/remote.h"
#include "startd/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/*
 * Chunks of a pack. What has arrived in a whole pack is not sent again after
 * the connection broke: so packs are of some 16 MiB.
 */
#define PART_CHUNKS 64

/* A plain refusal (a bad request, say) is not repeated for ever. */
#define REFUSED_TRIES 6

struct send {
	struct remote *rm;
	const struct upload *up;
	struct chunker *chunker;
	struct manifest manifest;
	int dir_fd;
	int64_t since_ms;
	char *committing; /* upload of a commit that got no answer */
};

/* ---- reading the files ---- */

static int read_files(struct send *s, struct err *err)
{
	size_t i;
	int r = 0;

	for (i = 0; !r && i < s->up->set->count; i++) {
		const char *name = s->up->set->names[i];
		int fd = scratch_open(s->dir_fd, name, geteuid(), NULL, err);

		if (fd < 0)
			return fd;
		r = manifest_add_fd(&s->manifest, s->chunker, name, fd, err);
		close(fd);
	}
	return r;
}

static struct wire_file *wire_files(const struct manifest *m)
{
	struct wire_file *files = xcalloc(m->file_count + 1, sizeof(*files));
	size_t i;

	for (i = 0; i < m->file_count; i++) {
		const struct manifest_file *f = &m->files[i];

		files[i].name = xstrdup(f->name);
		files[i].size = f->size;
		files[i].mode = f->mode;
		files[i].chunk_count = f->chunk_count;
		if (f->chunk_count)
			files[i].chunks = xmemdup(
				f->chunks, f->chunk_count * sizeof(*f->chunks));
	}
	return files;
}

/* ---- the pack ---- */

/* Nameless, so that nothing stays behind; in memory where the disk is full. */
static int open_pack(const char *spool, bool in_memory, struct err *err)
{
	int fd;

	fd = in_memory ? memfd_create("pack", MFD_CLOEXEC)
		       : open(spool, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_sys(err, -errno, "cannot make a file in '%s'",
			       spool);
	return fd;
}

static int pack_file(struct send *s, struct pack_writer *w,
		     const struct manifest_file *f, struct hash *missing,
		     unsigned char *buf, struct err *err)
{
	int fd = scratch_open(s->dir_fd, f->name, geteuid(), NULL, err);
	size_t i;
	int r = 0;

	if (fd < 0)
		return fd;
	for (i = 0; !r && i < f->chunk_count && hash_count(missing); i++) {
		const struct chunk_id *id = &f->chunks[i];
		size_t len = manifest_chunk_len(f, i);

		/* Each chunk once, however often it is named. */
		if (!hash_del_mem(missing, id->b, sizeof(id->b)))
			continue;
		if (pread(fd, buf, len, (off_t)i * CHUNK_SIZE) != (ssize_t)len)
			r = err_set(err, -EIO, "'%s' changed while it was read",
				    f->name);
		else
			r = pack_writer_add(w, s->chunker, id, buf, len, err);
	}
	close(fd);
	return r;
}

static int write_pack(struct send *s, const struct wire_missing *missing,
		      int *fd, struct err *err)
{
	struct hash *left = hash_new(NULL);
	struct pack_writer *w = NULL;
	unsigned char *buf = xmalloc(CHUNK_SIZE);
	size_t i;
	int r;

	for (i = 0; i < missing->chunk_count; i++)
		hash_set_mem(left, missing->chunks[i],
			     sizeof(missing->chunks[i]), s);
	r = pack_writer_new(pack_sink_fd, fd, &w, err);
	for (i = 0; !r && i < s->manifest.file_count && hash_count(left); i++)
		r = pack_file(s, w, &s->manifest.files[i], left, buf, err);
	if (!r)
		r = pack_writer_finish(w, err);
	pack_writer_free(w);
	hash_free(left);
	free(buf);
	return r;
}

/* Returns a descriptor of the pack, at its start. */
static int make_pack(struct send *s, const struct wire_missing *missing,
		     struct err *err)
{
	bool in_memory;
	int fd = -1, r = 0;

	for (in_memory = false;; in_memory = true) {
		err_clear(err);
		fd = open_pack(s->up->spool, in_memory, err);
		r = fd < 0 ? fd : write_pack(s, missing, &fd, err);
		if (!r || in_memory ||
		    (r != -ENOSPC && r != -EDQUOT && r != -EOPNOTSUPP))
			break;
		fd_close(&fd);
	}
	if (!r && lseek(fd, 0, SEEK_SET) < 0)
		r = err_sys(err, -errno, "cannot read the pack");
	if (r < 0) {
		fd_close(&fd);
		return r;
	}
	return fd;
}

static int put_pack(struct send *s, const char *upload, int fd, struct err *err)
{
	struct httpu_request req = HTTPU_REQUEST_INIT;
	char *path = xasprintf("/api/v1/uploads/%s/pack", upload);
	off_t len = lseek(fd, 0, SEEK_END);
	int r;

	lseek(fd, 0, SEEK_SET);
	req.method = "PUT";
	req.path = path;
	req.content_type = "application/octet-stream";
	req.body_fd = fd;
	req.body_fd_len = len;
	r = remote_try(s->rm, &req, NULL, err);
	if (!r)
		s->rm->sent_bytes += len;
	free(path);
	return r;
}

/* ---- the three steps ---- */

static int offer(struct send *s, struct wire_missing *ret, struct err *err)
{
	struct wire_offer none = { 0 };
	struct wire_offer *o = s->up->offer ? s->up->offer : &none;
	json_t *body, *reply = NULL;
	char *path;
	int r;

	wire_figures_init(&none.figures);
	o->files = wire_files(&s->manifest);
	o->file_count = s->manifest.file_count;
	body = wire_offer_encode(o, !s->up->offer);
	wire_files_free(o->files, o->file_count);
	o->files = NULL;
	o->file_count = 0;
	path = xasprintf("/api/v1/attempts/%s/%s", s->up->start->nonce,
			 s->up->offer ? "checkpoints" : "outputs");
	r = remote_post(s->rm, path, body, &reply, err);
	if (!r)
		r = wire_missing_decode(reply, ret, err);
	json_decref(reply);
	json_decref(body);
	free(path);
	return r;
}

static int commit(struct send *s, const char *upload, char **ret_id,
		  struct err *err)
{
	char *path = xasprintf("/api/v1/uploads/%s/commit", upload);
	json_t *body = json_object(), *reply = NULL;
	const char *id = NULL;
	int r;

	json_set_int(body, "upload_ms", clock_mono_ms() - s->since_ms);
	r = remote_post(s->rm, path, body, &reply, err);
	if (!r)
		r = json_get_str(reply, s->up->offer ? "checkpoint" : "outputs",
				 &id, err);
	if (!r)
		*ret_id = xstrdup(id);
	json_decref(reply);
	json_decref(body);
	free(path);
	return r;
}

/* Those of a slice of the missing chunks, in one pack. */
static int send_part(struct send *s, const struct wire_missing *part,
		     struct err *err)
{
	int fd = make_pack(s, part, err);
	int r = fd < 0 ? fd : put_pack(s, part->upload, fd, err);

	/* The connection broke: the same pack once more. */
	if (r == -EAGAIN && !remote_backoff(s->rm)) {
		err_clear(err);
		r = put_pack(s, part->upload, fd, err);
	}
	fd_close(&fd);
	return r;
}

static int send_missing(struct send *s, const struct wire_missing *missing,
			struct err *err)
{
	size_t at, left;
	int r = 0;

	for (at = 0; !r && at < missing->chunk_count; at += PART_CHUNKS) {
		struct wire_missing part = *missing;

		left = missing->chunk_count - at;
		part.chunks = missing->chunks + at;
		part.chunk_count = left < PART_CHUNKS ? left : PART_CHUNKS;
		r = send_part(s, &part, err);
		if (!r)
			remote_reset(s->rm);
	}
	return r;
}

/* A commit whose answer was lost is asked for again, not made twice. */
static int commit_once(struct send *s, const char *upload, char **ret_id,
		       struct err *err)
{
	int r = commit(s, upload, ret_id, err);

	if (r == -EAGAIN && !s->committing)
		s->committing = xstrdup(upload);
	if (r != -EAGAIN) {
		free(s->committing);
		s->committing = NULL;
	}
	return r;
}

/* One round of offer, packs and commit. */
static int send_once(struct send *s, char **ret_id, struct err *err)
{
	struct wire_missing missing = { 0 };
	int r;

	if (s->committing) {
		r = commit_once(s, s->committing, ret_id, err);
		if (r != -ENOENT && r != -EIDRM && r != -EBADMSG)
			return r;
		err_clear(err);
	}
	r = offer(s, &missing, err);
	if (r < 0)
		return r;
	if (missing.refused)
		r = err_set(err, -ENODATA, "the checkpoint was refused: %s",
			    missing.refused);
	if (!r)
		r = send_missing(s, &missing, err);
	if (!r)
		r = commit_once(s, missing.upload, ret_id, err);
	wire_missing_release(&missing);
	return r;
}

static bool is_final(int r)
{
	return !r || r == -ESTALE || r == -ECANCELED || r == -EPERM ||
	       r == -ENODATA;
}

static int send_all(struct send *s, char **ret_id, struct err *err)
{
	int r, refused = 0;

	for (;;) {
		err_clear(err);
		r = send_once(s, ret_id, err);
		if (is_final(r))
			return r;
		/* "not found" is no reason to give results up. */
		if (r == -EPROTO && ++refused == REFUSED_TRIES)
			return r;
		log_warn("upload of attempt %s: %s", s->up->start->nonce,
			 err_text(err));
		if (remote_backoff(s->rm) < 0)
			return -ECANCELED;
	}
}

int upload_run(struct remote *rm, const struct upload *up, char **ret_id,
	       int64_t *ret_ms, struct err *err)
{
	struct send s = { .rm = rm, .up = up, .dir_fd = -1 };
	struct chunk_key key;
	int r;

	s.since_ms = clock_mono_ms();
	manifest_init(&s.manifest);
	if (chunk_key_parse(up->start->store_key, &key) < 0)
		return err_set(err, -EINVAL, "bad store key");
	r = chunker_new(&key, &s.chunker, err);
	if (!r) {
		s.dir_fd =
			open(up->scratch, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (s.dir_fd < 0)
			r = err_sys(err, -errno, "cannot open '%s'",
				    up->scratch);
	}
	if (!r)
		r = read_files(&s, err);
	if (!r)
		r = send_all(&s, ret_id, err);
	*ret_ms = clock_mono_ms() - s.since_ms;
	remote_reset(rm);
	free(s.committing);
	fd_close(&s.dir_fd);
	chunker_free(s.chunker);
	manifest_release(&s.manifest);
	return r;
}
