/* SPDX-License-Identifier: MIT */
#include "scheduler/outbox.h"

#include "common/base/err.h"
#include "common/base/fault.h"
#include "common/base/hash.h"
#include "common/base/list.h"
#include "common/base/log.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "scheduler/core.h"
#include "scheduler/db/db.h"
#include "scheduler/db/dbevents.h"
#include "scheduler/helpers.h"
#include "scheduler/sched.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Texts of this many bytes at most are written in one go. */
#define BATCH_BYTES (ACCESS_TEXT_MAX / 2)

struct entry {
	struct list link;
	int64_t id, offset;
	char *text;
};

/* One log file of one user. */
struct log {
	struct sched *s;
	uid_t uid;
	char *path;
	struct list entries; /* oldest first */
	size_t batch; /* how many of them are under way; 0: idle */
	bool stale; /* dropped while a call was under way */
	struct list in_stale;
};

struct outbox {
	struct hash *logs; /* "uid path" */
	struct list stale;
};

static void free_entry(struct entry *e)
{
	list_del(&e->link);
	free(e->text);
	free(e);
}

static void free_log(struct log *l)
{
	while (!list_empty(&l->entries))
		free_entry(list_first(&l->entries, struct entry, link));
	list_del(&l->in_stale);
	free(l->path);
	free(l);
}

void outbox_new(struct sched *s)
{
	s->outbox = xcalloc(1, sizeof(*s->outbox));
	s->outbox->logs = hash_new(NULL);
	list_init(&s->outbox->stale);
}

void outbox_drop(struct sched *s)
{
	struct hash_iter it = { 0 };

	while (hash_next(s->outbox->logs, &it)) {
		struct log *l = it.value;

		/* A callback will still come for it: it frees the log. */
		l->stale = true;
		list_append(&s->outbox->stale, &l->in_stale);
		if (!l->batch)
			free_log(l);
	}
	hash_clear(s->outbox->logs);
}

void outbox_free(struct sched *s)
{
	if (!s->outbox)
		return;
	outbox_drop(s);
	while (!list_empty(&s->outbox->stale))
		free_log(list_first(&s->outbox->stale, struct log, in_stale));
	hash_free(s->outbox->logs);
	free(s->outbox);
	s->outbox = NULL;
}

static void pump(struct log *l);

static bool is_stale(struct log *l)
{
	if (!l->stale)
		return false;
	free_log(l);
	return true;
}

/* The batch is written, or cannot be: out of the outbox with it. */
static void batch_done(struct log *l)
{
	struct err err = ERR_INIT;
	int rc = core_write(l->s, &err);

	while (l->batch) {
		struct entry *e = list_first(&l->entries, struct entry, link);

		if (!rc)
			rc = dbevents_done(l->s->db, e->id, &err);
		free_entry(e);
		l->batch--;
	}
	if (rc) {
		core_poison(l->s, &err);
		return;
	}
	pump(l);
}

static void on_append(void *arg, const struct access_reply *reply)
{
	struct log *l = arg;

	if (is_stale(l))
		return;
	/* A user who takes the log away keeps the job: the events stay in
	 * the database, and hq shows them. */
	if (reply->result)
		log_warn("event log not written: %s", reply->message);
	batch_done(l);
}

static void append_batch(struct log *l)
{
	struct strbuf text = STRBUF_INIT;
	struct entry *e = list_first(&l->entries, struct entry, link);
	struct helpers_call call = {
		.uid = l->uid,
		.verb = ACCESS_APPEND,
		.path = l->path,
		.a = e->offset,
		.fd = -1,
	};
	size_t n = 0;

	list_for_each(e, &l->entries, link) {
		if (n++ == l->batch)
			break;
		strbuf_addstr(&text, e->text);
	}
	call.text = text.data;
	call.text_len = text.len;
	helpers_call(l->s->helpers, &call, on_append, l);
	strbuf_release(&text);
}

static void offsets_committed(void *arg, bool committed)
{
	struct log *l = arg;

	if (is_stale(l))
		return;
	if (!committed || fault_hit("outbox.offset")) {
		l->batch = 0;
		return;
	}
	append_batch(l);
}

/* Chooses the offsets of all of a batch, from the file's end on. */
static void on_size(void *arg, const struct access_reply *reply)
{
	struct log *l = arg;
	int64_t offset = reply->values[0];
	struct err err = ERR_INIT;
	struct entry *e;
	size_t n = 0;
	int rc;

	if (is_stale(l))
		return;
	if (reply->result) {
		log_warn("event log not written: %s", reply->message);
		batch_done(l);
		return;
	}
	rc = core_write(l->s, &err);
	list_for_each(e, &l->entries, link) {
		if (n++ == l->batch || rc)
			break;
		e->offset = offset;
		offset += (int64_t)strlen(e->text);
		rc = dbevents_set_offset(l->s->db, e->id, e->offset, &err);
	}
	if (rc)
		core_poison(l->s, &err);
	core_after(l->s, offsets_committed, l);
}

static void pump(struct log *l)
{
	struct helpers_call call = {
		.uid = l->uid,
		.verb = ACCESS_SIZE,
		.path = l->path,
		.fd = -1,
	};
	struct entry *e;
	size_t bytes = 0;
	bool fixed;

	if (l->batch || list_empty(&l->entries))
		return;
	/* Those with an offset were under way before a crash: alone. */
	fixed = list_first(&l->entries, struct entry, link)->offset >= 0;
	list_for_each(e, &l->entries, link) {
		bytes += strlen(e->text);
		if (l->batch &&
		    (fixed || e->offset >= 0 || bytes > BATCH_BYTES))
			break;
		l->batch++;
	}
	if (fixed)
		append_batch(l);
	else
		helpers_call(l->s->helpers, &call, on_size, l);
}

static void kick(void *arg, bool committed)
{
	if (committed)
		pump(arg);
}

static struct log *log_of(struct sched *s, int64_t uid, const char *path)
{
	char *key = xasprintf("%lld %s", (long long)uid, path);
	struct log *l = hash_get(s->outbox->logs, key);

	if (!l) {
		l = xcalloc(1, sizeof(*l));
		l->s = s;
		l->uid = (uid_t)uid;
		l->path = xstrdup(path);
		list_init(&l->entries);
		list_init(&l->in_stale);
		hash_set(s->outbox->logs, key, l);
	}
	free(key);
	return l;
}

void outbox_add(struct sched *s, const struct dbevent *e)
{
	struct log *l = log_of(s, e->uid, e->path);
	struct entry *n = xcalloc(1, sizeof(*n));

	n->id = e->id;
	n->offset = e->offset;
	n->text = xstrdup(e->text);
	list_append(&l->entries, &n->link);
	core_after(s, kick, l);
}

static int load_one(void *arg, const struct dbevent *e)
{
	if (e->path)
		outbox_add(arg, e);
	return 0;
}

int outbox_load(struct sched *s, struct err *err)
{
	return dbevents_each_pending(s->db, load_one, s, err);
}
