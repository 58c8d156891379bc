/* SPDX-License-Identifier: MIT */
#include "scheduler/ckpts.h"

#include "common/ad/ad.h"
#include "common/base/err.h"
#include "common/base/fault.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "common/job/wire.h"
#include "common/job/wire_get.h"
#include "common/store/index.h"
#include "common/store/manifest.h"
#include "common/svc/json.h"
#include "scheduler/archtab.h"
#include "scheduler/attempts.h"
#include "scheduler/core.h"
#include "scheduler/db/dbjobs.h"
#include "scheduler/feed.h"
#include "scheduler/jobfiles.h"
#include "scheduler/joblog.h"
#include "scheduler/jobs.h"
#include "scheduler/nodes.h"
#include "scheduler/queue.h"
#include "scheduler/sched.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

char *ckpts_needs(const struct wire_offer *o)
{
	json_t *why = o->why ? json_loads(o->why, 0, NULL) : NULL;
	json_t *root = json_object();
	char *text;

	json_set_str(root, "arch", o->arch ? o->arch : "");
	json_object_set_new(root, "archs", wire_put_strv(o->archs));
	json_object_set_new(root, "signature", wire_put_str(o->signature));
	json_object_set_new(root, "why", why ? why : json_array());
	text = json_dumps(root, JSON_COMPACT);
	json_decref(root);
	return text;
}

char *ckpts_stats(const struct wire_offer *o)
{
	json_t *root = attempts_figures_json(&o->figures);
	char *text = json_dumps(root, JSON_COMPACT);

	json_decref(root);
	return text;
}

static json_t *parse(const char *text)
{
	json_t *root = NULL;

	if (text)
		json_parse_object(text, strlen(text), &root, NULL);
	return root ? root : json_object();
}

static char *join(const json_t *list)
{
	struct strbuf out = STRBUF_INIT;
	const json_t *v;
	size_t i;

	if (!json_array_size(list))
		return NULL;
	json_array_foreach(list, i, v)
		if (json_is_string(v))
			strbuf_addf(&out, "%s%s", out.len ? "," : "",
				    json_string_value(v));
	return strbuf_detach(&out);
}

static struct ckptref *ref_of(const struct index_ckpt *c)
{
	struct ckptref *ref = xcalloc(1, sizeof(*ref));
	json_t *needs = parse(c->needs);
	const char *arch = json_string_value(json_object_get(needs, "arch"));

	ref->id = c->id;
	ref->generation = c->generation;
	/* An image that does not say how portable it is stays at home. */
	if (!c->class || archtab_class_parse(c->class, &ref->class))
		ref->class = ARCHTAB_ADDRESSES;
	ref->arch = xstrdup(arch ? arch : "");
	ref->archs = join(json_object_get(needs, "archs"));
	json_decref(needs);
	return ref;
}

int ckpts_latest(struct sched *s, struct job *j, struct err *err)
{
	struct index_ckpt c = { 0 };
	int rc = index_latest(s->index, j->cluster->id, j->proc, 0, &c, NULL);

	if (rc && rc != -ENOENT)
		return err_sys(err, rc, "cannot read the checkpoints of %d.%d",
			       j->cluster->id, j->proc);
	ckptref_free(j->ckpt);
	j->ckpt = rc ? NULL : ref_of(&c);
	if (!rc)
		index_ckpt_release(&c);
	return 0;
}

struct load {
	struct sched *s;
	int rc;
};

/* Oldest first: the last sound one stays. */
static int load_one(void *arg, const struct index_ckpt *c)
{
	struct load *l = arg;
	struct job *j = queue_job(l->s->queue, c->cluster, c->proc);

	if (!j || c->state != INDEX_COMMITTED || c->outputs)
		return 0;
	if (!j->ckpt || j->ckpt->generation < c->generation) {
		ckptref_free(j->ckpt);
		j->ckpt = ref_of(c);
	}
	return 0;
}

int ckpts_load(struct sched *s, struct err *err)
{
	struct index_filter all = { .cluster = -1, .proc = -1 };
	struct load l = { s, 0 };

	return index_list(s->index, &all, load_one, &l, err);
}

static void announce(struct sched *s, const struct job *j, int64_t id,
		     const char *state)
{
	feed_add(s, "checkpoint",
		 json_pack("{s:o,s:o,s:s}", "checkpoint",
			   json_sprintf("%lld", (long long)id), "job",
			   json_sprintf("%d.%d", j->cluster->id, j->proc),
			   "state", state));
}

/* 003: how much was saved, and how long making and bringing it took. */
static int log_committed(struct sched *s, struct job *j, const struct ad *ad,
			 int64_t id, int64_t upload_ms, struct err *err)
{
	int64_t ckpt_ms = j->attempt->figures.ckpt_ms;
	struct index_ckpt c = { 0 };
	int rc = index_get(s->index, id, &c, err);

	if (rc)
		return rc;
	rc = joblog_checkpoint(s, j, ad, id, (int64_t)c.bytes,
			       (ckpt_ms > 0 ? ckpt_ms : 0) +
				       (upload_ms > 0 ? upload_ms : 0),
			       err);
	index_ckpt_release(&c);
	return rc;
}

