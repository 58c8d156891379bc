/* SPDX-License-Identifier: MIT */
/*
 * One task per attempt walks over its files, one at a time: STAT, then LIST
 * for a directory (its files join the walk), or READ into the spool unless
 * the cache knows the same file (device, inode, size, times). The spool's
 * names are the contents' SHA-256, so a thousand jobs share one copy. A walk
 * that need not ask anybody ends in the transaction of the match.
 */
#include "scheduler/prepare.h"

#include "common/ad/ad.h"
#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/fd.h"
#include "common/base/hash.h"
#include "common/base/log.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "common/job/wire.h"
#include "common/store/index.h"
#include "scheduler/attempts.h"
#include "scheduler/core.h"
#include "scheduler/helpers.h"
#include "scheduler/jobfiles.h"
#include "scheduler/jobs.h"
#include "scheduler/nodes.h"
#include "scheduler/queue.h"
#include "scheduler/sched.h"
#include "scheduler/sha256.h"
#include "scheduler/spool.h"
#include "scheduler/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define KILL_SIG_DEFAULT  15
#define VACATE_S_DEFAULT  600
#define CKPT_EXIT_DEFAULT 85

/*
 * A file that was looked at within this time, after the job was submitted, is
 * not looked at again: jobs of one cluster share their program.
 */
#define FRESH_MS INT64_C(1000)

/* A file's content, as the cache knows it. */
struct content {
	int64_t seen, seen_ms; /* Unix seconds; boot clock */
	int64_t values[ACCESS_VALUES];
	char sha256[WIRE_HASH_SIZE];
};

struct prepare {
	struct hash *cache; /* "uid path" -> struct content */
	struct hash *tasks; /* nonce -> struct task */
};

struct task {
	struct sched *s;
	char nonce[WIRE_NONCE_SIZE];
	uid_t uid;
	struct jobfiles files;
	struct wire_input *inputs; /* parallel to files; by name NULL: a
				    * directory, which is not sent itself */
	size_t at;
	bool begun; /* files are known */
	int64_t bytes, max_bytes; /* of the inputs; -1: no limit */
	int fd; /* spool file or listing under way, or -1 */
	char *tmp; /* its name */
	struct content content;
	int work_rc;
	struct err work_err;
};

void prepare_new(struct sched *s)
{
	s->prepare = xcalloc(1, sizeof(*s->prepare));
	s->prepare->cache = hash_new(free);
	s->prepare->tasks = hash_new(NULL);
}

static void forget_files(struct task *t)
{
	for (size_t i = 0; t->inputs && i < t->files.count; i++) {
		free(t->inputs[i].name);
		free(t->inputs[i].url);
	}
	free(t->inputs);
	t->inputs = NULL;
	jobfiles_release(&t->files);
	t->at = 0;
	t->bytes = 0;
	t->begun = false;
}

static void free_task(struct task *t)
{
	hash_del(t->s->prepare->tasks, t->nonce);
	if (t->tmp)
		unlink(t->tmp);
	free(t->tmp);
	fd_close(&t->fd);
	forget_files(t);
	free(t);
}

void prepare_free(struct sched *s)
{
	struct hash_iter it = { 0 };

	if (!s->prepare)
		return;
	while (hash_next(s->prepare->tasks, &it))
		free_task(it.value);
	hash_free(s->prepare->tasks);
	hash_free(s->prepare->cache);
	free(s->prepare);
	s->prepare = NULL;
}

/* The attempt still waits for this task? Otherwise the task ends. */
static struct attempt *wanted(struct task *t)
{
	struct attempt *a = attempts_find(t->s, t->nonce);

	if (a && !a->start && !a->reported)
		return a;
	free_task(t);
	return NULL;
}

static void give_up_as(struct task *t, int hold, int code, const char *message)
{
	struct attempt *a = wanted(t);
	struct wire_end end = { .how = WIRE_HOW_FAILED, .code = -code };
	struct jobs_note note = {
		.end = &end, .reason = message, .code = hold, .subcode = -code
	};
	struct err err = ERR_INIT;

	if (!a)
		return;
	wire_figures_init(&end.figures);
	end.message = (char *)message;
	if (jobs_event(t->s, a->job, JOBEVENT_INPUT_FAILED, &note, NULL, &err))
		log_warn("job is not held: %s", err_text(&err));
	free_task(t);
}

static void give_up(struct task *t, int code, const char *message)
{
	give_up_as(t, JOBS_HOLD_INPUT, code, message);
}

/* -- the start ------------------------------------------------------------- */

static struct wire_restore *restore_of(struct sched *s, struct attempt *a,
				       struct err *err)
{
	struct wire_restore *r = xcalloc(1, sizeof(*r));
	struct index_ckpt c = { 0 };
	struct manifest m;
	int rc = index_get(s->index, a->resumed_from, &c, err);

