/* SPDX-License-Identifier: MIT */
#include "scheduler/place.h"

#include "common/ad/ad.h"
#include "common/base/err.h"
#include "common/base/fault.h"
#include "common/base/fd.h"
#include "common/base/hash.h"
#include "common/base/log.h"
#include "common/base/xalloc.h"
#include "common/store/backend.h"
#include "common/store/chunk.h"
#include "common/store/index.h"
#include "common/store/ingest.h"
#include "common/store/manifest.h"
#include "scheduler/core.h"
#include "scheduler/db/db.h"
#include "scheduler/db/dbattempts.h"
#include "scheduler/helpers.h"
#include "scheduler/jobfiles.h"
#include "scheduler/jobs.h"
#include "scheduler/queue.h"
#include "scheduler/sched.h"
#include "scheduler/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where a chunk of the file under way lies. */
struct source {
	char *pack;
	struct pack_entry entry;
};

struct place {
	struct hash *tasks; /* (cluster, proc) -> struct task */
};

struct task {
	struct sched *s;
	int cluster, proc;
	uid_t uid;
	int64_t outputs; /* upload; 0: none */
	struct manifest m;
	char **paths; /* by file of the manifest; NULL: not wanted */
	size_t at;
	bool renaming; /* all are staged */
	int fd; /* the content under way, unlinked */
	struct source *sources;
	size_t source_count;
	struct chunk_key key;
	int work_rc;
	struct err work_err;
};

void place_new(struct sched *s)
{
	s->place = xcalloc(1, sizeof(*s->place));
	s->place->tasks = hash_new(NULL);
}

static void free_sources(struct task *t)
{
	for (size_t i = 0; i < t->source_count; i++)
		free(t->sources[i].pack);
	free(t->sources);
	t->sources = NULL;
	t->source_count = 0;
}

static void free_task(struct task *t)
{
	int key[2] = { t->cluster, t->proc };

	hash_del_mem(t->s->place->tasks, key, sizeof(key));
	free_sources(t);
	fd_close(&t->fd);
	for (size_t i = 0; i < t->m.file_count; i++)
		free(t->paths[i]);
	free(t->paths);
	manifest_release(&t->m);
	free(t);
}

void place_free(struct sched *s)
{
	struct hash_iter it = { 0 };

	if (!s->place)
		return;
	while (hash_next(s->place->tasks, &it))
		free_task(it.value);
	hash_free(s->place->tasks);
	free(s->place);
	s->place = NULL;
}

static void temporary(const struct task *t, size_t i, char *out, size_t size)
{
	snprintf(out, size, ".harrier-%d.%d-%zu", t->cluster, t->proc, i);
}

static void removed(void *arg, const struct access_reply *reply)
{
	(void)arg;
	(void)reply;
}

/* What was staged and will not be renamed goes; nobody waits for it. */
static void clean(struct task *t)
{
	for (size_t i = 0; i < t->m.file_count; i++) {
		char tmp[80], *path;
		struct helpers_call call = { .uid = t->uid,
					     .verb = ACCESS_REMOVE,
					     .fd = -1 };

		if (!t->paths || !t->paths[i])
			continue;
		temporary(t, i, tmp, sizeof(tmp));
		path = xasprintf("%.*s/%s",
				 (int)(strrchr(t->paths[i], '/') - t->paths[i]),
				 t->paths[i], tmp);
		call.path = path;
		helpers_call(t->s->helpers, &call, removed, NULL);
		free(path);
	}
}

/* The job, while it still waits for this task; otherwise the task ends. */
static struct job *wanted(struct task *t)
{
	struct job *j = queue_job(t->s->queue, t->cluster, t->proc);

	if (j && j->state == JOBSTATE_PLACING)
		return j;
	clean(t);
	free_task(t);
	return NULL;
}

static void finish(struct task *t, int rc, const char *message)
{
	struct job *j = wanted(t);
	struct jobs_note note = { .reason = message,
				  .code = JOBS_HOLD_OUTPUT,
				  .subcode = -rc };
	struct err err = ERR_INIT;
	int64_t outputs = t->outputs;
	struct sched *s = t->s;

	if (!j)
		return;
	if (!rc)
		rc = fault_hit("place.done");
	if (rc ? jobs_event(s, j, JOBEVENT_PLACE_FAILED, &note, NULL, &err)
	       : jobs_placed(s, j, &err))
		log_warn("job is not ended: %s", err_text(&err));
	else if (outputs && !rc && index_delete(s->index, outputs, &err))
		core_poison(s, &err);
	if (rc)
		clean(t);
	free_task(t);
}

/* -- one file: from chunks to a spool file to beside its place ------------------ */

static void step(struct task *t);

static void on_step(void *arg, const struct access_reply *reply)
{
	struct task *t = arg;

	fd_close(&t->fd);
	if (!wanted(t))
		return;
	if (reply->result) {
		finish(t, reply->result, reply->message);
		return;
	}
	t->at++;
	step(t);
}

