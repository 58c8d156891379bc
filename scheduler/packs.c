/* SPDX-License-Identifier: MIT */
#include "scheduler/packs.h"

#include "common/base/err.h"
#include "common/base/fd.h"
#include "common/base/hash.h"
#include "common/base/log.h"
#include "common/base/xalloc.h"
#include "common/store/backend.h"
#include "common/store/chunk.h"
#include "common/store/index.h"
#include "common/store/ingest.h"
#include "common/store/manifest.h"
#include "common/store/pack.h"
#include "common/svc/httpd.h"
#include "common/svc/json.h"
#include "scheduler/api.h"
#include "scheduler/ckpts.h"
#include "scheduler/core.h"
#include "scheduler/queue.h"
#include "scheduler/sched.h"
#include "scheduler/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum job_kind { SEND_PACK, SEND_CHUNK, VERIFY };

struct source {
	char *pack;
	struct pack_entry entry;
};

struct task {
	struct sched *s;
	struct httpd_req *req; /* NULL: the client has gone */
	enum job_kind kind;
	int64_t id;
	int cluster, proc;
	struct source *sources;
	size_t count;
	size_t bad; /* source that was damaged, when rc says so */
	struct chunk_key key;
	int fd; /* the pack, or the chunk */
	int rc;
	struct err err;
};

static void free_task(struct task *t)
{
	for (size_t i = 0; i < t->count; i++)
		free(t->sources[i].pack);
	free(t->sources);
	fd_close(&t->fd);
	free(t);
}

/* -- in a worker ----------------------------------------------------------------- */

static int copy_stored(struct task *t, struct pack_writer *w,
		       const struct source *src)
{
	const struct pack_entry *e = &src->entry;
	void *buf = xmalloc(e->stored ? e->stored : 1);
	int rc = ingest_read_stored(t->s->backend, src->pack, e, buf, &t->err);

	if (!rc)
		rc = pack_writer_add_stored(w, &e->id, buf, e->stored, e->raw,
					    &t->err);
	free(buf);
	return rc;
}

/* The receiver verifies: here the bytes are passed on as they are. */
static int write_pack(struct task *t)
{
	struct pack_writer *w = NULL;
	int rc = pack_writer_new(pack_sink_fd, &t->fd, &w, &t->err);

	for (size_t i = 0; !rc && i < t->count; i++) {
		t->bad = i;
		rc = copy_stored(t, w, &t->sources[i]);
	}
	if (!rc)
		rc = pack_writer_finish(w, &t->err);
	pack_writer_free(w);
	return rc;
}

static int read_chunks(struct task *t)
{
	struct chunker *c = NULL;
	const void *data;
	int rc = chunker_new(&t->key, &c, &t->err);

	for (size_t i = 0; !rc && i < t->count; i++) {
		const struct source *src = &t->sources[i];

		t->bad = i;
		rc = ingest_read(t->s->backend, c, src->pack, &src->entry,
				 &data, &t->err);
		if (!rc && t->kind == SEND_CHUNK)
			rc = fd_write_full(t->fd, data, src->entry.raw);
	}
	chunker_free(c);
	return rc;
}

static void work(void *arg)
{
	struct task *t = arg;

	t->rc = t->kind == SEND_PACK ? write_pack(t) : read_chunks(t);
}

/* -- in the loop ------------------------------------------------------------------ */

/* The store's copy is bad: every checkpoint that names the chunk is. */
static void note_damage(struct task *t)
{
	struct sched *s = t->s;
	struct err err = ERR_INIT;
	struct job *j;
	int rc;

	if (t->rc != -EBADMSG && t->rc != -ENODATA && t->rc != -ENOENT)
		return;
	log_error("checkpoint %lld is damaged: %s", (long long)t->id,
		  err_text(&t->err));
	rc = core_write(s, &err);
	if (!rc)
		rc = index_damaged(s->index, &t->sources[t->bad].entry.id,
				   err_text(&t->err), &err);
	j = queue_job(s->queue, t->cluster, t->proc);
	if (!rc && j)
		rc = ckpts_latest(s, j, &err);
	if (rc)
		core_poison(s, &err);
	t->rc = -EBADMSG;
}