	manifest_init(&m);
	if (!rc)
		rc = index_manifest(s->index, a->resumed_from, &m, err);
	r->files = xcalloc(m.file_count + 1, sizeof(*r->files));
	for (size_t i = 0; i < m.file_count; i++) {
		struct manifest_file *from = &m.files[i];

		r->files[i] = (struct wire_file){
			.name = xstrdup(from->name),
			.size = from->size,
			.mode = from->mode,
			.chunk_count = from->chunk_count,
			.chunks = xcalloc(from->chunk_count + 1, 32),
		};
		for (size_t k = 0; k < from->chunk_count; k++)
			memcpy(r->files[i].chunks[k], from->chunks[k].b, 32);
	}
	r->file_count = m.file_count;
	r->id = a->resumed_from;
	r->class = xstrdup(c.class ? c.class : "");
	r->image = xstrdup(c.image ? c.image : "");
	r->url = xasprintf("/api/v1/checkpoints/%lld/pack",
			   (long long)a->resumed_from);
	manifest_release(&m);
	index_ckpt_release(&c);
	if (!rc)
		return r;
	wire_files_free(r->files, r->file_count);
	free(r->class);
	free(r->image);
	free(r->url);
	free(r);
	return NULL;
}

static void start_limits(struct sched *s, struct attempt *a,
			 const struct ad *ad, struct wire_start *start)
{
	struct chunk_key key;
	int64_t exit_code;

	start->checkpoints = ad_bool(ad, "JobCheckpoints", false);
	exit_code =
		ad_int(ad, "SuccessCheckpointExitCode",
		       start->checkpoints ? CKPT_EXIT_DEFAULT : WIRE_UNKNOWN);
	start->checkpoint_exit_code = (int)exit_code;
	start->kill_sig = (int)ad_int(ad, "KillSig", KILL_SIG_DEFAULT);
	start->vacate_s = ad_int(ad, "JobMaxVacateTime", VACATE_S_DEFAULT);
	start->lease_s = attempts_lease_s(a);
	if (!chunk_key_derive(&s->secret, a->job->cluster->owner->name, &key,
			      NULL))
		chunk_key_hex(&key, start->store_key);
}

/* The inputs of the task, moved into @start; the executable apart. */
static void start_inputs(struct task *t, struct wire_start *start)
{
	start->inputs = xcalloc(t->files.count + 1, sizeof(*start->inputs));
	for (size_t i = 0; i < t->files.count; i++) {
		struct wire_input *in = &t->inputs[i];

		if (!in->name)
			continue;
		in->url =
			xasprintf("/api/v1/attempts/%s/files/%zu", t->nonce, i);
		if (t->files.files[i].executable) {
			in->mode |= 0100;
			start->executable = xmemdup(in, sizeof(*in));
		} else {
			start->inputs[start->input_count++] = *in;
		}
		in->name = in->url = NULL;
	}
}

static int make_start(struct task *t, struct attempt *a, struct err *err)
{
	struct wire_start start = { 0 };
	struct sched *s = t->s;
	struct job *j = a->job;
	json_t *root;
	int rc = queue_ad(s->db, j, &start.ad, err);

	start.cluster = j->cluster->id;
	start.proc = j->proc;
	start.attempt = a->number;
	memcpy(start.nonce, a->nonce, sizeof(start.nonce));
	start.slot = xstrdup(a->slot_name);
	start.provision = a->slot->given;
	start.user = xstrdup(j->cluster->owner->name);
	start.uid = j->cluster->uid;
	if (!rc)
		rc = jobfiles_command(start.ad, a->slot->ad, &start, err);
	if (!rc && a->resumed_from) {
		start.checkpoint = restore_of(s, a, err);
		rc = start.checkpoint ? 0 : -ENOENT;
	}
	if (!rc) {
		start_inputs(t, &start);
		start_limits(s, a, start.ad, &start);
		root = wire_start_encode(&start);
		rc = attempts_set_start(s, a, root, err);
		if (rc)
			core_poison(s, err);
	}
	wire_start_release(&start);
	return rc;
}

/* -- the walk ---------------------------------------------------------------- */

static void walk(struct task *t);

static void ask(struct task *t, enum access_verb verb, helpers_fn *fn)
{
	struct helpers_call call = {
		.uid = t->uid,
		.verb = verb,
		.path = t->files.files[t->at].path,
		.fd = t->fd,
	};

	helpers_call(t->s->helpers, &call, fn, t);
}

static char *cache_key(const struct task *t)
{
	return xasprintf("%u %s", (unsigned int)t->uid,
			 t->files.files[t->at].path);
}

static void set_seen(struct content *c)
{
	c->seen = sched_now();
	c->seen_ms = clock_boot_ms();
}