int ckpts_committed(struct sched *s, struct job *j, int64_t id,
		    int64_t upload_ms, struct err *err)
{
	struct attempt *a = j->attempt;
	struct ad *changes = ad_new(), *ad = NULL;
	int rc = fault_hit("ckpt.commit");

	if (!rc)
		rc = index_prune(s->index, j->cluster->id, j->proc, CKPTS_KEEP,
				 err);
	if (!rc)
		rc = ckpts_latest(s, j, err);
	if (!rc)
		rc = queue_ad(s->db, j, &ad, err);
	if (!rc) {
		a->figures.upload_ms = upload_ms;
		a->saved = sched_now();
		ad_set_int(changes, "LastCkptTime", sched_now());
		ad_set_int(changes, "NumCkpts", ad_int(ad, "NumCkpts", 0) + 1);
		ad_set_int(changes, "CheckpointNumber",
			   j->ckpt ? j->ckpt->generation : 0);
		rc = jobs_set_attr(s, j, changes, err);
	}
	if (!rc)
		rc = log_committed(s, j, ad, id, upload_ms, err);
	if (!rc)
		announce(s, j, id, "committed");
	ad_free(changes);
	ad_free(ad);
	return rc;
}

static bool is_stream(const char *name)
{
	return !strcmp(name, JOBFILES_STDOUT) || !strcmp(name, JOBFILES_STDERR);
}

static bool is_same_file(const struct wire_file *a,
			 const struct manifest_file *b)
{
	if (strcmp(a->name, b->name) || a->size != b->size ||
	    a->chunk_count != b->chunk_count)
		return false;
	for (size_t i = 0; i < a->chunk_count; i++)
		if (memcmp(a->chunks[i], b->chunks[i].b, sizeof(a->chunks[i])))
			return false;
	return true;
}

static size_t count_files(const struct manifest *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->file_count; i++)
		n += !is_stream(m->files[i].name);
	return n;
}

static bool has_file(const struct manifest *m, const struct wire_file *file)
{
	for (size_t i = 0; i < m->file_count; i++)
		if (is_same_file(file, &m->files[i]))
			return true;
	return false;
}

int ckpts_is_unchanged(struct sched *s, const struct job *j,
		       const struct wire_offer *o, bool *ret_unchanged,
		       struct err *err)
{
	struct manifest m;
	size_t same = 0;
	bool all = true;
	int rc;

	*ret_unchanged = false;
	if (!j->ckpt)
		return 0;
	manifest_init(&m);
	rc = index_manifest(s->index, j->ckpt->id, &m, err);
	for (size_t i = 0; !rc && all && i < o->file_count; i++) {
		if (is_stream(o->files[i].name))
			continue;
		all = has_file(&m, &o->files[i]);
		same++;
	}
	if (!rc)
		*ret_unchanged = all && same == count_files(&m);
	manifest_release(&m);
	return rc;
}

int ckpts_refuse(struct sched *s, struct job *j, int64_t id, const char *why,
		 struct err *err)
{
	int rc = core_write(s, err);

	if (!rc)
		rc = index_refuse(s->index, id, why, err);
	if (!rc)
		rc = ckpts_latest(s, j, err);
	if (!rc)
		announce(s, j, id, "damaged");
	return rc;
}

/* Is a machine there, online, that the newest checkpoint may go to? */
static bool machine_left(struct sched *s, const struct job *j)
{
	struct limit limit = { 0 };
	struct hash_iter it = { 0 };
	struct host *h;
	const char *built = ad_str(j->cluster->ad, "ExecutableArchs");
	bool found = false;

	limit_set(&limit, xstrdup(built), j->ckpt,
		  dbjobs_excluded(s->db, j->cluster->id, j->proc, j->ckpt->id));
	while (!found && (h = nodes_next(s->nodes, &it)))
		for (size_t i = 0; h->online && i < h->slot_count; i++)
			found |= limit_allows(&limit, h->slots[i]->arch);
	limit_release(&limit);
	return found;
}

bool ckpts_has_way(struct sched *s, struct job *j, const char *arch,
		   const char *why, int *rc, struct err *err)
{
	(void)arch;
	while (!*rc && j->ckpt) {
		if (machine_left(s, j))
			return true;
		*rc = ckpts_refuse(s, j, j->ckpt->id, why, err);
	}
	return false;
}

/* -- the API's view ----------------------------------------------------------- */

static json_t *files_json(struct sched *s, int64_t id)
{
	struct manifest m;
	json_t *list = json_array();

	manifest_init(&m);
	if (!index_manifest(s->index, id, &m, NULL))
		for (size_t i = 0; i < m.file_count; i++)
			json_array_append_new(
				list,
				json_pack("{s:o,s:I,s:i}", "name",
					  wire_put_str(m.files[i].name), "size",
					  (json_int_t)m.files[i].size, "mode",
					  (int)m.files[i].mode));
	manifest_release(&m);
	return list;
}

json_t *ckpts_json(struct sched *s, const struct index_ckpt *c, bool files)
{
	json_t *root = json_object(), *needs = parse(c->needs);
	json_t *stats = parse(c->stats), *v;
	const char *key;

	json_object_set_new(root, "id", json_sprintf("%lld", (long long)c->id));
	json_object_set_new(root, "job",
			    json_sprintf("%d.%d", c->cluster, c->proc));
	json_set_int(root, "attempt", c->attempt);
	json_set_int(root, "generation", c->generation);
	json_set_int(root, "created", c->created);
	json_set_str(root, "owner", c->owner ? c->owner : "");
	json_set_str(root, "state", index_state_name(c->state));
	json_set_str(root, "damage", c->damage ? c->damage : "");
	json_set_str(root, "class", c->class ? c->class : "");
	json_set_str(root, "image", c->image ? c->image : "");
	json_set_int(root, "bytes", (int64_t)c->bytes);
	json_set_int(root, "stored_bytes", (int64_t)c->new_bytes);
	json_set_bool(root, "pinned", c->pinned);
	json_object_foreach(needs, key, v)
		json_object_set(root, key, v);
	json_object_foreach(stats, key, v)
		json_object_set(root, key, v);
	if (files)
		json_object_set_new(root, "files", files_json(s, c->id));
	json_decref(needs);
	json_decref(stats);
	return root;
}
