/* SPDX-License-Identifier: MIT */
#include "scheduler/recover.h"

#include "common/base/err.h"
#include "common/base/hash.h"
#include "common/base/log.h"
#include "common/job/wire.h"
#include "common/store/index.h"
#include "scheduler/attempts.h"
#include "scheduler/ckpts.h"
#include "scheduler/conclimit.h"
#include "scheduler/core.h"
#include "scheduler/db/db.h"
#include "scheduler/db/dbjobs.h"
#include "scheduler/db/dbusers.h"
#include "scheduler/db/meta.h"
#include "scheduler/factory.h"
#include "scheduler/hosts.h"
#include "scheduler/match.h"
#include "scheduler/nodes.h"
#include "scheduler/outbox.h"
#include "scheduler/place.h"
#include "scheduler/prepare.h"
#include "scheduler/queue.h"
#include "scheduler/sched.h"
#include "scheduler/users.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ids that a lost database may have given out after its backup. */
#define SKIP_CLUSTERS 100000

int recover_identity(struct sched *s, struct err *err)
{
	char *pool = meta_get(s->db, META_POOL);
	int rc = 0;

	if (pool) {
		snprintf(s->state.pool, sizeof(s->state.pool), "%s", pool);
		s->state.epoch = meta_get_int(s->db, META_EPOCH, 1);
		s->state.seq = meta_get_int(s->db, META_SEQ, 0);
		free(pool);
		return 0;
	}
	rc = attempts_random(s->state.pool, err);
	s->state.epoch = 1;
	s->state.seq = 0;
	if (!rc)
		rc = db_begin(s->db, err);
	if (!rc)
		rc = meta_set(s->db, META_POOL, s->state.pool, err);
	if (!rc)
		rc = meta_set_int(s->db, META_EPOCH, 1, err);
	if (!rc)
		rc = meta_set_int(s->db, META_SEQ, 0, err);
	return rc ? rc : db_commit(s->db, err);
}

int recover_seen(struct sched *s, const struct wire_seen *seen, struct err *err)
{
	int64_t next;
	int rc;

	if (!seen->pool[0])
		return 0;
	if (strcmp(seen->pool, s->state.pool))
		return err_set(err, -ESTALE,
			       "this is another pool than the one seen "
			       "before: stop what belongs to the old one");
	if (seen->epoch < s->state.epoch ||
	    (seen->epoch == s->state.epoch && seen->seq <= s->state.seq))
		return 0;
	log_error("a peer has seen commit %lld of epoch %lld, this database "
		  "ends at %lld of %lld: it is an old copy; new epoch",
		  (long long)seen->seq, (long long)seen->epoch,
		  (long long)s->state.seq, (long long)s->state.epoch);
	next = meta_get_int(s->db, META_NEXT_CLUSTER, 1) + SKIP_CLUSTERS;
	rc = core_write(s, err);
	if (!rc)
		rc = meta_set_int(s->db, META_NEXT_CLUSTER, next, err);
	if (!rc)
		rc = meta_set_int(s->db, META_EPOCH, seen->epoch + 1, err);
	if (rc)
		return core_poison(s, err);
	s->state.epoch = seen->epoch + 1;
	if (s->state.seq < seen->seq)
		s->state.seq = seen->seq;
	return 0;
}

/* -- loading ---------------------------------------------------------------------- */

struct load {
	struct sched *s;
	struct err *err;
	int64_t now;
};

static int load_user(void *arg, const struct dbuser *u)
{
	struct load *l = arg;

	users_load(queue_user(l->s->queue, u->name, l->now), u);
	return 0;
}

static int load_cluster(void *arg, const struct dbjobs_cluster *c)
{
	struct load *l = arg;
	struct cluster *n;

	return queue_add_cluster(l->s->queue, c, l->now, &n, l->err);
}

static int load_proc(void *arg, const struct dbjobs_proc *p)
{
	struct load *l = arg;
	struct cluster *c = queue_cluster(l->s->queue, p->cluster);

	if (!c || p->state < 0 || p->state >= JOBSTATE_COUNT)
		return err_set(l->err, -EUCLEAN,
			       "job %d.%d in the database makes no sense",
			       p->cluster, p->proc);
	queue_add_job(l->s->queue, c, p);
	return 0;
}

static int load_rows(struct sched *s, struct err *err)
{
	struct load l = { s, err, sched_now() };
	int rc = dbusers_each(s->db, load_user, &l, err);

	if (!rc)
		rc = dbjobs_each_cluster(s->db, -1, load_cluster, &l, err);
	if (!rc)
		rc = dbjobs_each_proc(s->db, 0, -1, NULL, load_proc, &l, err);
	if (!rc)
		rc = ckpts_load(s, err);
	if (!rc)
		rc = attempts_load(s, err);
	return rc;
}

static int enqueue_idle(struct sched *s, struct err *err)
{
	struct hash_iter it = { 0 };
	struct cluster *c;
	int rc = 0;

	while (!rc && (c = queue_next_cluster(s->queue, &it))) {
		struct job *j;
		int pos = 0;

		while (!rc && (j = queue_next_job(c, &pos)))
			if (j->state == JOBSTATE_IDLE)
				rc = queue_enqueue(s->queue, s->db, j, err);
	}
	return rc;
}

int recover_load(struct sched *s, struct err *err)
{
	int rc;

	s->queue = queue_new();
	queue_set_policy(s->queue, &s->config.policy);
	s->nodes = nodes_new();
	s->match = match_new(s->queue, s->nodes);
	s->attempts = hash_new(NULL);
	factory_new(s);
	rc = config_limits(&s->config, &s->limits, err);
	if (rc)
		return rc;
	match_set_limits(s->match, s->limits);
	rc = load_rows(s, err);
	if (!rc)
		rc = enqueue_idle(s, err);
	if (!rc)
		rc = outbox_load(s, err);
	if (rc)
		return rc;
	factory_recover(s);
	prepare_recover(s);
	place_recover(s);
	core_want_match(s);
	return 0;
}

void recover_unload(struct sched *s)
{
	if (!s->queue)
		return;
	outbox_drop(s);
	factory_free(s);
	conclimit_free(s->limits);
	s->limits = NULL;
	attempts_free_all(s);
	hash_free(s->attempts);
	nodes_free(s->nodes);
	match_free(s->match);
	queue_free(s->queue);
	s->queue = NULL;
}

int recover_reload(struct sched *s, struct err *err)
{
	hosts_release(s);
	recover_unload(s);
	return recover_load(s, err);
}