/* The file's content, if it need not be looked at; else NULL. */
static const struct content *fresh_content(const struct task *t,
					   const struct attempt *a)
{
	char *key = cache_key(t);
	const struct content *c = hash_get(t->s->prepare->cache, key);

	free(key);
	return c && c->seen > a->job->cluster->qdate &&
			       clock_boot_ms() - c->seen_ms < FRESH_MS
		       ? c
		       : NULL;
}

static bool is_too_large(const struct task *t)
{
	return t->max_bytes >= 0 && t->bytes > t->max_bytes;
}

static void give_up_size(struct task *t)
{
	char *why = xasprintf("the input files have more than the %lld MB of "
			      "max_transfer_input_mb",
			      (long long)(t->max_bytes >> 20));

	give_up_as(t, JOBS_HOLD_INPUT_SIZE, -EFBIG, why);
	free(why);
}

/* The file's content is in the spool. */
static void note_file(struct task *t, const struct content *c)
{
	struct wire_input *in = &t->inputs[t->at];

	in->name = xstrdup(t->files.files[t->at].name);
	in->size = c->values[ACCESS_V_SIZE];
	in->mode = (unsigned int)c->values[ACCESS_V_MODE];
	memcpy(in->sha256, c->sha256, sizeof(in->sha256));
	if (!t->files.files[t->at].executable)
		t->bytes += in->size;
	t->at++;
}

static void file_done(struct task *t, const struct content *c)
{
	note_file(t, c);
	walk(t);
}

static void hash_work(void *arg)
{
	struct task *t = arg;

	t->work_rc = sha256_fd(t->fd, t->content.sha256,
			       &t->content.values[ACCESS_V_SIZE], &t->work_err);
}

static void hash_done(void *arg)
{
	struct task *t = arg;
	struct content *c;
	char *path, *key;

	if (!wanted(t))
		return;
	path = spool_path(t->s, t->content.sha256);
	if (!t->work_rc && rename(t->tmp, path) < 0)
		t->work_rc = err_sys(&t->work_err, -errno, "cannot write '%s'",
				     path);
	free(path);
	fd_close(&t->fd);
	if (t->work_rc) {
		give_up(t, t->work_rc, err_text(&t->work_err));
		return;
	}
	free(t->tmp);
	t->tmp = NULL;
	key = cache_key(t);
	c = xmemdup(&t->content, sizeof(t->content));
	set_seen(c);
	hash_set(t->s->prepare->cache, key, c);
	free(key);
	file_done(t, c);
}

static void on_read(void *arg, const struct access_reply *reply)
{
	struct task *t = arg;

	if (!wanted(t))
		return;
	if (reply->result) {
		give_up(t, reply->result, reply->message);
		return;
	}
	memcpy(t->content.values, reply->values, sizeof(reply->values));
	workers_run(t->s->workers, hash_work, hash_done, t);
}