static void send_file(struct task *t)
{
	struct err err = ERR_INIT;

	if (api_send_fd(t->s, t->req, t->fd, &err))
		api_error(t->s, t->req, &err);
	t->fd = -1;
}

static void done(void *arg)
{
	struct task *t = arg;

	if (t->rc)
		note_damage(t);
	if (t->req)
		httpd_req_on_gone(t->req, NULL, NULL);
	if (t->req && t->rc) {
		struct err err = ERR_INIT;

		err_set(&err, t->rc, "%s", err_text(&t->err));
		api_error(t->s, t->req, &err);
	} else if (t->req && t->kind == VERIFY) {
		core_reply(t->s, t->req, 200,
			   json_pack("{s:s}", "state", "committed"));
	} else if (t->req) {
		send_file(t);
	}
	free_task(t);
}

static void gone(void *arg, struct httpd_req *req)
{
	struct task *t = arg;

	(void)req;
	t->req = NULL;
}

static int add_source(struct task *t, const struct chunk_id *id)
{
	struct source *src;
	int rc;

	t->sources =
		xreallocarray(t->sources, t->count + 1, sizeof(*t->sources));
	src = &t->sources[t->count];
	src->pack = NULL;
	rc = index_locate(t->s->index, id, &src->pack, &src->entry, &t->err);
	t->count += !rc;
	return rc;
}

static int add_all(struct task *t)
{
	struct hash *seen = hash_new(NULL);
	struct manifest m;
	int rc;

	manifest_init(&m);
	rc = index_manifest(t->s->index, t->id, &m, &t->err);
	for (size_t i = 0; !rc && i < m.file_count; i++) {
		for (size_t k = 0; !rc && k < m.files[i].chunk_count; k++) {
			const struct chunk_id *id = &m.files[i].chunks[k];

			if (hash_get_mem(seen, id->b, sizeof(id->b)))
				continue;
			hash_set_mem(seen, id->b, sizeof(id->b), t);
			rc = add_source(t, id);
		}
	}
	manifest_release(&m);
	hash_free(seen);
	return rc;
}

static int prepare(struct task *t, const struct chunk_id *chunk)
{
	struct index_ckpt row = { 0 };
	int rc = index_get(t->s->index, t->id, &row, &t->err);

	if (rc)
		return rc;
	t->cluster = row.cluster;
	t->proc = row.proc;
	rc = chunk_key_derive(&t->s->secret, row.owner, &t->key, &t->err);
	index_ckpt_release(&row);
	if (!rc && chunk && !index_names_chunk(t->s->index, t->id, chunk))
		rc = err_set(&t->err, -ENOENT,
			     "checkpoint %lld has no such chunk",
			     (long long)t->id);
	if (!rc)
		rc = chunk ? add_source(t, chunk) : add_all(t);
	if (!rc && t->kind != VERIFY) {
		t->fd = open(t->s->spool, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
		if (t->fd < 0)
			rc = err_sys(&t->err, -errno,
				     "cannot make a file in '%s'", t->s->spool);
	}
	return rc;
}

static void begin(struct sched *s, struct httpd_req *req, int64_t id,
		  enum job_kind kind, const struct chunk_id *chunk)
{
	struct task *t = xcalloc(1, sizeof(*t));
	int rc;

	t->s = s;
	t->req = req;
	t->kind = kind;
	t->id = id;
	t->fd = -1;
	rc = prepare(t, chunk);
	if (rc) {
		api_error(s, req, &t->err);
		free_task(t);
		return;
	}
	httpd_req_on_gone(req, gone, t);
	workers_run(s->workers, work, done, t);
}

void packs_send(struct sched *s, struct httpd_req *req, int64_t id)
{
	begin(s, req, id, SEND_PACK, NULL);
}

void packs_send_chunk(struct sched *s, struct httpd_req *req, int64_t id,
		      const struct chunk_id *chunk)
{
	begin(s, req, id, SEND_CHUNK, chunk);
}

void packs_verify(struct sched *s, struct httpd_req *req, int64_t id)
{
	begin(s, req, id, VERIFY, NULL);
}
