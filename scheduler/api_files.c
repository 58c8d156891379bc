/* SPDX-License-Identifier: MIT */
/*
 * /attempts... and /uploads...: files to hosts, checkpoints and outputs from
 * them. Each call names its attempt by the nonce, or its upload, which belongs
 * to one attempt; what is not the job's live attempt is superseded.
 */
#include "scheduler/api.h"

#include "common/base/err.h"
#include "common/base/fault.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "common/job/wire.h"
#include "common/store/index.h"
#include "common/store/ingest.h"
#include "common/store/manifest.h"
#include "common/svc/httpd.h"
#include "common/svc/json.h"
#include "scheduler/attempts.h"
#include "scheduler/ckpts.h"
#include "scheduler/core.h"
#include "scheduler/db/db.h"
#include "scheduler/joblog.h"
#include "scheduler/queue.h"
#include "scheduler/sched.h"
#include "scheduler/spool.h"
#include "scheduler/worker.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UPLOAD_EXPIRES_S 600
/* Parts of a pack are handed to a worker in pieces of this size. */
#define PIECE_BYTES (1u << 20)

/* The live attempt of the path; NULL after an error reply. */
static struct attempt *path_attempt(struct api_call *c)
{
	struct attempt *a = attempts_find(c->s, c->args[0]);
	struct err err = ERR_INIT;

	if (a)
		return a;
	err_set(&err, -ESTALE, "this attempt is not the job's current one");
	api_error(c->s, c->req, &err);
	return NULL;
}

void api_attempt_file(struct api_call *c)
{
	struct attempt *a = path_attempt(c);
	struct err err = ERR_INIT;
	char *end;
	unsigned long n;

	if (!a)
		return;
	n = strtoul(c->args[1], &end, 10);
	if (*end) {
		err_set(&err, -EINVAL, "bad file number '%s'", c->args[1]);
		api_error(c->s, c->req, &err);
		return;
	}
	spool_send(c->s, c->req, a, n);
}

/* -- offers ---------------------------------------------------------------------- */

static int to_manifest(const struct wire_offer *o, struct manifest *m,
		       struct err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < o->file_count; i++) {
		const struct wire_file *f = &o->files[i];
		struct chunk_id *ids =
			xcalloc(f->chunk_count + 1, sizeof(*ids));

		for (size_t k = 0; k < f->chunk_count; k++)
			memcpy(ids[k].b, f->chunks[k], sizeof(ids[k].b));
		rc = manifest_add(m, f->name, f->size, f->mode, ids,
				  f->chunk_count, err);
		free(ids);
	}
	return rc;
}

static int begin_upload(struct sched *s, struct attempt *a,
			const struct wire_offer *o, bool outputs,
			json_t **ret_reply, struct err *err)
{
	char *needs = ckpts_needs(o), *stats = ckpts_stats(o);
	struct index_ckpt row = {
		.cluster = a->job->cluster->id,
		.proc = a->job->proc,
		.attempt = a->number,
		.owner = a->job->cluster->owner->name,
		.outputs = outputs,
		.created = sched_now(),
		.expires = sched_now() + UPLOAD_EXPIRES_S,
		.image = o->image ? o->image : "",
		.class = o->class ? o->class : "",
		.needs = needs,
		.stats = stats,
	};
	struct wire_missing missing = { .upload = NULL };
	struct chunk_id *ids = NULL;
	struct manifest m;
	int64_t id = 0;
	int rc;

	manifest_init(&m);
	rc = to_manifest(o, &m, err);
	if (!rc)
		rc = core_write(s, err);
	if (!rc)
		rc = index_upload_begin(s->index, &row, &m, &id, &ids,
					&missing.chunk_count, err);
	if (!rc) {
		missing.upload = xasprintf("%lld", (long long)id);
		/* An id is its 32 bytes. */
		missing.chunks = (uint8_t(*)[32])ids;
		*ret_reply = wire_missing_encode(&missing);
		free(missing.upload);
	}
	free(ids);
	manifest_release(&m);
	free(needs);
	free(stats);
	return rc;
}

/* A checkpoint that is none: the log says so, the older one stays. */
static int refuse(struct sched *s, struct attempt *a, const char *why,
		  json_t **ret_reply, struct err *err)
{
	struct wire_missing none = { .upload = (char *)"",
				     .refused = (char *)why };
	char *text = xasprintf("Checkpoint refused: %s", why);
	int rc = joblog_note(s, a->job, text, err);

	free(text);
	*ret_reply = rc ? NULL : wire_missing_encode(&none);
	return rc;
}