static void ask(struct task *t, enum access_verb verb)
{
	const struct manifest_file *f = &t->m.files[t->at];
	char tmp[80];
	struct helpers_call call = {
		.uid = t->uid,
		.verb = verb,
		.path = t->paths[t->at],
		.text = tmp,
		.fd = t->fd,
		.a = f->mode | (strchr(f->name, '/') ? ACCESS_MKDIR : 0),
	};

	temporary(t, t->at, tmp, sizeof(tmp));
	call.text_len = strlen(tmp);
	helpers_call(t->s->helpers, &call, on_step, t);
}

static int copy_chunks(struct task *t, struct err *err)
{
	struct chunker *c = NULL;
	int rc = chunker_new(&t->key, &c, err);

	for (size_t i = 0; !rc && i < t->source_count; i++) {
		const struct source *src = &t->sources[i];
		const void *data;

		rc = ingest_read(t->s->backend, c, src->pack, &src->entry,
				 &data, err);
		if (!rc && (rc = fd_write_full(t->fd, data, src->entry.raw)))
			err_sys(err, rc, "cannot write to the spool");
	}
	chunker_free(c);
	return rc;
}

static void copy_work(void *arg)
{
	struct task *t = arg;

	t->work_rc = copy_chunks(t, &t->work_err);
}

static void copy_done(void *arg)
{
	struct task *t = arg;

	if (!wanted(t))
		return;
	free_sources(t);
	if (t->work_rc)
		finish(t, t->work_rc, err_text(&t->work_err));
	else
		ask(t, ACCESS_STAGE);
}

static int find_sources(struct task *t, const struct manifest_file *f,
			struct err *err)
{
	int rc = 0;

	t->sources = xcalloc(f->chunk_count + 1, sizeof(*t->sources));
	for (size_t i = 0; !rc && i < f->chunk_count; i++) {
		rc = index_locate(t->s->index, &f->chunks[i],
				  &t->sources[i].pack, &t->sources[i].entry,
				  err);
		t->source_count += !rc;
	}
	return rc;
}

static void stage(struct task *t)
{
	struct err err = ERR_INIT;
	int rc = fault_hit("place.stage");

	if (rc)
		err_sys(&err, rc, "cannot stage outputs");
	else
		rc = find_sources(t, &t->m.files[t->at], &err);
	if (!rc) {
		t->fd = open(t->s->spool, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
		if (t->fd < 0)
			rc = err_sys(&err, -errno, "cannot make a file in '%s'",
				     t->s->spool);
	}
	if (rc)
		finish(t, rc, err_text(&err));
	else
		workers_run(t->s->workers, copy_work, copy_done, t);
}

static void step(struct task *t)
{
	while (t->at < t->m.file_count && !t->paths[t->at])
		t->at++;
	if (t->at == t->m.file_count && !t->renaming) {
		t->renaming = true;
		t->at = 0;
		step(t);
	} else if (t->at == t->m.file_count) {
		finish(t, 0, NULL);
	} else if (t->renaming) {
		int rc = fault_hit("place.rename");

		if (rc)
			finish(t, rc, "cannot put outputs in place");
		else
			ask(t, ACCESS_COMMIT);
	} else {
		stage(t);
	}
}

/* -- beginning -------------------------------------------------------------------- */

static int last_outputs(void *arg, const struct dbattempt *a)
{
	*(int64_t *)arg = a->outputs;
	return 0;
}

static int load(struct task *t, struct job *j, struct err *err)
{
	struct ad *ad = NULL;
	int rc = dbattempts_each_of_job(t->s->db, t->cluster, t->proc,
					last_outputs, &t->outputs, err);

	if (!rc && t->outputs)
		rc = index_manifest(t->s->index, t->outputs, &t->m, err);
	if (!rc)
		rc = chunk_key_derive(&t->s->secret, j->cluster->owner->name,
				      &t->key, err);
	if (!rc)
		rc = queue_ad(t->s->db, j, &ad, err);
	t->paths = xcalloc(t->m.file_count + 1, sizeof(*t->paths));
	for (size_t i = 0; !rc && i < t->m.file_count; i++)
		t->paths[i] = jobfiles_destination(ad, t->m.files[i].name);
	ad_free(ad);
	return rc;
}

static void after_commit(void *arg, bool committed)
{
	struct task *t = arg;
	struct err err = ERR_INIT;
	struct job *j;
	int rc;

	if (!committed) {
		free_task(t);
		return;
	}
	j = wanted(t);
	if (!j)
		return;
	rc = load(t, j, &err);
	if (rc)
		finish(t, rc, err_text(&err));
	else
		step(t);
}

void place_start(struct sched *s, struct job *j)
{
	int key[2] = { j->cluster->id, j->proc };
	struct task *t;

	if (hash_get_mem(s->place->tasks, key, sizeof(key)))
		return;
	t = xcalloc(1, sizeof(*t));
	t->s = s;
	t->cluster = key[0];
	t->proc = key[1];
	t->uid = (uid_t)j->cluster->uid;
	t->fd = -1;
	manifest_init(&t->m);
	hash_set_mem(s->place->tasks, key, sizeof(key), t);
	core_after(s, after_commit, t);
}

void place_recover(struct sched *s)
{
	struct hash_iter it = { 0 };
	struct cluster *c;

	while ((c = queue_next_cluster(s->queue, &it))) {
		struct job *j;
		int pos = 0;

		while ((j = queue_next_job(c, &pos)))
			if (j->state == JOBSTATE_PLACING)
				place_start(s, j);
	}
}