static void read_file(struct task *t)
{
	free(t->tmp);
	t->tmp = xasprintf("%s/in-%s-%zu", t->s->spool, t->nonce, t->at);
	t->fd = open(t->tmp, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (t->fd < 0) {
		struct err err = ERR_INIT;
		int rc = err_sys(&err, -errno, "cannot write '%s'", t->tmp);

		give_up(t, rc, err_text(&err));
		return;
	}
	ask(t, ACCESS_READ, on_read);
}

/* A directory's files join the walk at its end. */
static int add_listed(struct task *t, struct err *err)
{
	const struct jobfile dir = t->files.files[t->at];
	struct strbuf names = STRBUF_INIT;
	char buf[4096];
	ssize_t n;

	if (lseek(t->fd, 0, SEEK_SET) < 0)
		return err_sys(err, -errno, "cannot list '%s'", dir.path);
	while ((n = fd_read_full(t->fd, buf, sizeof(buf))) > 0)
		strbuf_add(&names, buf, (size_t)n);
	for (size_t i = 0; i < names.len; i += strlen(names.data + i) + 1) {
		char *path = xasprintf("%s/%s", dir.path, names.data + i);
		char *name = dir.contents ? xstrdup(names.data + i)
					  : xasprintf("%s/%s", dir.name,
						      names.data + i);

		jobfiles_add(&t->files, path, name, false);
		free(path);
		free(name);
	}
	strbuf_release(&names);
	t->inputs = xreallocarray(t->inputs, t->files.count + 1,
				  sizeof(*t->inputs));
	memset(t->inputs + t->at, 0,
	       (t->files.count + 1 - t->at) * sizeof(*t->inputs));
	if (t->files.count > WIRE_FILES_MAX)
		return err_set(err, -E2BIG, "more than %d files to transfer",
			       WIRE_FILES_MAX);
	return 0;
}

static void on_list(void *arg, const struct access_reply *reply)
{
	struct task *t = arg;
	struct err err = ERR_INIT;
	int rc;

	if (!wanted(t))
		return;
	if (reply->result) {
		give_up(t, reply->result, reply->message);
		return;
	}
	rc = add_listed(t, &err);
	fd_close(&t->fd);
	if (rc) {
		give_up(t, rc, err_text(&err));
		return;
	}
	t->at++;
	walk(t);
}

static void list_directory(struct task *t)
{
	t->fd = memfd_create("list", MFD_CLOEXEC);
	if (t->fd < 0)
		give_up(t, -errno, "cannot make a temporary file");
	else
		ask(t, ACCESS_LIST, on_list);
}

static bool is_cached(struct task *t, const struct access_reply *reply,
		      struct content **ret)
{
	char *key = cache_key(t), *path;
	struct content *c = hash_get(t->s->prepare->cache, key);
	bool same = c && !memcmp(c->values, reply->values, sizeof(c->values));

	free(key);
	if (!same)
		return false;
	path = spool_path(t->s, c->sha256);
	/* A touch: collecting takes what nobody used for a while. */
	same = utimensat(AT_FDCWD, path, NULL, 0) == 0;
	free(path);
	set_seen(c);
	*ret = c;
	return same;
}

static void on_stat(void *arg, const struct access_reply *reply)
{
	struct task *t = arg;
	struct content *c;

	if (!wanted(t))
		return;
	if (reply->result)
		give_up(t, reply->result, reply->message);
	else if (reply->values[ACCESS_V_IS_DIR])
		list_directory(t);
	else if (is_cached(t, reply, &c))
		file_done(t, c);
	else
		read_file(t);
}

static void note_fresh(struct task *t, const struct attempt *a)
{
	const struct content *c;

	while (t->at < t->files.count && (c = fresh_content(t, a)))
		note_file(t, c);
}

static void walk(struct task *t)
{
	struct attempt *a = wanted(t);
	struct err err = ERR_INIT;

	if (!a)
		return;
	note_fresh(t, a);
	if (is_too_large(t)) {
		give_up_size(t);
		return;
	}
	if (t->at < t->files.count) {
		ask(t, ACCESS_STAT, on_stat);
		return;
	}
	if (make_start(t, a, &err))
		give_up(t, err.code ? err.code : -EIO, err_text(&err));
	else
		free_task(t);
}

static int begin(struct task *t, struct attempt *a, struct err *err)
{
	struct ad *ad = NULL;
	int rc = queue_ad(t->s->db, a->job, &ad, err);

	if (!rc)
		rc = jobfiles_inputs(ad, a->slot->ad, &t->files, err);
	t->max_bytes = rc ? -1 : ad_int(ad, "MaxTransferInputMB", -1);
	if (t->max_bytes >= 0)
		t->max_bytes <<= 20;
	ad_free(ad);
	t->inputs = xcalloc(t->files.count + 1, sizeof(*t->inputs));
	t->begun = true;
	return rc;
}

static void after_commit(void *arg, bool committed)
{
	struct task *t = arg;
	struct attempt *a = committed ? wanted(t) : NULL;
	struct err err = ERR_INIT;
	int rc;

	if (!a) {
		if (!committed)
			free_task(t);
		return;
	}
	rc = t->begun ? 0 : begin(t, a, &err);
	if (rc)
		give_up(t, rc, err_text(&err));
	else
		walk(t);
}

/*
 * True if the start is made, with the match. What fails is tried again after
 * the commit, where it can be reported.
 */
static bool finish_now(struct task *t, struct attempt *a)
{
	if (begin(t, a, NULL)) {
		forget_files(t);
		return false;
	}
	note_fresh(t, a);
	return t->at == t->files.count && !is_too_large(t) &&
	       !make_start(t, a, NULL);
}

void prepare_start(struct sched *s, struct attempt *a)
{
	struct task *t;

	if (hash_has(s->prepare->tasks, a->nonce))
		return;
	t = xcalloc(1, sizeof(*t));
	t->s = s;
	t->fd = -1;
	t->uid = (uid_t)a->job->cluster->uid;
	memcpy(t->nonce, a->nonce, sizeof(t->nonce));
	hash_set(s->prepare->tasks, t->nonce, t);
	if (finish_now(t, a))
		free_task(t);
	else
		core_after(s, after_commit, t);
}

void prepare_recover(struct sched *s)
{
	struct hash_iter it = { 0 };

	while (hash_next(s->attempts, &it)) {
		struct attempt *a = it.value;

		if (a->reported || a->want != WIRE_WANT_RUN)
			continue;
		if (a->start && spool_has_all(s, a->start))
			continue;
		json_decref(a->start);
		a->start = NULL;
		prepare_start(s, a);
	}
}
