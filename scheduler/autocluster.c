/* SPDX-License-Identifier: MIT */
/*
 * A job's key is its significant attributes and its limit. Jobs of a cluster
 * whose columns are all insignificant share one without their rows being
 * read: that is what makes a cluster of a million jobs cheap.
 */
#include "scheduler/autocluster.h"

#include "common/ad/ad.h"
#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/hash.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "scheduler/db/dbjobs.h"
#include "scheduler/queue.h"
#include "scheduler/queue_priv.h"
#include "scheduler/sig.h"

#include <stdlib.h>
#include <string.h>

/* What the scheduler itself changes per job: significant when asked for. */
static const char *const changing[] = { "ProcId",
					"JobPrio",
					"JobStatus",
					"NumJobStarts",
					"NumRestarts",
					"NumHolds",
					"NumVacates",
					"NumCkpts",
					"LastRemoteHost",
					"RemoteHost",
					"ExitCode",
					"ExitBySignal",
					"HoldReason",
					"HoldReasonCode",
					"RemoteWallClockTime",
					"RemoteUserCpu",
					"RemoteSysCpu",
					"EnteredCurrentStatus",
					"LastCkptTime",
					"MemoryUsage",
					"DiskUsage",
					"ImageSize",
					NULL };

static void free_bucket(struct bucket *b)
{
	list_del(&b->by_user);
	list_del(&b->by_ac);
	list_del(&b->ready_link);
	if (list_empty(&b->user->ready))
		list_del(&b->user->ready_link);
	jobheap_release(&b->heap);
	free(b);
}

void autocluster_free(void *value)
{
	struct autocluster *ac = value;
	struct bucket *b, *next;

	list_for_each_safe(b, next, &ac->buckets, by_ac)
		free_bucket(b);
	limit_release(&ac->limit);
	ad_free(ac->ad);
	free(ac->verdicts);
	free(ac->limits);
	free(ac->key);
	free(ac);
}

struct autocluster *queue_autocluster(struct queue *q, int id)
{
	struct hash_iter it = { 0 };

	while (hash_next(q->autoclusters, &it)) {
		struct autocluster *ac = it.value;

		if (ac->id == id)
			return ac;
	}
	return NULL;
}

struct autocluster *queue_next_autocluster(struct queue *q,
					   struct hash_iter *it)
{
	return hash_next(q->autoclusters, it) ? it->value : NULL;
}

struct list *queue_ready_users(struct queue *q)
{
	return &q->ready_users;
}

void queue_set_ready(struct queue *q, struct bucket *b, bool ready)
{
	struct user *u = b->user;

	if (ready == !list_empty(&b->ready_link))
		return;
	if (ready) {
		list_append(&u->ready, &b->ready_link);
		if (list_empty(&u->ready_link))
			list_append(&q->ready_users, &u->ready_link);
		return;
	}
	list_del(&b->ready_link);
	if (list_empty(&u->ready))
		list_del(&u->ready_link);
}

size_t queue_autocluster_count(struct queue *q)
{
	return hash_count(q->autoclusters);
}

static bool is_uniform(const struct queue *q, const struct cluster *c)
{
	for (size_t i = 0; c->columns[i]; i++)
		if (sig_has(q->job_sig, c->columns[i]))
			return false;
	for (size_t i = 0; changing[i]; i++)
		if (sig_has(q->job_sig, changing[i]))
			return false;
	return true;
}

static int64_t at_least(int64_t value, int64_t least)
{
	return value < least ? least : value;
}

/* Memory is given in steps, so that fewer kinds of what is left arise. */
#define MEMORY_STEP_MB 128
#define DISK_STEP_KB   1024

static int64_t in_steps(int64_t value, int64_t step)
{
	return value > INT64_MAX - step ? value
					: (value + step - 1) / step * step;
}

/* What a dynamic slot for such a job has. */
static struct wire_provision request_of(const struct ad *ad)
{
	struct wire_provision p = {
		.cpus = at_least(ad_int(ad, "RequestCpus", 1), 1),
		.memory_mb = at_least(ad_int(ad, "RequestMemory", 1), 1),
		.disk_kb = at_least(ad_int(ad, "RequestDisk", 1), 1),
	};

	p.memory_mb = in_steps(p.memory_mb, MEMORY_STEP_MB);
	p.disk_kb = in_steps(p.disk_kb, DISK_STEP_KB);
	return p;
}

/* The autocluster of a job with this ad; made if it is new. */
static struct autocluster *classify(struct queue *q, struct db *db,
				    struct job *j, struct ad *ad)
{
	struct strbuf key = STRBUF_INIT;
	struct limit limit = { 0 };
	struct autocluster *ac;