static int offer_checkpoint(struct sched *s, struct attempt *a,
			    const struct wire_offer *o, json_t **ret_reply,
			    struct err *err)
{
	bool unchanged = false;
	int rc = 0;

	if (o->fault)
		return refuse(s, a, o->fault, ret_reply, err);
	if (!o->image || !*o->image)
		rc = ckpts_is_unchanged(s, a->job, o, &unchanged, err);
	if (!rc && unchanged)
		return refuse(s, a, "its files are those of the last one",
			      ret_reply, err);
	return rc ? rc : begin_upload(s, a, o, false, ret_reply, err);
}

static void offer(struct api_call *c, bool outputs)
{
	struct attempt *a = path_attempt(c);
	struct wire_offer o = { 0 };
	struct err err = ERR_INIT;
	json_t *reply = NULL;
	int rc;

	if (!a)
		return;
	rc = wire_offer_decode(c->body, outputs, &o, &err);
	if (!rc)
		rc = outputs ? begin_upload(c->s, a, &o, true, &reply, &err)
			     : offer_checkpoint(c->s, a, &o, &reply, &err);
	if (!rc && !outputs)
		wire_figures_merge(&a->figures, &o.figures);
	wire_offer_release(&o);
	if (rc)
		api_error(c->s, c->req, &err);
	else
		core_reply(c->s, c->req, 201, reply);
}

void api_offer_checkpoint(struct api_call *c)
{
	offer(c, false);
}

void api_offer_outputs(struct api_call *c)
{
	offer(c, true);
}

/* -- packs ------------------------------------------------------------------------ */

/* A pack that comes in: one task under way at most, the client waits then. */
struct stream {
	struct sched *s;
	struct httpd_req *req; /* NULL: the client has gone */
	int64_t upload;
	char *name; /* of the pack */
	struct ingest *in;
	struct strbuf got; /* not yet given to a worker */
	struct strbuf work; /* with a worker */
	bool busy, ended;
	int rc;
	struct err err;
};

static void free_stream(struct stream *st)
{
	ingest_free(st->in);
	strbuf_release(&st->got);
	strbuf_release(&st->work);
	free(st->name);
	free(st);
}

static void feed_work(void *arg)
{
	struct stream *st = arg;

	if (!st->rc && st->work.len)
		st->rc = ingest_feed(st->in, st->work.data, st->work.len,
				     &st->err);
	if (!st->rc && st->ended)
		st->rc = ingest_finish(st->in, &st->err);
	strbuf_reset(&st->work);
}

static void pack_arrived(struct stream *st)
{
	struct sched *s = st->s;
	size_t count = 0;
	const struct pack_entry *entries = NULL;

	if (!st->rc)
		st->rc = core_write(s, &st->err);
	if (!st->rc)
		entries = ingest_entries(st->in, &count);
	if (!st->rc)
		st->rc = index_upload_pack(s->index, st->upload, st->name,
					   ingest_bytes(st->in), entries, count,
					   &st->err);
	if (!st->rc)
		st->rc = index_upload_renew(s->index, st->upload,
					    sched_now() + UPLOAD_EXPIRES_S,
					    &st->err);
	if (st->rc)
		api_error(s, st->req, &st->err);
	else
		core_reply(s, st->req, 200,
			   json_pack("{s:I}", "bytes",
				     (json_int_t)ingest_bytes(st->in)));
}

static void feed_done(void *arg);

static void feed(struct stream *st)
{
	struct strbuf swap = st->work;

	st->work = st->got;
	st->got = swap;
	st->busy = true;
	workers_run(st->s->workers, feed_work, feed_done, st);
}

static void feed_done(void *arg)
{
	struct stream *st = arg;

	st->busy = false;
	if (!st->req) {
		free_stream(st);
	} else if (st->ended) {
		httpd_req_on_gone(st->req, NULL, NULL);
		pack_arrived(st);
		free_stream(st);
	} else {
		httpd_req_resume(st->req);
	}
}

static void stream_gone(void *arg, struct httpd_req *req)
{
	struct stream *st = arg;

	(void)req;
	st->req = NULL;
	if (!st->busy)
		free_stream(st);
}

