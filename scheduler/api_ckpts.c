/* SPDX-License-Identifier: MIT */
/* /checkpoints... */
#include "scheduler/api.h"

#include "common/base/err.h"
#include "common/base/xalloc.h"
#include "common/job/wire.h"
#include "common/store/index.h"
#include "common/store/manifest.h"
#include "common/svc/httpd.h"
#include "common/svc/json.h"
#include "scheduler/ckpts.h"
#include "scheduler/core.h"
#include "scheduler/packs.h"
#include "scheduler/queue.h"
#include "scheduler/sched.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The checkpoint of the path; false after an error reply. */
static bool path_ckpt(struct api_call *c, struct index_ckpt *ret_row)
{
	struct err err = ERR_INIT;
	char *end;
	long long id = strtoll(c->args[0], &end, 10);

	if (*end || id < 1)
		err_set(&err, -EINVAL, "bad checkpoint id '%s'", c->args[0]);
	else if (index_get(c->s->index, id, ret_row, NULL) ||
		 ret_row->outputs || ret_row->state == INDEX_UPLOADING)
		err_set(&err, -ENOENT, "no checkpoint '%s'", c->args[0]);
	else
		return true;
	index_ckpt_release(ret_row);
	api_error(c->s, c->req, &err);
	return false;
}

/* The same, to be changed: only by its owner. */
static bool own_ckpt(struct api_call *c, struct index_ckpt *ret_row)
{
	struct err err = ERR_INIT;

	if (!path_ckpt(c, ret_row))
		return false;
	if (api_may_act(c, ret_row->owner))
		return true;
	err_set(&err, -EACCES, "checkpoint %s is %s's", c->args[0],
		ret_row->owner);
	index_ckpt_release(ret_row);
	api_error(c->s, c->req, &err);
	return false;
}

struct gather {
	struct sched *s;
	json_t *list;
};

static int add_row(void *arg, const struct index_ckpt *row)
{
	struct gather *g = arg;

	/* index_list gives the oldest first, people want the newest. */
	json_array_insert_new(g->list, 0, ckpts_json(g->s, row, true));
	return 0;
}

void api_ckpts_list(struct api_call *c)
{
	const char *job = httpd_req_query(c->req, "job");
	struct index_filter f = { .cluster = -1, .proc = -1 };
	struct gather g = { c->s, NULL };
	struct err err = ERR_INIT;

	if (job && *job && !api_parse_job(job, &f.cluster, &f.proc)) {
		err_set(&err, -EINVAL, "bad job id '%s'", job);
		api_error(c->s, c->req, &err);
		return;
	}
	g.list = json_array();
	if (index_list(c->s->index, &f, add_row, &g, &err)) {
		json_decref(g.list);
		api_error(c->s, c->req, &err);
		return;
	}
	api_reply(c, 200, json_pack("{s:o}", "checkpoints", g.list));
}

void api_ckpts_get(struct api_call *c)
{
	struct index_ckpt row = { 0 };

	if (!path_ckpt(c, &row))
		return;
	api_reply(c, 200,
		  json_pack("{s:o}", "checkpoint",
			    ckpts_json(c->s, &row, true)));
	index_ckpt_release(&row);
}

static json_t *manifest_json(const struct manifest *m)
{
	json_t *list = json_array();

	for (size_t i = 0; i < m->file_count; i++) {
		const struct manifest_file *f = &m->files[i];
		json_t *chunks = json_array(), *v = json_object();

		for (size_t k = 0; k < f->chunk_count; k++) {
			char hex[CHUNK_HEX_SIZE];

			chunk_id_hex(&f->chunks[k], hex);
			json_array_append_new(chunks, json_string(hex));
		}
		json_set_str(v, "name", f->name);
		json_set_int(v, "size", (int64_t)f->size);
		json_set_int(v, "mode", f->mode);
		json_object_set_new(v, "chunks", chunks);
		json_array_append_new(list, v);
	}
	return list;
}

void api_ckpts_manifest(struct api_call *c)
{
	struct index_ckpt row = { 0 };
	struct err err = ERR_INIT;
	struct manifest m;

	if (!path_ckpt(c, &row))
		return;
	manifest_init(&m);
	if (index_manifest(c->s->index, row.id, &m, &err))
		api_error(c->s, c->req, &err);
	else
		api_reply(c, 200,
			  json_pack("{s:s,s:o}", "checkpoint", c->args[0],
				    "files", manifest_json(&m)));
	manifest_release(&m);
	index_ckpt_release(&row);
}

void api_ckpts_pack(struct api_call *c)
{
	struct index_ckpt row = { 0 };

	if (!path_ckpt(c, &row))
		return;
	packs_send(c->s, c->req, row.id);
	index_ckpt_release(&row);
}

void api_ckpts_chunk(struct api_call *c)
{
	struct index_ckpt row = { 0 };
	struct err err = ERR_INIT;
	struct chunk_id id;

	if (!path_ckpt(c, &row))
		return;
	if (chunk_id_parse(c->args[1], &id)) {
		err_set(&err, -EINVAL, "bad chunk id '%s'", c->args[1]);
		api_error(c->s, c->req, &err);
	} else {
		packs_send_chunk(c->s, c->req, row.id, &id);
	}
	index_ckpt_release(&row);
}

void api_ckpts_verify(struct api_call *c)
{
	struct index_ckpt row = { 0 };

	if (!own_ckpt(c, &row))
		return;
	packs_verify(c->s, c->req, row.id);
	index_ckpt_release(&row);
}

/* Ends a change of one checkpoint: the job may have another newest one. */
static void finish(struct api_call *c, struct index_ckpt *row, int rc,
		   struct err *err)
{
	struct job *j = queue_job(c->s->queue, row->cluster, row->proc);

	if (!rc && j)
		rc = ckpts_latest(c->s, j, err);
	if (!rc && j && j->bucket)
		rc = queue_enqueue(c->s->queue, c->s->db, j, err);
	if (rc)
		core_poison(c->s, err);
	if (rc)
		api_error(c->s, c->req, err);
	else
		core_reply(c->s, c->req, 200, json_object());
	index_ckpt_release(row);
}

void api_ckpts_pin(struct api_call *c)
{
	struct index_ckpt row = { 0 };
	struct err err = ERR_INIT;
	bool pinned = true;
	int rc;

	if (!own_ckpt(c, &row))
		return;
	if (json_opt_bool(c->body, "pinned", &pinned, &err)) {
		index_ckpt_release(&row);
		api_error(c->s, c->req, &err);
		return;
	}
	rc = core_write(c->s, &err);
	if (!rc)
		rc = index_pin(c->s->index, row.id, pinned, &err);
	finish(c, &row, rc, &err);
}

void api_ckpts_delete(struct api_call *c)
{
	struct index_ckpt row = { 0 };
	struct err err = ERR_INIT;
	int rc;

	if (!own_ckpt(c, &row))
		return;
	rc = core_write(c->s, &err);
	if (!rc)
		rc = index_delete(c->s->index, row.id, &err);
	finish(c, &row, rc, &err);
}