	sig_collect(q->job_sig, q->slot_sig, ad);
	limit_set(&limit, xstrdup(ad_str(ad, "ExecutableArchs")), j->ckpt,
		  j->ckpt ? dbjobs_excluded(db, j->cluster->id, j->proc,
					    j->ckpt->id)
			  : NULL);
	limit_key(&limit, &key);
	sig_key(q->job_sig, ad, &key);
	ac = hash_get(q->autoclusters, key.data);
	if (ac) {
		limit_release(&limit);
		strbuf_release(&key);
		return ac;
	}
	ac = xcalloc(1, sizeof(*ac));
	ac->id = ++q->next_autocluster;
	ac->key = strbuf_detach(&key);
	ac->ad = ad_flatten(ad);
	ac->request = request_of(ac->ad);
	ac->limits = ad_eval_string(ac->ad, NULL, "ConcurrencyLimits");
	ac->limit = limit;
	list_init(&ac->buckets);
	hash_set(q->autoclusters, ac->key, ac);
	return ac;
}

static int find_autocluster(struct queue *q, struct db *db, struct job *j,
			    struct autocluster **ret_ac, struct err *err)
{
	struct cluster *c = j->cluster;
	unsigned int generation = sig_generation(q->job_sig);
	struct ad *ad;
	int rc;

	if (!j->ckpt && !j->own && c->uniform &&
	    c->uniform_generation == generation) {
		*ret_ac = c->uniform;
		return 0;
	}
	rc = queue_ad(db, j, &ad, err);
	if (rc)
		return rc;
	*ret_ac = classify(q, db, j, ad);
	ad_free(ad);
	if (!j->ckpt && !j->own && is_uniform(q, c)) {
		c->uniform = *ret_ac;
		c->uniform_generation = sig_generation(q->job_sig);
	}
	return 0;
}

static struct bucket *find_bucket(struct user *u, struct autocluster *ac)
{
	struct bucket *b;

	list_for_each(b, &ac->buckets, by_ac)
		if (b->user == u)
			return b;
	b = xcalloc(1, sizeof(*b));
	b->user = u;
	b->ac = ac;
	list_init(&b->ready_link);
	jobheap_init(&b->heap);
	list_append(&u->buckets, &b->by_user);
	list_append(&ac->buckets, &b->by_ac);
	return b;
}

int queue_enqueue(struct queue *q, struct db *db, struct job *j,
		  struct err *err)
{
	struct autocluster *ac;
	int rc;

	/* First out: it may be the last one of the autocluster found. */
	queue_dequeue(q, j);
	rc = find_autocluster(q, db, j, &ac, err);
	if (rc)
		return rc;
	j->bucket = find_bucket(j->cluster->account, ac);
	j->node.prio = j->prio;
	j->node.cluster = j->cluster->id;
	j->node.proc = j->proc;
	jobheap_push(&j->bucket->heap, &j->node);
	queue_set_ready(q, j->bucket, true);
	j->bucket->jobs++;
	share_wait(&j->bucket->user->share, clock_real_ms() / 1000, 1);
	ac->jobs++;
	return 0;
}

/* No cluster may go on to name an autocluster that is gone. */
static void forget_autocluster(struct queue *q, struct autocluster *ac)
{
	struct hash_iter it = { 0 };

	while (hash_next(q->clusters, &it)) {
		struct cluster *c = it.value;

		if (c->uniform == ac)
			c->uniform = NULL;
	}
	hash_del(q->autoclusters, ac->key);
}

/* Autoclusters without jobs are kept up to this number, for hwhy. */
#define EMPTY_MAX 1000

void queue_dequeue(struct queue *q, struct job *j)
{
	struct bucket *b = j->bucket;
	struct autocluster *ac;

	if (!b)
		return;
	ac = b->ac;
	if (j->node.place)
		jobheap_del(&b->heap, &j->node);
	j->bucket = NULL;
	share_wait(&b->user->share, clock_real_ms() / 1000, -1);
	ac->jobs--;
	if (!--b->jobs)
		free_bucket(b);
	if (!ac->jobs) {
		free(ac->verdicts);
		ac->verdicts = NULL;
		ac->verdict_count = 0;
	}
	if (!ac->jobs && hash_count(q->autoclusters) > EMPTY_MAX)
		forget_autocluster(q, ac);
}

bool queue_stale(const struct queue *q)
{
	return q->sorted != sig_generation(q->job_sig);
}

int queue_resort(struct queue *q, struct db *db, struct err *err)
{
	int rc = 0;

	/* A first look at one job may make another attribute significant;
	 * the set only grows, so this ends. */
	while (!rc && queue_stale(q)) {
		struct hash_iter it = { 0 };

		q->sorted = sig_generation(q->job_sig);
		while (!rc && hash_next(q->clusters, &it)) {
			struct cluster *c = it.value;
			struct job *j;
			int pos = 0;

			while (!rc && (j = queue_next_job(c, &pos)))
				if (j->state == JOBSTATE_IDLE)
					rc = queue_enqueue(q, db, j, err);
		}
	}
	return rc;
}