static int sink(void *arg, struct httpd_req *req, const void *data, size_t len)
{
	struct stream *st = arg;

	if (st->rc)
		return st->rc;
	strbuf_add(&st->got, data, len);
	if (st->got.len >= PIECE_BYTES && !st->busy) {
		httpd_req_pause(req);
		feed(st);
	}
	return 0;
}

/* The upload of this name, still open or committed; with its attempt live. */
static int find_upload(struct sched *s, const char *text,
		       struct index_ckpt *ret_row, struct job **ret_job,
		       struct err *err)
{
	struct index_ckpt row = { 0 };
	struct job *j;
	char *end;
	long long id = strtoll(text, &end, 10);

	if (*end || id < 1)
		return err_set(err, -EINVAL, "bad upload '%s'", text);
	if (index_get(s->index, id, &row, NULL))
		return err_set(err, -ETIME, "upload %lld has expired", id);
	j = queue_job(s->queue, row.cluster, row.proc);
	if (!j || !j->attempt || j->attempt->number != row.attempt) {
		index_ckpt_release(&row);
		return err_set(err, -ESTALE,
			       "the attempt of upload %lld is "
			       "not the job's current one",
			       id);
	}
	*ret_row = row;
	*ret_job = j;
	return 0;
}

void api_upload_begin_pack(struct sched *s, struct httpd_req *req,
			   const char *upload)
{
	struct stream *st = xcalloc(1, sizeof(*st));
	struct index_ckpt row = { 0 };
	char random[WIRE_NONCE_SIZE];
	struct chunk_key key;
	struct job *j;
	int rc;

	st->s = s;
	st->req = req;
	strbuf_init(&st->got);
	strbuf_init(&st->work);
	rc = find_upload(s, upload, &row, &j, &st->err);
	if (!rc)
		rc = attempts_random(random, &st->err);
	if (!rc)
		rc = chunk_key_derive(&s->secret, row.owner, &key, &st->err);
	if (!rc) {
		st->upload = row.id;
		st->name = xasprintf("%lld-%.8s", (long long)row.id, random);
		rc = ingest_new(s->backend, st->name, &key, &st->in, &st->err);
	}
	index_ckpt_release(&row);
	if (rc) {
		api_error(s, req, &st->err);
		free_stream(st);
		return;
	}
	httpd_req_set_data(req, st, NULL);
	httpd_req_on_gone(req, stream_gone, st);
	httpd_req_set_sink(req, sink, st);
}

/* The body is there: what is left goes to the worker, then the index. */
void api_upload_pack(struct api_call *c)
{
	struct stream *st = httpd_req_data(c->req);

	if (!st) {
		api_fail(c->s, c->req, 400, "bad-request", "no pack", NULL);
		return;
	}
	st->ended = true;
	feed(st);
}

/* -- commit ------------------------------------------------------------------------ */

static int commit(struct sched *s, const struct index_ckpt *row, struct job *j,
		  int64_t upload_ms, struct err *err)
{
	bool again = row->state != INDEX_UPLOADING;
	int generation = 0;
	int rc = core_write(s, err);

	if (!rc && (rc = fault_hit("upload.commit")))
		return err_sys(err, rc, "upload");
	if (!rc)
		rc = index_upload_commit(s->index, row->id, &generation, err);
	if (rc == -ENODATA)
		return rc;
	if (!rc && !again && !row->outputs)
		rc = ckpts_committed(s, j, row->id, upload_ms, err);
	else if (!rc && !again && j->attempt)
		j->attempt->figures.upload_ms = upload_ms;
	return rc ? core_poison(s, err) : 0;
}

void api_upload_commit(struct api_call *c)
{
	struct index_ckpt row = { 0 };
	int64_t upload_ms = WIRE_UNKNOWN;
	struct err err = ERR_INIT;
	struct job *j = NULL;
	int rc = json_opt_int(c->body, "upload_ms", &upload_ms, &err);

	if (!rc)
		rc = find_upload(c->s, c->args[0], &row, &j, &err);
	if (!rc)
		rc = commit(c->s, &row, j, upload_ms, &err);
	if (rc)
		api_error(c->s, c->req, &err);
	else
		core_reply(c->s, c->req, 200,
			   json_pack("{s:s}",
				     row.outputs ? "outputs" : "checkpoint",
				     c->args[0]));
	index_ckpt_release(&row);
}
